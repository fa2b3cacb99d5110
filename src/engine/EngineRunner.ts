import * as NodeWorkerRunner from "@effect/platform-node/NodeWorkerRunner"
import * as WorkerRunner from "@effect/platform/WorkerRunner"
import { Cause, Deferred, Effect, FiberId, Layer, Option, Scope, Stream } from "effect"
import * as Priority from "../supervision/Priority.ts"
import type { Words } from "../language/Text.ts"

/** What a process is told: first what to load, then its jobs. */
export type Request<Load, Job> =
  | { readonly _tag: "Load"; readonly load: Load }
  | { readonly _tag: "Job"; readonly id: number; readonly job: Job }
  | { readonly _tag: "Count" }
  /** Waits until the job `id` has ended; interrupting it does not wait. */
  | { readonly _tag: "Settle"; readonly id: number }

/** Why a load or a job failed: a clause without a full stop. Plain data, since it crosses processes. */
export interface Problem {
  readonly _tag: "Problem"
  readonly problem: Words
}

export const problem = (words: Words): Problem => ({ _tag: "Problem", problem: words })

/** How a process loads its engine and does jobs with it. Both may be interrupted at any moment. */
export interface Handler<Load, Engine, Job, Reply> {
  readonly load: (load: Load) => Effect.Effect<Engine, Problem, Scope.Scope>
  /** A stream for `EngineProcess.stream`, an effect for `ask`. Called only once the engine is loaded. */
  readonly work: (engine: Engine, job: Job) => Stream.Stream<Reply, Problem> | Effect.Effect<Reply, Problem>
}

/** What a process replies: `Loaded` to `Load`, how many jobs it has to `Count` and to `Settle`, and what its jobs give. */
export type Response<Reply> =
  | { readonly _tag: "Loaded" }
  | { readonly _tag: "Reply"; readonly reply: Reply }
  | { readonly _tag: "Counted"; readonly jobs: number }

const toReply = <Reply>(reply: Reply): Response<Reply> => ({ _tag: "Reply", reply })

const toProblem = <E extends Problem>(cause: Cause.Cause<E>) =>
  Cause.isInterruptedOnly(cause)
    ? Effect.interrupt
    : Effect.fail(Option.getOrElse(Cause.failureOption(cause), () => problem(String(Cause.squash(cause)))))

/** What concerns the process as a whole, once it is there for an engine. */
const prepare = Effect.sync(() => {
  // Ctrl-C in a terminal reaches the whole group of processes; when this one ends is its parent's decision.
  process.on("SIGINT", () => {})
  process.on("SIGTERM", () => {})
  // Without a parent there is nobody to work for. Nothing here needs an orderly end, and native threads can delay one.
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"))
  Priority.lowerProcess()
})

/**
 * Serves an engine in this process, for `EngineProcess` in the parent, as long as the process lives. It is all that the
 * process does. To be run by `Effect.runFork`, not by `NodeRuntime.runMain`, which ends with the signals of a terminal.
 */
export const serve = <Load, Engine, Job, Reply>(handler: Handler<Load, Engine, Job, Reply>) => {
  const answer = Effect.map(Effect.scope, (scope) => {
    let engine: Engine | undefined
    const jobs = new Map<number, Deferred.Deferred<void>>()
    const load = (what: Load) =>
      handler.load(what).pipe(
        Effect.map((loaded): Response<Reply> => {
          engine = loaded
          return { _tag: "Loaded" }
        }),
        Scope.extend(scope),
        Effect.catchAllCause(toProblem)
      )
    const begin = (id: number) =>
      Effect.sync(() => {
        const ended = Deferred.unsafeMake<void>(FiberId.none)
        jobs.set(id, ended)
        return ended
      })
    const end = (id: number) => (ended: Deferred.Deferred<void>) =>
      Effect.suspend(() => {
        jobs.delete(id)
        return Deferred.succeed(ended, undefined)
      })
    const count = Effect.sync((): Response<Reply> => ({ _tag: "Counted", jobs: jobs.size }))
    const settle = (id: number) =>
      Effect.suspend(() => {
        const ended = jobs.get(id)
        return ended === undefined ? Effect.void : Deferred.await(ended)
      })
    const work = (id: number, job: Job) => {
      const replies = handler.work(engine!, job)
      return Effect.isEffect(replies)
        ? Effect.acquireUseRelease(
            begin(id),
            () => replies.pipe(Effect.map(toReply<Reply>), Effect.catchAllCause(toProblem)),
            end(id)
          )
        : Stream.flatMap(Stream.acquireRelease(begin(id), end(id)), () =>
            replies.pipe(Stream.map(toReply<Reply>), Stream.catchAllCause(toProblem))
          )
    }
    return (request: Request<Load, Job>) => {
      switch (request._tag) {
        case "Load":
          return load(request.load)
        case "Job":
          return work(request.id, request.job)
        case "Count":
          return count
        case "Settle":
          return Effect.zipRight(settle(request.id), count)
      }
    }
  })

  return Effect.zipRight(
    prepare,
    WorkerRunner.launch(
      Layer.unwrapScoped(Effect.map(answer, (process) => WorkerRunner.layer(process))).pipe(
        Layer.provide(NodeWorkerRunner.layer)
      )
    )
  )
}
