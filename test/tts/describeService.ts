import { assert, describe, layer } from "@effect/vitest"
import { afterAll } from "vitest"
import { Effect, Fiber } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import { english } from "../../src/language/Text.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import type { Answer, Asked } from "../support/ServiceServer.ts"
import { sound } from "./contracts/Contract.ts"
import type { Contract } from "./contracts/Contract.ts"
import { begun, describePatience, refusal, serverOf } from "./describePatience.ts"
import { describeTts, open, peak } from "./describeTts.ts"
import { engines } from "./TtsLayer.ts"

/** What every voice of a service has to do, beside what every voice has to. `name`: as `tts_model` has it. */
export const describeService = async (name: string, contract: Contract) => {
  const { listen = ServiceServer.listen } = contract
  const serve = serverOf(contract)
  const underWay = new Set<Asked>()
  const shared = await listen((asked) => {
    underWay.add(asked)
    void asked.over.then(() => underWay.delete(asked))
    const text = contract.textOf(asked)
    // Time enough to be interrupted.
    return text.length > 500 ? { afterwards: "nothing" } : contract.answer(sound(text.length))
  })
  afterAll(() => shared.close())
  describeTts(name, {
    config: contract.config(shared.url),
    layer: engines,
    running: Effect.sync(() => underWay.size)
  })

  const failing = (
    answer: Answer | ((index: number) => Answer),
    changes?: Readonly<Record<string, unknown>>
  ) =>
    Effect.gen(function* () {
      const server = yield* serve((_, index) => (typeof answer === "function" ? answer(index) : answer))
      const tts = yield* open(contract.config(server.url, changes))
      const error = yield* Effect.flip(tts.synthesize("Hello there."))
      assert.strictEqual(error._tag, "SynthesisFailed")
      assert.strictEqual(error.engine, name)
      assert.notInclude(JSON.stringify(error) + error.message, contract.secret)
      assert.notMatch(error.message, /undefined|\[object/)
      return {
        error,
        requests: server.log.length,
        detail: english(error.detail),
        advice: english(error.advice)
      }
    })

  describe(`${name}: the contract of a service`, () => {
    layer(engines, { excludeTestServices: true })((it) => {
      it.scoped("explains a wrong key without showing it, and does not ask again", () =>
        Effect.gen(function* () {
          const { advice, requests } = yield* failing(contract.refusals.key)
          assert.strictEqual(requests, 1)
          assert.include(advice, contract.keys.secret)
        })
      )

      it.scoped("explains a model or voice that the service does not have", () =>
        Effect.gen(function* () {
          assert.include((yield* failing(contract.refusals.model)).advice, contract.keys.model)
        })
      )

      const { quota } = contract.refusals
      if (quota !== undefined)
        it.scoped("explains that the account has nothing left, and tells that from a wrong key", () =>
          Effect.gen(function* () {
            const { detail, error, requests } = yield* failing(quota)
            assert.include(detail, "nothing left")
            assert.strictEqual(requests, 1)
            assert.notInclude(english(error.advice), contract.keys.secret)
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
          const server = yield* serve((asked, index) =>
            index === 0
              ? refusal(429, { "retry-after": "0" })
              : index === 1
                ? refusal(500)
                : contract.answer(sound(contract.textOf(asked).length))
          )
          const tts = yield* open(contract.config(server.url))
          assert.isAbove(peak(yield* tts.synthesize("Hello there.")), 1000)
          assert.strictEqual(server.log.length, 3)
        })
      )

      it.scoped("gives up on a service that goes on failing, or that wants more than five seconds", () =>
        Effect.gen(function* () {
          assert.strictEqual((yield* failing(refusal(500))).requests, 3)
          assert.strictEqual((yield* failing(refusal(429, { "retry-after": "6" }))).requests, 1)
        })
      )

      it.scoped("says so of what is no sound", () =>
        Effect.gen(function* () {
          for (const chunks of [["<html>welcome</html>"], []]) {
            const { detail } = yield* failing({ headers: { "content-type": "text/html" }, chunks })
            assert.match(detail, noSound)
          }
        })
      )

      for (const [what, lie] of lies(contract))
        it.scoped(`is not taken in by ${what} that is called sound`, () =>
          Effect.gen(function* () {
            const { detail, requests } = yield* failing(lie)
            assert.match(detail, noSound)
            assert.strictEqual(requests, 1)
          })
        )

      for (const afterwards of ["cut", "half"] as const) {
        it.scoped(`asks again where the connection breaks off before any sound (${afterwards})`, () =>
          Effect.gen(function* () {
            const whole = contract.answer(sound(12))
            const server = yield* serve((_, index) =>
              index === 0 ? { ...whole, chunks: [], afterwards } : whole
            )
            const tts = yield* open(contract.config(server.url))
            assert.isAbove(peak(yield* tts.synthesize("Hello there.")), 1000)
            assert.strictEqual(server.log.length, 2)
          })
        )

        it.scoped(`fails where it breaks off in the middle (${afterwards}), and does not begin again`, () =>
          Effect.gen(function* () {
            const { chunks, headers } = begun(contract)
            const { detail, requests } = yield* failing({ headers, chunks, afterwards })
            assert.include(detail, "broke off")
            assert.strictEqual(requests, 1)
          })
        )
      }

      it.scoped("says that no server is there", () =>
        Effect.gen(function* () {
          const server = yield* Effect.promise(() => listen(() => ({})))
          yield* Effect.promise(server.close)
          const tts = yield* open(contract.config(server.url))
          const error = yield* Effect.flip(tts.synthesize("Hello."))
          assert.include(english(error.detail), new URL(server.url).host)
          assert.include(english(error.advice), contract.keys.address)
        })
      )

      it.scoped("aborts in the middle of the sound when interrupted", () =>
        Effect.gen(function* () {
          const { chunks = [], headers = {} } = contract.answer(sound(60))
          const server = yield* serve(() => ({
            headers,
            chunks: chunks.slice(0, 1),
            afterwards: "nothing"
          }))
          const tts = yield* open(contract.config(server.url))
          const speaking = yield* Effect.fork(tts.synthesize("Hello there."))
          yield* Effect.promise(() => server.log.reached(1))
          yield* Effect.sleep("50 millis")
          yield* Fiber.interrupt(speaking)
          yield* Effect.promise(() => server.log[0]!.over)
          assert.isTrue(server.log[0]!.aborted)
        })
      )

      it.scoped("has max_concurrency requests under way at most, for all sessions", () =>
        Effect.gen(function* () {
          const running = new Set<Asked>()
          let most = 0
          const server = yield* serve((asked) => {
            most = Math.max(most, running.add(asked).size)
            void asked.over.then(() => running.delete(asked))
            const answer = contract.answer(sound(contract.textOf(asked).length))
            // With its last message the service has done; a connection may take longer to close.
            const onChunk = (index: number) => {
              if (index + 1 === answer.chunks?.length) running.delete(asked)
            }
            return { ...answer, delayMs: 30, onChunk }
          })
          const config = contract.config(server.url, { max_concurrency: 2 })
          const voices = yield* Effect.all([open(config), open(config), open(config)])
          yield* Effect.forEach([...voices, ...voices, ...voices], (tts) => tts.synthesize("Hello there."), {
            concurrency: "unbounded"
          })
          assert.strictEqual(most, 2)
          assert.isAtLeast(server.log.length, 9)
        })
      )

      it.scoped("stays away from a service that is down, and says what was wrong with it", () =>
        Effect.gen(function* () {
          const server = yield* serve(() => refusal(503))
          const tts = yield* open(contract.config(server.url))
          const first = yield* Effect.flip(tts.synthesize("Hello."))
          yield* Effect.replicateEffect(Effect.flip(tts.synthesize("Hello.")), 2)
          const requests = server.log.length
          const last = yield* Effect.flip(tts.synthesize("Hello."))
          assert.strictEqual(server.log.length, requests)
          assert.strictEqual(last.message, first.message)
        })
      )

      if (contract.streams)
        it.scoped("is heard while the rest is still on its way, and sounds the same", () =>
          Effect.gen(function* () {
            const whole = sound(80)
            const server = yield* serve((_, index) =>
              index === 0 ? { ...contract.answer(whole), afterwards: "nothing" } : contract.answer(whole)
            )
            const tts = yield* open(contract.config(server.url))
            let heard = 0
            const speaking = yield* Effect.fork(
              tts.stream!("Hello there.", (piece) => Effect.sync(() => void (heard += Pcm.duration(piece))))
            )
            while (heard < 0.6 * Pcm.duration(whole)) yield* Effect.sleep("5 millis")
            yield* Fiber.interrupt(speaking)
            const again = yield* tts.synthesize("Hello there.")
            assert.closeTo(Pcm.duration(again), Pcm.duration(whole), 150)
          })
        )
    })
  })

  describePatience(name, contract)
}

/** What is said of an answer that is none. */
const noSound = /sent no sound|has no sound|and no sound|cannot be read|broke off/

/** Bytes under the name of sound; what asks for bare samples cannot tell them from others. */
const lies = ({ answer, disguise, isBare = false }: Contract): ReadonlyArray<readonly [string, Answer]> => {
  if (isBare) return []
  const { headers = {} } = answer(sound(6))
  const noise = Uint8Array.from({ length: 4000 }, (_, at) => (at * 7919) % 251)
  const wrapped = disguise ?? ((bytes) => ({ headers, chunks: [bytes] }))
  return [
    ["a web page", wrapped(new TextEncoder().encode("<html>welcome</html>".repeat(20)))],
    ["noise", wrapped(noise)]
  ]
}
