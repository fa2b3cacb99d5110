import type { ChildProcess as Child } from "node:child_process"
import { Worker } from "@effect/platform"
import { NodeWorker } from "@effect/platform-node"
import type { WorkerError } from "@effect/platform/WorkerError"
import { Effect, Logger, LogLevel } from "effect"
import type { Duration, Scope } from "effect"
import * as ChildProcess from "./ChildProcess.ts"
import type { Problem, Request, Response } from "./EngineRunner.ts"
import { EngineUnavailable } from "./EngineUnavailable.ts"
import type { EngineKind } from "./EngineUnavailable.ts"
import * as HostPaths from "./HostPaths.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

export interface Options<Load> extends Omit<ChildProcess.Options, "name"> {
  readonly kind: EngineKind
  /** The configuration's name for the engine, such as `sherpa_onnx_asr`. */
  readonly engine: string
  /** Plain data that says what to load. */
  readonly load: Load
  /** What to do when it cannot be loaded or refuses a job, a whole sentence. */
  readonly advice: Words
  /** Defaults to 3 minutes. */
  readonly loadTimeout?: Duration.DurationInput
}

/** One process of an engine, from its start to its end. */
export interface EngineLife<Load, Job, Reply> {
  readonly child: Child
  readonly worker: Worker.Worker<Request<Load, Job>, Response<Reply>, Problem>
  readonly ended: Effect.Effect<void>
}

/** Starts one process and loads the engine; both end with the scope. */
export const open = Effect.fn("EngineLife.open")(function* <Load, Job, Reply>(
  options: Options<Load>
): Effect.fn.Return<EngineLife<Load, Job, Reply>, EngineUnavailable, Scope.Scope> {
  const { advice, engine, kind, load } = options
  const unavailable = (reason: Words) => new EngineUnavailable({ kind, engine, reason, advice })
  const notStarted = unavailable(say("engine.notStarted"))
  const { child, lastWords } = yield* ChildProcess.open({ ...options, name: engine }).pipe(
    Effect.orElseFail(() => notStarted)
  )
  const ended = ChildProcess.ended(child)
  const reasonOf = (error: Problem | WorkerError) =>
    error._tag === "Problem" ? unavailable(HostPaths.withoutIn(error.problem)) : notStarted
  const worker = yield* Worker.WorkerManager.pipe(
    Effect.flatMap((manager) => manager.spawn<Request<Load, Job>, Response<Reply>, Problem>({})),
    Effect.provide(NodeWorker.layer(() => child)),
    Effect.tap((worker) => worker.executeEffect({ _tag: "Load", load })),
    Effect.mapError(reasonOf),
    // A native engine that cannot read its model may end its process: that is all it says.
    Effect.raceFirst(
      Effect.zipRight(ended, lastWords).pipe(
        Effect.flatMap((words) =>
          unavailable(
            words === undefined
              ? say("engine.endedLoading")
              : say("engine.endedLoadingSaying", HostPaths.without(words).replace(/\.+$/u, ""))
          )
        )
      )
    ),
    Effect.timeoutFail({
      duration: options.loadTimeout ?? "3 minutes",
      onTimeout: () => unavailable(say("engine.notLoadedInTime"))
    }),
    // The library warns of every death; ours says which engine it was.
    Logger.withMinimumLogLevel(LogLevel.Error),
    // Before the library asks it to end by itself, and waits for that.
    Effect.onError(() => ChildProcess.kill(child))
  )
  yield* Effect.addFinalizer(() => ChildProcess.kill(child))
  return { child, worker, ended }
})
