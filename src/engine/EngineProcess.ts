import type { ChildProcess as Child } from "node:child_process"
import { Worker } from "@effect/platform"
import { NodeWorker } from "@effect/platform-node"
import type { WorkerError } from "@effect/platform/WorkerError"
import { Deferred, Duration, Effect, Logger, LogLevel, Schema, Stream } from "effect"
import type { Scope } from "effect"
import * as ChildProcess from "./ChildProcess.ts"
import * as EngineFailure from "./EngineFailure.ts"
import type { Problem, Request, Response } from "./EngineRunner.ts"
import { EngineUnavailable } from "./EngineUnavailable.ts"
import type { EngineKind } from "./EngineUnavailable.ts"
import * as HostPaths from "./HostPaths.ts"

/** A job was not done. `message` is fit for a client. */
export class JobFailed extends Schema.TaggedError<JobFailed>()("JobFailed", {
  ...EngineFailure.fields,
  /**
   * `refused`: the engine said no. `died`: its process ended meanwhile. `overdue`: it took too long.
   * `down`: its process could not be started anew. `busy`: too many jobs wait already.
   */
  reason: Schema.Literal("refused", "died", "overdue", "down", "busy")
}) {
  override get message(): string {
    return EngineFailure.describe(this)
  }
}

export interface Options<Load> extends Omit<ChildProcess.Options, "name"> {
  readonly kind: EngineKind
  /** The configuration's name for the engine, such as `sherpa_onnx_asr`. */
  readonly engine: string
  /** Plain data that says what to load. */
  readonly load: Load
  /** What to do when it cannot be loaded or refuses a job, a whole sentence. */
  readonly advice: string
  /** Defaults to 3 minutes. */
  readonly loadTimeout?: Duration.DurationInput
  /** A job that takes longer hangs: its process is ended. Defaults to 2 minutes. */
  readonly jobTimeout?: Duration.DurationInput
  /** Jobs under way, with those that wait in the process; further ones fail. Defaults to 1024. */
  readonly mostJobs?: number
}

/** One engine in a child process of its own. */
export interface EngineProcess<Job, Reply> {
  /**
   * Has a job done that gives one reply. Interrupting cancels the job. If the process ends meanwhile this job fails,
   * and the process starts anew; jobs that come meanwhile wait for it.
   */
  readonly ask: (job: Job) => Effect.Effect<Reply, JobFailed>
  /** The same for a job that gives several replies. No time limit: the caller sees what comes. */
  readonly stream: (job: Job) => Stream.Stream<Reply, JobFailed>
  /** Jobs that the process has under way, with those that still stop. */
  readonly jobs: Effect.Effect<number, JobFailed>
  /** The process that runs now. */
  readonly pid: Effect.Effect<number | undefined>
}

interface Running<Load, Job, Reply> {
  readonly child: Child
  readonly worker: Worker.Worker<Request<Load, Job>, Response<Reply>, Problem>
  readonly ended: Effect.Effect<void>
}

/** Waits before a process starts anew, in ms: the longest is reached after eight deaths with no job done between them. */
const firstWait = 250
const longestWait = 30_000

const waitAfter = (deaths: number) => Duration.millis(Math.min(longestWait, firstWait * 2 ** (deaths - 1)))

/**
 * Starts the process and waits until its engine is loaded. It ends with the scope. When it ends by itself it is started
 * anew, after a wait that grows with each death until a job has been done.
 */
