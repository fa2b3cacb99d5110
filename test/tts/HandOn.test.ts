import { assert, describe, it, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber, Ref } from "effect"
import type { Pcm } from "../../src/audio/Pcm.ts"
import * as HandOn from "../../src/tts/HandOn.ts"
import { TtsEngines } from "../../src/tts/Tts.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import * as Tone from "../support/Tone.ts"
import { engines } from "./TtsLayer.ts"
import * as TtsConfigs from "./TtsConfigs.ts"

const pieces = [100, 200, 300].map(Tone.pcm)

describe("HandOn", () => {
  it.effect("is done with the job while its sound still waits to be taken", () =>
    Effect.gen(function* () {
      const done = yield* Deferred.make<void>()
      const job = (put: (piece: Pcm) => Effect.Effect<void>) =>
        Effect.zipRight(Effect.forEach(pieces, put, { discard: true }), Deferred.succeed(done, undefined))
      const taken: Array<Pcm> = []
      yield* HandOn.besides(
        (put) => Effect.asVoid(job(put)),
        (piece) => Effect.map(Deferred.await(done), () => void taken.push(piece))
      )
      assert.deepStrictEqual(taken, pieces)
    })
  )

  it.effect("fails as the job failed, after the sound that came before", () =>
    Effect.gen(function* () {
      const taken: Array<Pcm> = []
      const failure = yield* Effect.flip(
        HandOn.besides(
          (put) => Effect.zipRight(put(pieces[0]!), Effect.fail("broken off" as const)),
          (piece) => Effect.yieldNow().pipe(Effect.map(() => void taken.push(piece)))
        )
      )
      assert.strictEqual(failure, "broken off")
      assert.deepStrictEqual(taken, [pieces[0]])
    })
  )

  it.effect("ends the job with whoever waits for it", () =>
    Effect.gen(function* () {
      const ended = yield* Ref.make(false)
      const begun = yield* Deferred.make<void>()
      const job = Deferred.succeed(begun, undefined).pipe(
        Effect.zipRight(Effect.never),
        Effect.onInterrupt(() => Ref.set(ended, true))
      )
      const speaking = yield* Effect.fork(
        HandOn.besides(
          () => job,
          () => Effect.void
        )
      )
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(speaking)
      assert.isTrue(yield* Ref.get(ended))
    })
  )

  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped(
      "lets a sentence have the only place of a voice although a later one has not been heard yet",
      () =>
        Effect.gen(function* () {
          const server = yield* ServiceServer.open(() => ({ chunks: [Tone.wav(300)] }))
          const voice = yield* (yield* TtsEngines).open(
            TtsConfigs.openAi({ base_url: server.url, max_concurrency: 1 })
          )
          const firstHeard = yield* Deferred.make<void>()
          const heard: Array<string> = []
          const hear = (name: string) => Effect.sync(() => void heard.push(name))
          const later = yield* Effect.fork(
            voice.stream!("Later.", () => Effect.zipRight(Deferred.await(firstHeard), hear("later")))
          )
          while (server.log.length === 0) yield* Effect.sleep("5 millis")
          yield* voice.stream!("First.", () =>
            Effect.zipRight(hear("first"), Deferred.succeed(firstHeard, undefined))
          )
          yield* Fiber.join(later)
          assert.deepStrictEqual(heard, ["first", "later"])
        })
    )
  })
})
