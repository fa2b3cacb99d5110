import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import * as RemoteVoice from "../../src/tts/RemoteVoice.ts"

describe("an attempt at a sentence", () => {
  it.effect("closes all that a failed attempt has opened, also when it is interrupted meanwhile", () =>
    Effect.gen(function* () {
      const journal: Array<string> = []
      const [closing, goOn] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const begin = Effect.gen(function* () {
        yield* Effect.addFinalizer(() => Effect.sync(() => journal.push("closed")))
        yield* Effect.addFinalizer(() =>
          Effect.zipRight(Deferred.succeed(closing, undefined), Deferred.await(goOn))
        )
        return yield* Effect.fail("no sound")
      })
      const trying = yield* Effect.fork(Effect.scoped(RemoteVoice.attempt(begin)))
      yield* Deferred.await(closing)
      const stopping = yield* Effect.fork(Fiber.interrupt(trying))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.join(stopping)
      expect(journal).toEqual(["closed"])
    })
  )
})