export const open = Effect.fn("EngineProcess.open")(function* <Load, Job, Reply>(
  options: Options<Load>
): Effect.fn.Return<EngineProcess<Job, Reply>, EngineUnavailable, Scope.Scope> {
  type Life = Deferred.Deferred<Running<Load, Job, Reply>, EngineUnavailable>
  const nextLife = Deferred.make<Running<Load, Job, Reply>, EngineUnavailable>()
  let life: Life = yield* nextLife
  let deaths = 0
  let hasLived = false

  const live = Effect.scoped(
    start<Load, Job, Reply>(options).pipe(
      Effect.tap((running) => {
        hasLived = true
        return Deferred.succeed(life, running)
      }),
      Effect.flatMap(({ ended }) => ended)
    )
  ).pipe(
    // Whoever waits is told; the next one waits for the next attempt.
    Effect.catchAll((failure) => Deferred.fail(life, failure)),
    Effect.zipRight(nextLife),
    Effect.flatMap((next) => {
      life = next
      // A first load that failed is for the caller to try again.
      if (!hasLived) return Effect.never
      const wait = waitAfter(++deaths)
      return Effect.zipRight(
        Effect.logWarning(
          `The process of ${options.engine} has ended; it starts anew in ${Duration.format(wait)}`
        ),
        Effect.sleep(wait)
      )
    })
  )
  const first = life
  yield* Effect.forkScoped(Effect.forever(live))
  yield* Deferred.await(first)

  const failed = (reason: JobFailed["reason"], detail: string, advice: string) =>
    new JobFailed({ engine: options.engine, reason, detail, advice })
  const died = failed(
    "died",
    "its process has ended in the middle of the work",
    `It is being started anew. If this happens again: ${options.advice}`
  )
  const overdue = failed("overdue", "it did not finish in time and was stopped", options.advice)
  const toFailure = (error: Problem | WorkerError): JobFailed =>
    error._tag === "Problem" ? failed("refused", HostPaths.without(error.problem), options.advice) : died

  const running = Effect.suspend(() => Deferred.await(life)).pipe(
    Effect.mapError(({ advice, reason }) => failed("down", reason, advice))
  )
  const most = options.mostJobs ?? 1024
  let jobs = 0
  const enter = Effect.suspend(() => {
    if (jobs >= most)
      return Effect.fail(failed("busy", `${most} jobs wait for it already`, "Try again in a moment."))
    jobs++
    return Effect.void
  })
  const leave = Effect.sync(() => void jobs--)
  const replyOf = (response: Response<Reply>): Effect.Effect<Reply, JobFailed> => {
    if (response._tag !== "Reply") return Effect.fail(died)
    deaths = 0
    return Effect.succeed(response.reply)
  }

  const ask = (job: Job) =>
    Effect.flatMap(running, ({ child, ended, worker }) =>
      worker.executeEffect({ _tag: "Job", job }).pipe(
        Effect.mapError(toFailure),
        Effect.flatMap(replyOf),
        // Also in a finalizer the one that lost has to stop.
        Effect.raceFirst(Effect.interruptible(Effect.zipRight(ended, Effect.fail(died)))),
        Effect.timeoutOption(options.jobTimeout ?? "2 minutes"),
        Effect.flatMap((reply) =>
          reply._tag === "Some"
            ? Effect.succeed(reply.value)
            : Effect.zipRight(ChildProcess.kill(child), Effect.fail(overdue))
        )
      )
    )
  const stream = (job: Job) =>
    Effect.map(running, ({ ended, worker }) =>
      worker
        .execute({ _tag: "Job", job })
        .pipe(
          Stream.mapError(toFailure),
          Stream.interruptWhen(Effect.zipRight(ended, Effect.fail(died))),
          Stream.mapEffect(replyOf)
        )
    )

  return {
    ask: (job) =>
      Effect.acquireUseRelease(
        enter,
        () => ask(job),
        () => leave
      ),
    stream: (job) =>
      Stream.unwrapScoped(
        Effect.zipRight(
          Effect.acquireRelease(enter, () => leave),
          stream(job)
        )
      ),
    jobs: Effect.flatMap(running, ({ worker }) =>
      worker.executeEffect({ _tag: "Count" }).pipe(
        Effect.mapError(toFailure),
        Effect.map((response) => (response._tag === "Counted" ? response.jobs : 0))
      )
    ),
    pid: Effect.suspend(() => Deferred.poll(life)).pipe(
      Effect.flatMap((poll) => (poll._tag === "Some" ? Effect.option(poll.value) : Effect.succeedNone)),
      Effect.map((now) => (now._tag === "Some" ? now.value.child.pid : undefined))
    )
  }
})

/** Starts one process and loads the engine; both end with the scope. */
const start = Effect.fn("EngineProcess.start")(function* <Load, Job, Reply>(options: Options<Load>) {
  const { advice, engine, kind, load } = options
  const unavailable = (reason: string) => new EngineUnavailable({ kind, engine, reason, advice })
  const child = yield* ChildProcess.open({ ...options, name: engine })
  const ended = ChildProcess.ended(child)
  const worker = yield* Worker.WorkerManager.pipe(
    Effect.flatMap((manager) => manager.spawn<Request<Load, Job>, Response<Reply>, Problem>({})),
    Effect.provide(NodeWorker.layer(() => child)),
    Effect.tap((worker) => worker.executeEffect({ _tag: "Load", load })),
    Effect.mapError((error) =>
      unavailable(
        error._tag === "Problem" ? HostPaths.without(error.problem) : "its process could not be started"
      )
    ),
    // A native engine that cannot read its model may end its process: that is all it says.
    Effect.raceFirst(
      Effect.zipRight(
        ended,
        Effect.fail(unavailable("its process ended while it was loaded; the log says more at level debug"))
      )
    ),
    Effect.timeoutFail({
      duration: options.loadTimeout ?? "3 minutes",
      onTimeout: () => unavailable("it was not loaded in time")
    }),
    // The library warns of every death; ours says which engine it was.
    Logger.withMinimumLogLevel(LogLevel.Error),
    // Before the library asks it to end by itself, and waits for that.
    Effect.onError(() => ChildProcess.kill(child))
  )
  yield* Effect.addFinalizer(() => ChildProcess.kill(child))
  const running: Running<Load, Job, Reply> = { child, worker, ended }
  return running
})
