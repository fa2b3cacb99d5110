import { join } from "node:path"
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import { answer, config, contract, dataOf, listen } from "./contracts/SparkVoice.ts"
import { sound } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines, inFolder } from "./TtsLayer.ts"

await describeService("spark_tts", contract)

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
