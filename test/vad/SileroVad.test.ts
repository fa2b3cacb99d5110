import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Scope } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as SileroVad from "../../src/vad/SileroVad.ts"
import { contextSize, stateSize } from "../../src/vad/SileroVadProtocol.ts"
import { VadEngines } from "../../src/vad/Vad.ts"
import * as VadTable from "../../src/vad/VadTable.ts"
import { characterConfig } from "../support/Fixtures.ts"
import * as Processes from "../support/Processes.ts"
import * as Speech from "../support/Speech.ts"
import { describeVad } from "./describeVad.ts"

const engines = VadTable.layer.pipe(Layer.provideMerge(EnginePool.layer({ idleTimeToLive: "1 minute" })))
const { silero_vad } = characterConfig("a").vad_config

const silero = Effect.flatMap(EnginePool, (pool) => pool.borrow(SileroVad.spec()))

describeVad("silero_vad", {
  config: { vad_model: "silero_vad", silero_vad },
  layer: engines,
  kill: Effect.scoped(
    Effect.gen(function* () {
      const { jobs, pid } = yield* Effect.orDie(silero)
      yield* Effect.orDie(Effect.repeat(jobs, { until: (count) => count > 0 }))
      process.kill((yield* pid)!, "SIGKILL")
    })
  )
})

const stretch = (seconds: number) => ({
  samples: Speech.seconds(seconds).subarray(0, seconds * 16_000 - ((seconds * 16_000) % 512)),
  context: new Float32Array(contextSize),
  state: new Float32Array(stateSize)
})

describe("SileroVad", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("one process hears all sessions, and none is left when they have gone", () =>
      Effect.gen(function* () {
        const before = Processes.descendants(process.pid)
        const scope = yield* Scope.make()
        const pool = yield* EnginePool.pipe(
          Effect.provide(yield* Layer.buildWithScope(EnginePool.layer({ idleTimeToLive: 0 }), scope))
        )
        const started = yield* Effect.scoped(
          Effect.gen(function* () {
            const vads = yield* Effect.forEach([1, 2, 3], () => SileroVad.open(pool))
            yield* Effect.forEach(vads, (vad) => vad.listen(Speech.seconds(1)), { concurrency: 3 })
            assert.deepStrictEqual(yield* pool.uses, [{ kind: "vad", id: "silero_vad", references: 3 }])
            return Processes.descendants(process.pid).filter((pid) => !before.includes(pid))
          })
        )
        assert.lengthOf(started, 1)
        yield* Effect.repeat(Effect.sleep("10 millis"), {
          until: () => Processes.alive(started).length === 0
        })
        assert.deepStrictEqual(yield* pool.uses, [])
      })
    )

    it.scoped("is sure of speech in each of its windows", () =>
      Effect.gen(function* () {
        const vad = yield* SileroVad.open(yield* EnginePool)
        yield* vad.listen(Speech.seconds(1))
        const windows = yield* vad.listen(Speech.trimmed(yield* Speech.say("Fifty foxes found a fish.")))
        // It begins within the first window. Without the end of the window before each, the model falls to 0.3 in between.
        const probabilities = windows.slice(2).map(({ probability }) => probability)
        assert.isAbove(Math.min(...probabilities), 0.45)
      })
    )

    it.scoped("an analysis that nobody waits for is given up, and says what it cost if somebody does", () =>
      Effect.gen(function* () {
        const engine = yield* silero
        const long = yield* Effect.fork(engine.analyse(stretch(600)))
        yield* Effect.repeat(engine.jobs, { until: (jobs) => jobs === 1 })
        yield* Fiber.interrupt(long)
        yield* Effect.repeat(engine.jobs, { until: (jobs) => jobs === 0 })
        const { cost, probabilities } = yield* engine.analyse(stretch(32))
        assert.lengthOf(probabilities, 1000)
        assert.isAbove(cost, 0)
      })
    )
  })

  const files = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped()
    yield* fs.writeFileString(`${folder}/broken.onnx`, "no model at all")
    return [`${folder}/missing.onnx`, `${folder}/broken.onnx`]
  })

  it.scopedLive("a missing or broken model file is named as that, without its path", () =>
    Effect.gen(function* () {
      const pool = yield* EnginePool
      for (const file of yield* files) {
        const failure = yield* Effect.flip(SileroVad.open(pool, SileroVad.spec(file)))
        assert.strictEqual(
          failure.message,
          "silero_vad is not available: its model file is missing or broken. " +
            "Install the project's packages again (npm install), or restart the server."
        )
      }
    }).pipe(Effect.provide([engines, NodeContext.layer]))
  )

  it.scoped("a character without one is told which key to set", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip((yield* VadEngines).open({ silero_vad }))
      assert.include(failure.message, "Set character_config.vad_config.vad_model to silero_vad")
    }).pipe(Effect.provide(engines))
  )
})
