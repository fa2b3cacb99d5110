import type { WorkerError } from "@effect/platform/WorkerError"
import { Deferred, Duration, Effect, Stream } from "effect"
import type { Scope } from "effect"
import * as ChildProcess from "./ChildProcess.ts"
import * as EngineLife from "./EngineLife.ts"
import type { Problem, Request, Response } from "./EngineRunner.ts"
import { EngineUnavailable } from "./EngineUnavailable.ts"
import * as HostPaths from "./HostPaths.ts"
import { JobFailed } from "./JobFailed.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

export interface Options<Load> extends EngineLife.Options<Load> {
  /** A job that takes longer hangs: its process is ended. Defaults to 2 minutes. */
  readonly jobTimeout?: Duration.DurationInput
  /** How long a job waits for a process that starts anew. Defaults to 30 seconds. */
  readonly patience?: Duration.DurationInput
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
  /**
   * The same for a job that gives several replies. No time limit: the caller sees what comes. But once it is left it has
   * to stop as soon as any other.
   */
  readonly stream: (job: Job) => Stream.Stream<Reply, JobFailed>
  /**
   * Hands a job over whose reply nobody waits for, as finalizers have. None is done when no process runs: it is for jobs
   * that concern what the process has in memory.
   */
  readonly tell: (job: Job) => Effect.Effect<void>
  /** Jobs that the process has under way, with those that still stop. */
  readonly jobs: Effect.Effect<number, JobFailed>
  /** The process that runs now. */
  readonly pid: Effect.Effect<number | undefined>
}

/** Waits before a process starts anew, in ms: the longest is reached after eight deaths with no job done between them. */
const firstWait = 250
const longestWait = 30_000

const waitAfter = (deaths: number) => Duration.millis(Math.min(longestWait, firstWait * 2 ** (deaths - 1)))

/**
 * Starts the process and waits until its engine is loaded. It ends with the scope, and jobs that still wait then fail.
 * When it ends by itself it is started anew, after a wait that grows with each death until a job has been done.
 */
