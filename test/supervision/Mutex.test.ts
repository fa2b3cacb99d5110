import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as Mutex from "../../src/supervision/Mutex.ts"

describe("Mutex", () => {
  it.effect("lets one at a time in, in the order in which they came", () =>
    Effect.gen(function* () {
      const mutex = Mutex.make()
      const seen: Array<string> = []
      const visit = (name: string) =>
        mutex.alone(
          Effect.gen(function* () {
            seen.push(`${name} comes`)
            yield* Effect.yieldNow()
            yield* Effect.sleep("1 second")
            seen.push(`${name} goes`)
          })
        )
      yield* Effect.fork(
        Effect.all([visit("a"), visit("b"), visit("c")], { concurrency: "unbounded", discard: true })
      )
      for (let second = 0; second < 3; second++) yield* TestClock.adjust("1 second")
      expect(seen).toEqual(["a comes", "a goes", "b comes", "b goes", "c comes", "c goes"])
    })
  )

  it.effect("goes on without whoever gives up, while waiting or while inside", () =>
    Effect.gen(function* () {
      const mutex = Mutex.make()
      const inside = yield* Effect.fork(mutex.alone(Effect.never))
      yield* Effect.yieldNow()
      const waits = yield* Effect.fork(mutex.alone(Effect.succeed("waited")))
      const last = yield* Effect.fork(mutex.alone(Effect.succeed("last")))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(waits)
      yield* Fiber.interrupt(inside)
      expect(yield* Fiber.join(last)).toBe("last")
      expect(yield* mutex.alone(Effect.succeed("again"))).toBe("again")
    })
  )

  it.effect("is not lost where one is let in and interrupted at the same moment", () =>
    Effect.gen(function* () {
      const mutex = Mutex.make()
      yield* Effect.uninterruptibleMask(mutex.take)
      const waits = yield* Effect.fork(mutex.alone(Effect.never))
      yield* Effect.yieldNow()
      yield* mutex.release
      yield* Fiber.interrupt(waits)
      expect(yield* mutex.alone(Effect.succeed("free"))).toBe("free")
    })
  )

  it.effect("is free again after a failure", () =>
    Effect.gen(function* () {
      const mutex = Mutex.make()
      expect(yield* Effect.flip(mutex.alone(Effect.fail("wrong")))).toBe("wrong")
      expect(yield* mutex.alone(Effect.succeed("free"))).toBe("free")
    })
  )
})
