import { join } from "node:path"
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import * as GradioServer from "../support/GradioServer.ts"
import type { Asked } from "../support/ServiceServer.ts"
import { describeService, inChunks, sound } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import type { Pcm } from "../../src/audio/Pcm.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines, inFolder } from "./TtsLayer.ts"

const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("spark_tts", {
    api_url: `${url}/`,
    prompt_wav_upload: "",
    api_name: "voice_creation",
    gender: "female",
    pitch: 3,
    speed: 4,
    ...changes
  })

const listen = GradioServer.listenFor({
  version: 5,
  functions: {
    "/voice_clone": ["text", "prompt_text", "prompt_wav_upload", "prompt_wav_record"],
    "/voice_creation": ["text", "gender", "pitch", "speed"]
  },
  output: "file"
})
const dataOf = (body: string) => (JSON.parse(body) as { readonly data: ReadonlyArray<unknown> }).data
const answer = (pcm: Pcm) => ({
  headers: { "content-type": "application/octet-stream" },
  chunks: inChunks(Wav.encode(pcm))
})

// Shapes: Spark-TTS, `webui.py`; Gradio's guide "Querying Gradio Apps with Curl". Neither knows keys.
await describeService("spark_tts", {
  config,
  secret: "there is none",
  textOf: ({ body }: Asked) => String(dataOf(body.toString())[0]),
  answer,
  refusals: {
    key: { status: 401, chunks: ['{"detail":"Not authenticated"}'] },
    model: GradioServer.failure("Value: other is not in the list of choices: ['male', 'female']")
  },
  keys: {
    secret: "tts_config.spark_tts.api_url",
    model: "tts_config.spark_tts.gender",
    address: "tts_config.spark_tts.api_url"
  },
  streams: true,
  listen
})

describe("SparkTts", () => {
  it.scopedLive("makes a voice up", () =>
    Effect.gen(function* () {
      const sent = yield* sentRequest(config, "there is none", "Hello.", answer(sound(9)), listen)
      assert.strictEqual(sent.outcome._tag, "Right")
      assert.deepStrictEqual([sent.method, sent.path], ["POST", "/gradio_api/call/voice_creation"])
      assert.deepStrictEqual(dataOf(sent.body), ["Hello.", "female", 3, 4])
    }).pipe(Effect.provide(engines))
  )

  it.scopedLive("imitates a recording", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFile(join(folder, "ana.wav"), Wav.encode(sound(3)))
      const sent = yield* sentRequest(
        (url) => config(url, { api_name: "/voice_clone", prompt_wav_upload: "ana.wav" }),
        "there is none",
        "Hello.",
        answer(sound(9)),
        listen
      ).pipe(Effect.provide(inFolder(folder)))
      assert.strictEqual(sent.outcome._tag, "Right")
      const file = { path: "/tmp/gradio/0123/sample.wav", meta: { _type: "gradio.FileData" } }
      assert.deepStrictEqual(dataOf(sent.body), ["Hello.", "", file, file])
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