export const open = Effect.fn("EngineProcess.open")(function* <Load, Job, Reply>(
  options: Options<Load>
): Effect.fn.Return<EngineProcess<Job, Reply>, EngineUnavailable, Scope.Scope> {
  type Life = EngineLife.EngineLife<Load, Job, Reply>
  const { advice, engine, kind } = options
  const unavailable = (reason: Words) => new EngineUnavailable({ kind, engine, reason, advice })
  const scope = yield* Effect.scope
  const nextLife = Deferred.make<Life, EngineUnavailable>()
  let life = yield* nextLife
  let deaths = 0
  let hasLived = false

  const renew = Effect.map(nextLife, (next) => void (life = next))
  const live = Effect.scoped(
    EngineLife.open<Load, Job, Reply>(options).pipe(
      Effect.tap((running) => {
        hasLived = true
        return Deferred.succeed(life, running)
      }),
      Effect.flatMap(({ ended }) => ended),
      // At once: what comes while the rest of it is cleared away waits for the next one.
      Effect.zipRight(renew)
    )
  ).pipe(
    // A mistake of ours must not end the supervision.
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(
        Effect.logError("an engine's start died", defect),
        unavailable(say("engine.startFailed"))
      )
    ),
    // Whoever waits is told; the next one waits for the next attempt.
    Effect.catchAll((failure) => Effect.zipRight(Deferred.fail(life, failure), renew)),
    Effect.flatMap(() => {
      // A first load that failed is for the caller to try again.
      if (!hasLived) return Effect.never
      const wait = waitAfter(++deaths)
      return Effect.zipRight(
        Effect.logWarning(`The process of ${engine} has ended; it starts anew in ${Duration.format(wait)}`),
        Effect.sleep(wait)
      )
    })
  )
  const first = life
  // After the supervision has stopped: what waits for a next life would wait for ever.
  yield* Effect.addFinalizer(() => Deferred.fail(life, unavailable(say("engine.closed"))))
  yield* Effect.forkScoped(Effect.forever(live))
  yield* Deferred.await(first)

  const failed = (reason: JobFailed["reason"], detail: Words, advice: Words) =>
    new JobFailed({ engine, reason, detail, advice })
  const died = failed("died", say("engine.died"), say("engine.ifAgain", advice))
  const overdue = failed("overdue", say("engine.overdue"), advice)
  const away = failed("down", say("engine.away"), say("engine.tryAgain"))
  const toFailure = (error: Problem | WorkerError): JobFailed =>
    error._tag === "Problem" ? failed("refused", HostPaths.withoutIn(error.problem), advice) : died

  // In a finalizer, too, what waits in vain can be given up: hence the race.
  const running = Effect.suspend(() => Deferred.await(life)).pipe(
    Effect.mapError((failure) => failed("down", failure.reason, failure.advice)),
    Effect.interruptible,
    Effect.raceFirst(Effect.interruptible(Effect.delay(away, options.patience ?? "30 seconds")))
  )
  const jobTimeout = options.jobTimeout ?? "2 minutes"
  const most = options.mostJobs ?? 1024
  let jobs = 0
  let lastJob = 0
  const enter = Effect.suspend(() => {
    if (jobs >= most) return Effect.fail(failed("busy", say("engine.busy", most), say("engine.tryAgain")))
    jobs++
    return Effect.void
  })
  const leave = Effect.sync(() => void jobs--)

  /** One reply, unless the process ends before. Also in a finalizer the one that lost has to stop. */
  const request = ({ ended, worker }: Life, what: Request<Load, Job>) =>
    Effect.raceFirst(
      Effect.interruptible(Effect.mapError(worker.executeEffect(what), toFailure)),
      Effect.interruptible(Effect.zipRight(ended, died))
    )
  const replyOf = (response: Response<Reply>): Effect.Effect<Reply, JobFailed> => {
    if (response._tag !== "Reply") return Effect.fail(died)
    deaths = 0
    return Effect.succeed(response.reply)
  }
  /** Ends a process that takes longer than a job may: nothing comes of it any more. */
  const inTime = <A>({ child }: Life, work: Effect.Effect<A, JobFailed>, since: Effect.Effect<void>) =>
    Effect.raceFirst(
      Effect.interruptible(work),
      Effect.interruptible(
        Effect.zipRight(since, Effect.delay(Effect.zipRight(ChildProcess.kill(child), overdue), jobTimeout))
      )
    )

  /** Jobs that have been given up while native code was at them, which has to come to its end. */
  const stopping = new Set<Deferred.Deferred<void>>()
  const stopped = Effect.suspend(() => Effect.forEach(stopping, Deferred.await, { discard: true }))
  const giveUp = (now: Life, id: number) =>
    Effect.gen(function* () {
      const end = yield* Deferred.make<void>()
      stopping.add(end)
      const settled = Effect.sync(() => stopping.delete(end)).pipe(
        Effect.zipRight(Deferred.succeed(end, undefined))
      )
      yield* inTime(now, request(now, { _tag: "Settle", id }), Effect.void).pipe(
        Effect.ignore,
        Effect.ensuring(settled),
        Effect.forkIn(scope)
      )
    })

  const ask = (job: Job) =>
    Effect.flatMap(running, (now) => {
      const id = ++lastJob
      const reply = Effect.flatMap(request(now, { _tag: "Job", id, job }), replyOf)
      // The clock stands still while others that were given up keep the process.
      return Effect.onInterrupt(inTime(now, reply, stopped), () => giveUp(now, id))
    })
  const stream = Effect.fnUntraced(function* (job: Job) {
    const now = yield* running
    const id = ++lastJob
    yield* Effect.addFinalizer(() => giveUp(now, id))
    return now.worker
      .execute({ _tag: "Job", id, job })
      .pipe(
        Stream.mapError(toFailure),
        Stream.interruptWhen(Effect.zipRight(now.ended, died)),
        Stream.mapEffect(replyOf)
      )
  })

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
    tell: (job) =>
      Effect.flatMap(
        Effect.suspend(() => Deferred.isDone(life)),
        (isDone) => (isDone ? Effect.asVoid(Effect.forkIn(Effect.ignore(ask(job)), scope)) : Effect.void)
      ),
    jobs: Effect.flatMap(running, (now) => request(now, { _tag: "Count" })).pipe(
      Effect.map((response) => (response._tag === "Counted" ? response.jobs : 0))
    ),
    pid: Effect.suspend(() => Deferred.poll(life)).pipe(
      Effect.flatMap((poll) => (poll._tag === "Some" ? Effect.option(poll.value) : Effect.succeedNone)),
      Effect.map((now) => (now._tag === "Some" ? now.value.child.pid : undefined))
    )
  }
})
