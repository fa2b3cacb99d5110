import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import type { Pcm } from "../../src/audio/Pcm.ts"
import * as GradioServer from "../support/GradioServer.ts"
import type { Asked } from "../support/ServiceServer.ts"
import { describeService, inChunks, sound } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"

const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("melo_tts", { speaker: "EN-Default", language: "EN", base_url: url, ...changes })

const listen = GradioServer.listenFor({
  version: 4,
  functions: { "/synthesize": ["speaker", "text", "speed", "language"], "/load_speakers": ["language"] },
  output: "file"
})
const dataOf = (body: string) => (JSON.parse(body) as { readonly data: ReadonlyArray<unknown> }).data
// Its files have names without an ending, so that this is their type.
const answer = (pcm: Pcm) => ({
  headers: { "content-type": "text/plain; charset=utf-8" },
  chunks: inChunks(Wav.encode(pcm))
})

// Shapes: MeloTTS, `melo/app.py`; Gradio's guide "Querying Gradio Apps with Curl". Neither knows keys.
await describeService("melo_tts", {
  config,
  secret: "there is none",
  textOf: ({ body }: Asked) => String(dataOf(body.toString())[1]),
  answer,
  refusals: {
    key: { status: 401, chunks: ['{"detail":"Not authenticated"}'] },
    model: GradioServer.failure("'EN-Nobody'")
  },
  keys: {
    secret: "tts_config.melo_tts.base_url",
    model: "tts_config.melo_tts.speaker",
    address: "tts_config.melo_tts.base_url"
  },
  streams: true,
  listen
})

describe("MeloTts", () => {
  it.scopedLive("asks the page for a speaker's sound", () =>
    Effect.gen(function* () {
      const sent = yield* sentRequest(
        (url) => config(url, { speed: 1.5 }),
        "there is none",
        "Hello.",
        answer(sound(9)),
        listen
      )
      assert.strictEqual(sent.outcome._tag, "Right")
      assert.deepStrictEqual([sent.method, sent.path], ["POST", "/call/synthesize"])
      assert.deepStrictEqual(dataOf(sent.body), ["EN-Default", "Hello.", 1.5, "EN"])
    }).pipe(Effect.provide(engines))
  )
})
