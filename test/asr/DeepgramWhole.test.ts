import { assert, describe, layer } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { english } from "../../src/language/Text.ts"
import * as DeepgramServer from "../support/DeepgramServer.ts"
import { engines } from "./AsrLayer.ts"
import * as AsrConfigs from "./AsrConfigs.ts"
import { open, samples } from "./describeRecognitionService.ts"

const recogniser = (url: string, changes: object = {}) =>
  open(AsrConfigs.of("deepgram_asr", { api_key: "secret", base_url: url, language: "en", ...changes }))

/** A server that hears the same in each stream. */
const attentive: DeepgramServer.Script = {
  onClose: ({ send, socket }) => {
    send({ type: "SomethingNew", channel: 5 })
    send(DeepgramServer.results("good.", true))
    socket.close(1000)
  }
}

describe("deepgram_asr's whole utterances beside its streams", () => {
  layer(engines)((it) => {
    it.scoped("keeps nobody from whole utterances, which may well work, when it fails", () =>
      Effect.gen(function* () {
        const headers = { "dg-error": "Bad Request: No such model/language/tier combination found." }
        const server = yield* DeepgramServer.open({
          refuse: () => ({ status: 400, headers }),
          whole: "Good morning."
        })
        const asr = yield* recogniser(server.url)
        const failure = Effect.scoped(Effect.flatMap(asr.listen!, ({ hear }) => Effect.flip(hear(samples))))
        for (const { detail } of yield* Effect.replicateEffect(failure, 4))
          assert.include(english(detail), "No such model")
        assert.strictEqual(server.asked.length, 4)
        assert.strictEqual(yield* asr.transcribe(samples), "Good morning.")
      }).pipe(Effect.scoped)
    )

    it.scoped("does not listen while one speaks without a language, which it would not find out", () =>
      Effect.gen(function* () {
        const server = yield* DeepgramServer.open({ ...attentive, whole: "Guten Morgen." })
        const asr = yield* recogniser(server.url, { language: undefined })
        assert.isUndefined(asr.listen)
        assert.strictEqual(yield* asr.transcribe(samples), "Guten Morgen.")
      }).pipe(Effect.scoped)
    )
    it.scoped("stays away from a service that is down, until a whole utterance was answered", () =>
      Effect.gen(function* () {
        let up = true
        const unavailable = { status: 503, headers: { "retry-after": "60" } }
        const server = yield* DeepgramServer.open({
          ...attentive,
          whole: "Good morning.",
          refuseWhole: () => (up ? undefined : unavailable)
        })
        const asr = yield* recogniser(server.url)
        const first = yield* asr.listen!
        yield* first.hear(samples)
        up = false
        yield* Effect.replicateEffect(Effect.flip(asr.transcribe(samples)), 3)
        up = true
        const asked = server.asked.length
        const hear = Effect.flatMap(asr.listen!, ({ hear }) => hear(samples))
        yield* Effect.flip(hear)
        yield* TestClock.adjust("10 seconds")
        yield* Effect.flip(hear)
        assert.strictEqual(server.asked.length, asked)
        // One that was there before has not gone, and what it hears says that the service is back.
        assert.strictEqual(yield* first.finish, "good.")
        const second = yield* asr.listen!
        yield* second.hear(samples)
        assert.strictEqual(yield* asr.transcribe(samples), "Good morning.")
        assert.strictEqual(yield* second.finish, "good.")
      }).pipe(Effect.scoped)
    )
  })
})
