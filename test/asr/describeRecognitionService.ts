import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, Logger, TestClock, TestServices } from "effect"
import { afterAll } from "vitest"
import { AsrEngines } from "../../src/asr/Asr.ts"
import type { AsrConfig } from "../../src/config/AsrConfig.ts"
import { english } from "../../src/language/Text.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import type { Answer, Asked } from "../support/ServiceServer.ts"
import { engines } from "./AsrLayer.ts"
import { describeAsr } from "./describeAsr.ts"
import * as RealEars from "./RealEars.ts"

/** A service's API, as a local server speaks it and as its recogniser has to. */
export interface Contract {
  /** The section with this address in place of the service's own, with `secret` for its key, and what a test changes. */
  readonly config: (url: string, changes?: Readonly<Record<string, unknown>>) => AsrConfig
  /** Its secret as the section has it; a server without keys has none. */
  readonly secret?: string
  /** The WAV file that a request brings. */
  readonly wavOf: (asked: Asked) => Promise<Uint8Array> | Uint8Array
  /** A successful answer with this transcript. */
  readonly answer: (text: string) => Answer
  /** How the service refuses a wrong key, a model that it does not have, and an account without anything left. */
  readonly refusals: Readonly<Partial<Record<"key" | "model" | "quota", Answer>>>
  /** The keys that messages name for these. */
  readonly keys: { readonly secret: string; readonly model: string; readonly address: string }
}

export const open = (config: AsrConfig) => Effect.flatMap(AsrEngines, (engines) => engines.open(config))

/** A second of something. */
export const samples = new Float32Array(16_000).fill(0.5)

