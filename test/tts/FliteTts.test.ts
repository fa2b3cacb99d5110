import { readdirSync, readFileSync } from "node:fs"
import { constants, getPriority } from "node:os"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as FliteTts from "../../src/tts/FliteTts.ts"
import { TtsEngines } from "../../src/tts/Tts.ts"
import { describeTts } from "./describeTts.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"

/** A thread that is at work answers nothing else; one whose text was interrupted answers after the piece it is at. */
const running = Effect.gen(function* () {
  const flite = yield* (yield* EnginePool).borrow(FliteTts.spec(TtsConfigs.flite("slt").flite_tts))
  return yield* flite.ask({ _tag: "Voices" }).pipe(
    Effect.map((answer) => (answer._tag === "Voices" ? answer.running : 0)),
    Effect.timeoutTo({ duration: "100 millis", onSuccess: (count) => count, onTimeout: () => 1 })
  )
}).pipe(Effect.scoped)

describeTts("flite_tts", { config: TtsConfigs.flite("slt"), layer: engines, running })

/** The priorities of this process's threads: "nice" values, field 19 of proc(5), by Linux only. */
const priorities = (): ReadonlyArray<number> =>
  readdirSync("/proc/self/task").map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8")
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16])
  })

describe("FliteTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("speaks below the priority of the event loop, whose own stays as it was", () =>
      Effect.gen(function* () {
        const before = getPriority()
        const tts = yield* (yield* TtsEngines).open(TtsConfigs.flite("slt"))
        yield* tts.synthesize("Hello there.")
        assert.strictEqual(getPriority(), before)
        if (process.platform === "linux")
          assert.include(priorities(), constants.priority.PRIORITY_BELOW_NORMAL)
      })
    )

    it.scoped("names the voices when it is asked for another", () =>
      Effect.gen(function* () {
        const engines = yield* TtsEngines
        const error = yield* Effect.flip(engines.open(TtsConfigs.flite("nobody")))
        assert.strictEqual(
          error.message,
          'flite_tts is not available: there is no voice "nobody". ' +
            "Set tts_config.flite_tts.voice to one of awb, kal, kal16, rms, slt."
        )
      })
    )

    it.scoped(
      "loads once for all voices, and each of them speaks; a voice is given back with the scope that opened it",
      () =>
        Effect.gen(function* () {
          const engines = yield* TtsEngines
          const pool = yield* EnginePool
          const speakAll = Effect.gen(function* () {
            for (const name of ["awb", "kal", "kal16", "rms", "slt"]) {
              const tts = yield* engines.open(TtsConfigs.flite(name))
              assert.isAbove(Pcm.duration(yield* tts.synthesize("Hello there.")), 300)
            }
            assert.deepStrictEqual(yield* pool.uses, [{ kind: "tts", id: "flite_tts", references: 5 }])
          })
          yield* Effect.scoped(speakAll)
          assert.deepStrictEqual(yield* pool.uses, [{ kind: "tts", id: "flite_tts", references: 0 }])
        })
    )

    it.scoped("lets as many sentences in at once as it may, in all sessions together", () =>
      Effect.gen(function* () {
        for (const limit of [1, 2]) {
          const { flite_tts } = TtsConfigs.flite("slt", { max_concurrency: limit })
          const flite = yield* (yield* EnginePool).borrow(FliteTts.spec(flite_tts))
          const asked = { now: 0, peak: 0 }
          const counting: FliteTts.Flite = {
            ...flite,
            ask: (request) =>
              Effect.acquireUseRelease(
                Effect.sync(() => (asked.peak = Math.max(asked.peak, ++asked.now))),
                () => flite.ask(request),
                () => Effect.sync(() => asked.now--)
              )
          }
          const sessions = [
            yield* FliteTts.voice(counting, flite_tts),
            yield* FliteTts.voice(counting, flite_tts)
          ]
          const sounds = yield* Effect.forEach(
            [...sessions, ...sessions, ...sessions],
            (session) => session.synthesize("Now I."),
            { concurrency: "unbounded" }
          )
          assert.isTrue(sounds.every((sound) => Pcm.duration(sound) > 200))
          assert.strictEqual(asked.peak, limit)
        }
      })
    )

    // As long as this, `node:wasi` ended the process.
    it.scoped("speaks a text of a minute", () =>
      Effect.gen(function* () {
        const tts = yield* Effect.flatMap(FliteTts.spec({ voice: "kal16" }).load, (flite) =>
          FliteTts.voice(flite, { voice: "kal16" })
        )
        assert.isAbove(
          Pcm.duration(yield* tts.synthesize("Hello world, and hello again. ".repeat(40))),
          60_000
        )
      })
    )
  })
})
