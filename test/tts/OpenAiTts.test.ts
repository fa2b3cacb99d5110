import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, TestClock, TestServices } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import type { OpenAiTtsConfig } from "../../src/config/TtsConfig.ts"
import { TtsEngines } from "../../src/tts/Tts.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import * as StubProviders from "../support/StubProviders.ts"
import { startStub } from "../support/StubServer.ts"
import type { SpeechScript, Stub, StubOptions } from "../support/StubServer.ts"
import { contract } from "./contracts/OpenAiVoice.ts"
import { describeService } from "./describeService.ts"
import * as TestTts from "./describeTts.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"
import { english } from "../../src/language/Text.ts"

await describeService("openai_tts", contract)

const open = (stub: Stub, changes: Partial<OpenAiTtsConfig> = {}) =>
  Effect.flatMap(TtsEngines, (engines) =>
    engines.open(TtsConfigs.openAi({ base_url: `${stub.url}/v1`, ...changes }))
  )

const withStub = <A, E, R>(options: StubOptions, use: (stub: Stub) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(StubProviders.open(options), use)

const speech = (...scripts: ReadonlyArray<SpeechScript>): StubOptions => ({
  speech: (_, index) => scripts[Math.min(index, scripts.length - 1)]!
})

const failure = (script: SpeechScript, changes: Partial<OpenAiTtsConfig> = {}) =>
  withStub(speech(script), (stub) =>
    Effect.gen(function* () {
      const tts = yield* open(stub, changes)
      const error = yield* Effect.flip(tts.synthesize("Hello."))
      assert.strictEqual(error._tag, "SynthesisFailed")
      assert.notInclude(JSON.stringify(error), "sk-very-secret")
      return { error, requests: stub.log.speeches.length }
    })
  )

describe("OpenAiTts", () => {
  layer(engines)((it) => {
    it.scoped("gives up on a server that does not come to an end", () =>
      withStub(speech({ delayMs: 60_000 }), (stub) =>
        Effect.gen(function* () {
          const tts = yield* open(stub)
          const speaking = yield* Effect.fork(Effect.flip(tts.synthesize("Hello.")))
          while (stub.log.speeches.length === 0) yield* TestServices.provideLive(Effect.sleep("5 millis"))
          yield* TestClock.adjust("29 seconds")
          assert.isNull(speaking.unsafePoll())
          yield* TestClock.adjust("1 seconds")
          assert.include(english((yield* Fiber.join(speaking)).detail), "has said nothing for 30 s")
          yield* Effect.promise(() => stub.log.speeches[0]!.over)
          assert.isTrue(stub.log.speeches[0]!.aborted)
        })
      )
    )
  })

  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks as the API wants to be asked, with or without a slash at the end", () =>
      withStub({}, (stub) =>
        Effect.gen(function* () {
          const tts = yield* open(stub, { base_url: `${stub.url}/v1/` })
          yield* tts.synthesize("Hello there.")
          const [request] = stub.log.speeches
          assert.deepStrictEqual(request?.body, {
            model: "kokoro",
            voice: "af_sky",
            input: "Hello there.",
            response_format: "wav"
          })
          assert.strictEqual(request?.headers.authorization, "Bearer sk-very-secret")
        })
      )
    )

    for (const format of ["mp3", "flac", "opus"] as const) {
      it.scoped(`plays ${format}`, () =>
        withStub({}, (stub) =>
          Effect.gen(function* () {
            const tts = yield* open(stub, { file_extension: format })
            assert.closeTo(Pcm.duration(yield* tts.synthesize("Hello.")), 640, 60)
          })
        )
      )
    }

    it.scoped("aborts the request when interrupted", () =>
      withStub(speech({ delayMs: 20_000 }), (stub) =>
        Effect.gen(function* () {
          const tts = yield* open(stub)
          const speaking = yield* Effect.fork(tts.synthesize("Hello."))
          while (stub.log.speeches.length === 0) yield* Effect.sleep("5 millis")
          yield* Fiber.interrupt(speaking)
          yield* Effect.promise(() => stub.log.speeches[0]!.over)
          assert.isTrue(stub.log.speeches[0]!.aborted)
        })
      )
    )

    for (const limit of [3, 1]) {
      it.scoped(`has max_concurrency requests under way at most: ${limit}`, () => {
        let running = 0
        let most = 0
        const options: StubOptions = {
          speech: (request) => {
            most = Math.max(most, ++running)
            void request.over.then(() => running--)
            return { delayMs: 30 }
          }
        }
        return withStub(options, (stub) =>
          Effect.gen(function* () {
            const tts = yield* open(stub, { max_concurrency: limit })
            yield* Effect.forEach(Array.from({ length: 9 }), () => tts.synthesize("Hello."), {
              concurrency: "unbounded"
            })
            assert.strictEqual(most, limit)
            assert.strictEqual(stub.log.speeches.length, 9)
          })
        )
      })
    }

    it.scoped("tries again after an overload, as soon as it is told to", () =>
      withStub(
        speech({ refuse: { status: 429, headers: { "retry-after": "0" } } }, { refuse: { status: 503 } }, {}),
        (stub) =>
          Effect.gen(function* () {
            const tts = yield* open(stub)
            assert.isAbove(Pcm.duration(yield* tts.synthesize("Hello.")), 100)
            assert.strictEqual(stub.log.speeches.length, 3)
          })
      )
    )

    it.scoped("gives up after two more attempts", () =>
      Effect.gen(function* () {
        const { error, requests } = yield* failure({ refuse: { status: 500, message: "out of memory" } })
        assert.strictEqual(requests, 3)
        assert.match(
          error.message,
          /^openai_tts: 127\.0\.0\.1:\d+ failed with status 500: "out of memory"\. The fault/
        )
      })
    )

    it.scoped("does not wait for a server that wants a minute", () =>
      Effect.gen(function* () {
        const { error, requests } = yield* failure({
          refuse: { status: 429, headers: { "retry-after": "60" } }
        })
        assert.strictEqual(requests, 1)
        assert.include(english(error.detail), "answers no more requests for now")
      })
    )

    it.scoped("explains a wrong key without showing it", () =>
      Effect.gen(function* () {
        const { error, requests } = yield* failure({
          refuse: { status: 401, message: "bad key sk-very-secret" }
        })
        assert.strictEqual(requests, 1)
        assert.strictEqual(english(error.advice), "Correct tts_config.openai_tts.api_key.")
      })
    )

    it.scoped("explains an unknown model, and blanks the key in what the server says", () =>
      Effect.gen(function* () {
        const { error } = yield* failure({ refuse: { status: 404, message: "no model for sk-very-secret" } })
        assert.include(english(error.advice), "tts_config.openai_tts.model, tts_config.openai_tts.voice")
        assert.include(english(error.detail), '"no model for …"')
      })
    )

    it.scoped("explains what is no sound", () =>
      Effect.gen(function* () {
        const body = new TextEncoder().encode("<html>welcome</html>")
        const { error } = yield* failure({ body }, { file_extension: "mp3" })
        assert.include(english(error.detail), "sent no sound that can be played")
      })
    )

    it.scoped("says what a server reports with status 200, and that a voice had no sound for a text", () =>
      Effect.gen(function* () {
        const said = { chunks: [JSON.stringify({ error: { message: "the model is still loading" } })] }
        for (const [type, answer, words] of [
          ["application/json", said, /could not do it: "the model is still loading"/],
          ["audio/mpeg", { chunks: [] }, /has no sound for this text/]
        ] as const) {
          const server = yield* ServiceServer.open(() => ({ headers: { "content-type": type }, ...answer }))
          const tts = yield* TestTts.open(contract.config(server.url))
          assert.match((yield* Effect.flip(tts.synthesize("Hello."))).message, words)
        }
      })
    )

    it.scoped("explains that no server is there", () =>
      Effect.gen(function* () {
        const stub = yield* Effect.promise(() => startStub())
        yield* Effect.promise(() => stub.close())
        const tts = yield* open(stub)
        const error = yield* Effect.flip(tts.synthesize("Hello."))
        assert.strictEqual(english(error.detail), `no server answers at ${new URL(stub.url).host}`)
      })
    )

    for (const base_url of ["localhost:8880/v1", "nowhere at all"])
      it(`takes no address that is none: ${base_url}`, () =>
        assert.throws(() => TtsConfigs.openAi({ base_url }), /http:\/\//u))

    it.scoped("says so of voices without a section", () =>
      Effect.gen(function* () {
        const engines = yield* TtsEngines
        const error = yield* Effect.flip(engines.open(TtsConfigs.named("bark_tts")))
        assert.strictEqual(
          error.message,
          "bark_tts is not available: the configuration has no section for it. Add tts_config.bark_tts."
        )
      })
    )
  })
})
