import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, TestClock } from "effect"
import * as Patience from "../../src/engine/Patience.ts"
import { english } from "../../src/language/Text.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"

const silence = Duration.seconds(10)
const bound = <A, E>(receive: (wait: Patience.Wait) => Effect.Effect<A, E>) =>
  Effect.flatMap(Alarms, (alarms) => Patience.bound(alarms, silence, receive)).pipe(
    Effect.provide(Alarms.layer)
  )
const after = (seconds: number) => Effect.delay(Effect.void, Duration.seconds(seconds))

describe("Patience", () => {
  it.effect("bears no silence that is too long", () =>
    Effect.gen(function* () {
      const waiting = yield* Effect.fork(
        Effect.flip(bound((wait) => Effect.zipRight(after(100), wait(Effect.never))))
      )
      yield* TestClock.adjust("100 seconds")
      yield* TestClock.adjust("9 seconds")
      assert.isNull(waiting.unsafePoll())
      yield* TestClock.adjust("1 seconds")
      const { detail, reason } = yield* Fiber.join(waiting)
      assert.strictEqual(reason, "too-slow")
      assert.strictEqual(english(detail!), "has said nothing for 10 s")
    })
  )

  it.effect("ends an answer that drips, and counts nothing of what is done between its parts", () =>
    Effect.gen(function* () {
      let parts = 0
      const part = (wait: Patience.Wait) =>
        Effect.zipRight(
          Effect.tap(wait(after(9)), () => Effect.sync(() => parts++)),
          after(100)
        )
      const waiting = yield* Effect.fork(Effect.flip(bound((wait) => Effect.forever(part(wait)))))
      yield* TestClock.adjust(Duration.seconds(4 * 109 + 3))
      assert.strictEqual(parts, 4)
      assert.isNull(waiting.unsafePoll())
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(english((yield* Fiber.join(waiting)).detail!), "was not done after 40 s")
    })
  )

  it.effect("begins anew with each part, though the one before failed", () =>
    Effect.gen(function* () {
      const waiting = yield* Effect.fork(
        bound((wait) =>
          Effect.ignore(wait(Effect.zipRight(after(8), Effect.fail("lost")))).pipe(
            Effect.zipRight(after(8)),
            Effect.zipRight(wait(after(8))),
            Effect.as("there")
          )
        )
      )
      yield* TestClock.adjust("24 seconds")
      assert.strictEqual(yield* Fiber.join(waiting), "there")
    })
  )

  it.effect("lets what receives stop before it closes what it has opened, whoever interrupts", () =>
    Effect.gen(function* () {
      const journal: Array<string> = []
      const note = (what: string) => Effect.sync(() => void journal.push(what))
      const receive = (wait: Patience.Wait) =>
        Effect.scoped(
          Effect.zipRight(
            Effect.addFinalizer(() => note("closed")),
            wait(Effect.onInterrupt(Effect.never, () => note("stopped")))
          )
        )
      const waiting = yield* Effect.fork(bound(receive))
      yield* TestClock.adjust("1 seconds")
      yield* Fiber.interrupt(waiting)
      assert.deepStrictEqual(journal, ["stopped", "closed"])
    })
  )
})
