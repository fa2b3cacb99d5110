import { assert, describe, layer } from "@effect/vitest"
import { Clock, Effect, Fiber, TestClock, TestServices } from "effect"
import type { Pcm } from "../../src/audio/Pcm.ts"
import { english } from "../../src/language/Text.ts"
import type { Tts } from "../../src/tts/Tts.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { sound } from "./contracts/Contract.ts"
import type { Contract } from "./contracts/Contract.ts"
import { open } from "./describeTts.ts"
import { engines } from "./TtsLayer.ts"

/** Opens servers that speak a contract's API. */
export const serverOf =
  ({ listen = ServiceServer.listen }: Contract) =>
  (answer: Parameters<typeof listen>[0]) =>
    Effect.acquireRelease(
      Effect.promise(() => listen(answer)),
      ({ close }) => Effect.promise(close)
    )

export const refusal = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { "content-type": "text/plain", ...headers },
  chunks: ["try another time"]
})

/** The beginning of an answer, with some sound in it. */
export const begun = ({ answer }: Contract) => {
  const { chunks = [], headers = {} } = answer(sound(60))
  return { headers, chunks: chunks.slice(0, -1) }
}

/** Real time, in which what has been sent arrives. */
const moment = TestServices.provideLive(Effect.sleep("5 millis"))

/** Says something in vain: how it ends, and how many pieces of it were heard so far. */
const inVain = (tts: Tts) =>
  Effect.gen(function* () {
    const pieces: Array<Pcm> = []
    const take = (piece: Pcm) => Effect.sync(() => void pieces.push(piece))
    return { pieces, ending: yield* Effect.fork(Effect.flip(tts.stream!("Hello.", take))) }
  })

/** How long every voice of a service waits for it. `name`: as `tts_model` has it. */
export const describePatience = (name: string, contract: Contract) => {
  const serve = serverOf(contract)

  describe(`${name}: the patience with a service`, () => {
    layer(engines)((it) => {
      for (const [where, stalled] of [
        ["before the first sound", {}],
        ["after it", begun(contract)]
      ] as const)
        it.scoped(`gives up on a service that says nothing any more ${where}`, () =>
          Effect.gen(function* () {
            const server = yield* serve((_, index) =>
              index === 0 ? contract.answer(sound(12)) : { ...stalled, afterwards: "nothing" }
            )
            const tts = yield* open(contract.config(server.url, { timeout_seconds: 20 }))
            // What decodes has started, and learnt is what there is to learn of the service.
            yield* tts.synthesize("Hello.")
            const { ending, pieces } = yield* inVain(tts)
            while (server.log.length < 2) yield* moment
            if ("chunks" in stalled) while (pieces.length === 0) yield* moment
            yield* TestClock.adjust("19 seconds")
            yield* moment
            assert.isNull(ending.unsafePoll())
            while (ending.unsafePoll() === null) yield* Effect.zipRight(TestClock.adjust("1 seconds"), moment)
            const error = yield* Fiber.join(ending)
            assert.include(english(error.detail), "20 s")
            assert.include(english(error.advice), "timeout_seconds")
            yield* Effect.promise(() => server.log[1]!.over)
            assert.isTrue(server.log[1]!.aborted)
            assert.strictEqual(server.log.length, 2)
          })
        )

      it.scoped("gives up on a service that drips for ever", () =>
        Effect.gen(function* () {
          const { chunks = [], headers = {} } = contract.answer(sound(60))
          const middle = Math.floor(chunks.length / 2)
          let release: () => void = () => undefined
          const drip: Answer = {
            headers,
            chunks: [...chunks.slice(0, middle), ...Array.from({ length: 200 }, () => chunks[middle]!)],
            mayGoOn: () => new Promise((resolve) => (release = resolve)),
            afterwards: "nothing"
          }
          const drop = Effect.zipRight(
            Effect.sync(() => release()),
            Effect.replicateEffect(moment, 3)
          )
          const server = yield* serve((_, index) => (index === 0 ? contract.answer(sound(12)) : drip))
          const tts = yield* open(contract.config(server.url, { timeout_seconds: 20 }))
          yield* tts.synthesize("Hello.")
          const { ending, pieces } = yield* inVain(tts)
          while (pieces.length === 0) yield* drop
          while (ending.unsafePoll() === null) yield* Effect.zipRight(drop, TestClock.adjust("9 seconds"))
          assert.include(english((yield* Fiber.join(ending)).detail), "not done after 80 s")
          yield* Effect.promise(() => server.log[1]!.over)
          assert.strictEqual(server.log.length, 2)
        })
      )
    })

    // With a clock of its own, as one remembers all sleeps.
    layer(engines)((it) => {
      it.scoped("waits as long after 429 as the service says, if that is not long", () =>
        Effect.gen(function* () {
          const server = yield* serve((_, index) =>
            index === 1 ? refusal(429, { "retry-after": "4" }) : contract.answer(sound(12))
          )
          const tts = yield* open(contract.config(server.url, { timeout_seconds: 20 }))
          yield* tts.synthesize("Hello.")
          const now = yield* Clock.currentTimeMillis
          const pauses = Effect.map(TestClock.sleeps(), (until) =>
            [...until].map((time) => time - now).filter((pause) => pause < 20_000)
          )
          const speaking = yield* Effect.fork(tts.synthesize("Hello."))
          while (!(yield* pauses).includes(4000)) yield* moment
          yield* TestClock.adjust("3 seconds")
          assert.strictEqual(server.log.length, 2)
          yield* TestClock.adjust("1 seconds")
          yield* Fiber.join(speaking)
          assert.strictEqual(server.log.length, 3)
        })
      )
    })
  })
}
