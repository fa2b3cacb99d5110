import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { answer, config, contract, dataOf, listen } from "./contracts/MeloVoice.ts"
import { sound } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("melo_tts", contract)

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