/** What every recogniser of a service has to do, beside what every recogniser has to. `name`: as `asr_model` has it. */
export const describeRecognitionService = async (name: string, contract: Contract) => {
  const shared = await RealEars.serve(contract)
  afterAll(shared.close)
  describeAsr(name, {
    layer: engines,
    open: open(contract.config(shared.url, { timeout_seconds: 60 })),
    jobs: Effect.sync(shared.jobs),
    kill: Effect.sync(shared.kill)
  })

  const failing = (
    answer: Answer | ((index: number) => Answer),
    changes?: Readonly<Record<string, unknown>>
  ) =>
    Effect.gen(function* () {
      const log: Array<unknown> = []
      const server = yield* ServiceServer.open((_, index) =>
        typeof answer === "function" ? answer(index) : answer
      )
      const asr = yield* open(contract.config(server.url, changes))
      const error = yield* Effect.flip(asr.transcribe(samples)).pipe(
        Effect.tapBoth({ onFailure: Effect.logWarning, onSuccess: (error) => Effect.logWarning(error) }),
        Effect.provide(
          Logger.replace(
            Logger.defaultLogger,
            Logger.map(Logger.jsonLogger, (line) => void log.push(line))
          )
        )
      )
      assert.strictEqual(error._tag, "TranscriptionFailed")
      assert.strictEqual(error.engine, name)
      assert.isNotEmpty(log)
      if (contract.secret !== undefined)
        assert.notInclude(JSON.stringify([error, log]) + error.message, contract.secret)
      assert.notMatch(error.message, /undefined|\[object/)
      return {
        requests: server.log.length,
        detail: english(error.detail),
        advice: english(error.advice)
      }
    })
  const refusal = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({
    status,
    headers: { "content-type": "text/plain", ...headers },
    chunks: ["try another time"]
  })
  const { key, model, quota } = contract.refusals
  /** An answer that has begun, and of which more is to come. */
  const [whole] = contract.answer("Hello.").chunks!
  const half: Answer = {
    headers: { "content-length": String(whole!.length) },
    chunks: [whole!.slice(0, whole!.length / 2)]
  }

  describe(`${name}: the contract of a service`, () => {
    layer(engines, { excludeTestServices: true })((it) => {
      if (key !== undefined)
        it.scoped("explains a wrong key without showing it, and does not ask again", () =>
          Effect.gen(function* () {
            const { advice, requests } = yield* failing(key)
            assert.strictEqual(requests, 1)
            assert.include(advice, contract.keys.secret)
          })
        )

      if (model !== undefined)
        it.scoped("explains a model that the service does not have", () =>
          Effect.gen(function* () {
            assert.include((yield* failing(model)).advice, contract.keys.model)
          })
        )

      if (quota !== undefined)
        it.scoped("explains that the account has nothing left, and tells that from a wrong key", () =>
          Effect.gen(function* () {
            const { advice, detail, requests } = yield* failing(quota)
            assert.include(detail, "nothing left")
            assert.strictEqual(requests, 1)
            assert.notInclude(advice, contract.keys.secret)
          })
        )

      it.scoped("explains a wrong address", () =>
        Effect.gen(function* () {
          const { advice } = yield* failing({ status: 404, chunks: ["<html>no such page</html>"] })
          assert.include(advice, contract.keys.address)
        })
      )

      it.scoped("asks again after 429 as the service says, and after 500", () =>
        Effect.gen(function* () {
          const server = yield* ServiceServer.open((_, index) =>
            index === 0
              ? refusal(429, { "retry-after": "0" })
              : index === 1
                ? refusal(500)
                : contract.answer("Hello.")
          )
          const asr = yield* open(contract.config(server.url))
          assert.strictEqual(yield* asr.transcribe(samples), "Hello.")
          assert.strictEqual(server.log.length, 3)
          // The whole of it again.
          assert.strictEqual(server.log[2]!.body.length, server.log[0]!.body.length)
        })
      )

      it.scoped("gives up on a service that goes on failing, or that wants a minute", () =>
        Effect.gen(function* () {
          const { detail, requests } = yield* failing(refusal(500))
          assert.strictEqual(requests, 3)
          assert.include(detail, "try another time")
          assert.strictEqual((yield* failing(refusal(429, { "retry-after": "60" }))).requests, 1)
        })
      )

      it.scoped("says so of what is no transcript", () =>
        Effect.gen(function* () {
          for (const body of ["<html>welcome</html>", "{}", '{"text":', "\u0000"]) {
            const { advice, detail } = yield* failing({ chunks: [body] })
            assert.isAbove(detail.length, 10)
            assert.include(advice, contract.keys.address)
          }
        })
      )

      it.scoped("reads no answer that is longer than any transcript", () =>
        Effect.gen(function* () {
          const piece = " ".repeat(64 * 1024)
          const server = yield* ServiceServer.open(() => ({
            chunks: Array.from({ length: 64 }, () => piece),
            afterwards: "nothing"
          }))
          const asr = yield* open(contract.config(server.url))
          const error = yield* Effect.flip(asr.transcribe(samples))
          assert.include(error.message, "more than 1 MiB")
          yield* Effect.promise(() => server.log[0]!.over)
          assert.isTrue(server.log[0]!.aborted)
        })
      )

      for (const afterwards of ["cut", "half"] as const)
        it.scoped(
          `sends the utterance again where the answer breaks off (${afterwards}), and says so if it does each time`,
          () =>
            Effect.gen(function* () {
              const server = yield* ServiceServer.open((_, index) =>
                index < 4 ? { ...half, afterwards } : contract.answer("Hello.")
              )
              const asr = yield* open(contract.config(server.url))
              const error = yield* Effect.flip(asr.transcribe(samples))
              assert.include(english(error.detail), "broke off")
              assert.include(english(error.advice), "say that again")
              assert.strictEqual(server.log.length, 3)
              assert.strictEqual(yield* asr.transcribe(samples), "Hello.")
              assert.strictEqual(server.log.length, 5)
            })
        )

      it.scoped("says that no server is there", () =>
        Effect.gen(function* () {
          const server = yield* Effect.promise(() => ServiceServer.listen(() => ({})))
          yield* Effect.promise(server.close)
          const asr = yield* open(contract.config(server.url))
          const error = yield* Effect.flip(asr.transcribe(samples))
          assert.include(english(error.detail), new URL(server.url).host)
          assert.include(english(error.advice), contract.keys.address)
        })
      )

      for (const [when, begun] of [
        ["before its answer", {}],
        ["in the middle of its answer", half]
      ] as const)
        it.scoped(`aborts the request when interrupted ${when}`, () =>
          Effect.gen(function* () {
            const server = yield* ServiceServer.open(() => ({ ...begun, afterwards: "nothing" }))
            const asr = yield* open(contract.config(server.url))
            const listening = yield* Effect.fork(asr.transcribe(samples))
            yield* Effect.promise(() => server.log.reached(1))
            yield* Fiber.interrupt(listening)
            yield* Effect.promise(() => server.log[0]!.over)
            assert.isTrue(server.log[0]!.aborted)
          })
        )

      it.scoped("has max_concurrency requests under way at most, for all sessions", () =>
        Effect.gen(function* () {
          let running = 0
          let most = 0
          const server = yield* ServiceServer.open((asked) => {
            most = Math.max(most, ++running)
            void asked.over.then(() => running--)
            return { ...contract.answer("Hello."), delayMs: 30 }
          })
          const config = contract.config(server.url, { max_concurrency: 2 })
          const sessions = yield* Effect.all([open(config), open(config), open(config)])
          yield* Effect.forEach([...sessions, ...sessions, ...sessions], (asr) => asr.transcribe(samples), {
            concurrency: "unbounded"
          })
          assert.strictEqual(most, 2)
          assert.strictEqual(server.log.length, 9)
        })
      )

      it.scoped("stays away from a service that is down, and says what was wrong with it", () =>
        Effect.gen(function* () {
          const server = yield* ServiceServer.open(() => refusal(503, { "retry-after": "60" }))
          const asr = yield* open(contract.config(server.url))
          const first = yield* Effect.flip(asr.transcribe(samples))
          yield* Effect.replicateEffect(Effect.flip(asr.transcribe(samples)), 2)
          assert.strictEqual(server.log.length, 3)
          const last = yield* Effect.flip(asr.transcribe(samples))
          assert.strictEqual(server.log.length, 3)
          assert.strictEqual(last.message, first.message)
        })
      )

      it.scoped("sends nothing that is too short to hold a word", () =>
        Effect.gen(function* () {
          const server = yield* ServiceServer.open(() => contract.answer("Thanks for watching!"))
          const asr = yield* open(contract.config(server.url))
          assert.strictEqual(yield* asr.transcribe(samples.subarray(0, 1000)), "")
          assert.strictEqual(server.log.length, 0)
        })
      )

      it.scoped("sends the utterance as a WAV file, and drops descriptions of sounds", () =>
        Effect.gen(function* () {
          const server = yield* ServiceServer.open(() => contract.answer("[BLANK_AUDIO]"))
          const asr = yield* open(contract.config(server.url))
          const long = Float32Array.from({ length: 25 * 16_000 }, (_, at) => (at % 1000) / 1000)
          assert.strictEqual(yield* asr.transcribe(long), "")
          const wav = Buffer.from(yield* Effect.promise(async () => contract.wavOf(server.log[0]!)))
          assert.strictEqual(wav.toString("latin1", 0, 4), "RIFF")
          assert.strictEqual(wav.readUInt32LE(24), 16_000)
          assert.strictEqual(wav.length, 44 + 2 * long.length)
          const sent = new Int16Array(new Uint8Array(wav.subarray(44)).buffer)
          assert.isTrue(sent.every((sample, at) => sample === Math.round(long[at]! * 32_767)))
        })
      )
    })

    layer(engines)((it) => {
      for (const [when, begun] of [
        ["says nothing", {}],
        ["says nothing any more in the middle of its answer", half]
      ] as const)
        it.scoped(`gives up on a service that ${when}, and does not ask again`, () =>
          Effect.gen(function* () {
            const server = yield* ServiceServer.open(() => ({ ...begun, afterwards: "nothing" }))
            const asr = yield* open(contract.config(server.url, { timeout_seconds: 20 }))
            const listening = yield* Effect.fork(Effect.flip(asr.transcribe(samples)))
            while (server.log.length === 0) yield* TestServices.provideLive(Effect.sleep("5 millis"))
            yield* TestClock.adjust("19 seconds")
            assert.isNull(listening.unsafePoll())
            yield* TestClock.adjust("1 seconds")
            assert.include(english((yield* Fiber.join(listening)).detail), "20 s")
            yield* Effect.promise(() => server.log[0]!.over)
            assert.isTrue(server.log[0]!.aborted)
            assert.strictEqual(server.log.length, 1)
          })
        )
    })
  })
}
