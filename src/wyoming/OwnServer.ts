import { Deferred, Duration, Effect } from "effect"
import type { Scope } from "effect"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as ProcessGroup from "../engine/ProcessGroup.ts"
import { say } from "../language/Text.ts"
import { NotRunning } from "./Server.ts"
import type { Server } from "./Server.ts"
import * as ServerLife from "./ServerLife.ts"

/** How long a request waits for a process that starts anew. */
const patience = "30 seconds"

/** 250 ms after the first end, twice as long after each further one, 30 s at most, until a request has been answered. */
const waitAfter = (ends: number): Duration.Duration => Duration.millis(Math.min(30_000, 125 * 2 ** ends))

/** A server that runs for us; `pid` is that of the leader of its group. */
export interface OwnServer extends Server {
  readonly pid: Effect.Effect<number | undefined>
}

/**
 * Starts a server and waits until it answers. It ends with the scope. When it ends by itself it is started anew, after a
 * wait that grows with each end until a request has been answered.
 */
export const open = Effect.fn("OwnServer.open")(function* (
  options: ServerLife.Options
): Effect.fn.Return<OwnServer, EngineUnavailable, Scope.Scope> {
  const { advice, engine, kind } = options
  const nextLife = Deferred.make<ServerLife.ServerLife, EngineUnavailable>()
  let life = yield* nextLife
  let latest: ServerLife.ServerLife | undefined
  let ends = 0
  let answers = 0
  /** Whether the process has answered a request. */
  let hasAnswered = false
  const isExclusive = !ServerLife.listens(options.command)

  const renew = Effect.map(nextLife, (next) => void (life = next))
  const live = Effect.scoped(
    ServerLife.open(options).pipe(
      Effect.tap((running) => {
        latest = running
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
        Effect.logError("a server's start died", defect),
        new EngineUnavailable({ kind, engine, reason: say("engine.startFailed"), advice })
      )
    ),
    // Whoever waits is told; the next one waits for the next attempt.
    Effect.catchAll((failure) => Effect.zipRight(Deferred.fail(life, failure), renew)),
    Effect.flatMap(() => {
      // A first start that failed is for the caller to try again.
      if (latest === undefined) return Effect.never
      const isUsual = isExclusive && hasAnswered
      hasAnswered = false
      // Some programs end with each request when they are talked with over their pipes.
      if (isUsual) return Effect.logDebug(`The program of ${engine} is started for the next request`)
      const wait = waitAfter(++ends)
      return Effect.zipRight(
        Effect.logWarning(
          `The server of ${engine} has ended; it is started anew in ${Duration.format(wait)}`
        ),
        Effect.sleep(wait)
      )
    })
  )
  const first = life
  // After the supervision has stopped: what waits for a next life would wait for ever.
  yield* Effect.addFinalizer(() =>
    Deferred.fail(life, new EngineUnavailable({ kind, engine, reason: say("engine.closed"), advice }))
  )
  yield* Effect.forkScoped(Effect.forever(live))
  yield* Deferred.await(first)

  const away = new NotRunning({ detail: say("engine.away"), advice: say("engine.tryAgain") })
  const running = Effect.suspend(() => Deferred.await(life)).pipe(
    Effect.mapError(({ advice, reason }) => new NotRunning({ detail: reason, advice })),
    Effect.timeoutFail({ duration: patience, onTimeout: () => away })
  )
  /** A process that has just ended never saw the request: the next one may. */
  const connect = Effect.flatMap(running, (now) =>
    Effect.catchTag(now.connect, "Unanswered", (failure) =>
      failure.reason === "no-connection"
        ? now.ended.pipe(
            Effect.timeoutFail({ duration: patience, onTimeout: () => failure }),
            // The supervision has heard of it first: a wait with a time gives way to other fibers.
            Effect.zipRight(running),
            Effect.flatMap((next) => next.connect)
          )
        : Effect.fail(failure)
    )
  )
  return {
    name: ServerLife.nameOf(options),
    isOurs: true,
    isExclusive,
    connect,
    answered: Effect.sync(() => {
      ends = 0
      answers++
      hasAnswered = true
    }),
    answers: () => answers,
    // It would answer no other request either.
    hung: Effect.sync(() => {
      if (latest !== undefined) ProcessGroup.signal(latest.child, "SIGKILL")
    }),
    pid: Effect.sync(() => latest?.child.pid)
  }
})
