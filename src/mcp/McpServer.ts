import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js"
import { Deferred, Duration, Effect } from "effect"
import type { Scope } from "effect"
import * as CallFailure from "./CallFailure.ts"
import type { Clean } from "./EntrySecrets.ts"
import type * as McpConnection from "./McpConnection.ts"
import { NotConnected } from "./NotConnected.ts"
import { english, say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

export interface Options {
  readonly name: string
  /** How long a call may take without any sign of progress, in ms. */
  readonly timeout: number
  /** Takes the entry's secrets out of what the server says. */
  readonly clean?: Clean
  /** Connects once; the connection ends with the scope. */
  readonly connect: Effect.Effect<McpConnection.McpConnection, NotConnected, Scope.Scope>
}

/** A server that is connected again whenever it goes. */
export interface McpServer {
  /** The tools as the server last listed them. */
  readonly tools: Effect.Effect<ReadonlyArray<Tool>>
  /** Waits for a server that is being started anew. */
  readonly call: (
    tool: string,
    input: Readonly<Record<string, unknown>>
  ) => Effect.Effect<CallToolResult, CallFailure.Verdict>
}

/** How long a call waits for a server that is being started anew. */
const patience = "15 seconds"

/** Calls under way at one server; further ones are refused. */
const mostCalls = 64

/** 250 ms after the first end, twice as long after each further one, 30 s at most. */
const waitAfter = (ends: number): Duration.Duration => Duration.millis(Math.min(30_000, 125 * 2 ** ends))

/**
 * Connects to a server. When it ends by itself it is connected again, after a wait that grows with each end until a call has
 * been answered. Fails if the first connection does.
 */
export const open = Effect.fn("McpServer.open")(function* ({
  clean,
  connect,
  name,
  timeout
}: Options): Effect.fn.Return<McpServer, NotConnected, Scope.Scope> {
  let life = yield* Deferred.make<McpConnection.McpConnection, NotConnected>()
  /** The latest connection, which may have ended. */
  let latest: McpConnection.McpConnection | undefined
  let ends = 0

  const renew = Effect.map(
    Deferred.make<McpConnection.McpConnection, NotConnected>(),
    (next) => void (life = next)
  )
  const live = Effect.scoped(
    connect.pipe(
      Effect.tap((connection) => {
        latest = connection
        return Deferred.succeed(life, connection)
      }),
      Effect.flatMap(({ ended }) => ended),
      // At once: what comes while the rest of it is cleared away waits for the next one.
      Effect.zipRight(renew),
      Effect.as("has ended")
    )
  ).pipe(
    // A mistake of ours must not end the supervision.
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(
        Effect.logError(`the start of MCP server ${name} died`, defect),
        new NotConnected({ reason: say("tools.startFailed"), advice: say("tools.seeLog") })
      )
    ),
    // Whoever waits is told; the next one waits for the next attempt.
    Effect.catchAll((failure) =>
      Deferred.fail(life, failure).pipe(
        Effect.zipRight(renew),
        Effect.as(`is not there: ${english(failure.reason)}`)
      )
    ),
    Effect.flatMap((what) => {
      // A first connection that failed is for the caller to try again.
      if (latest === undefined) return Effect.never
      const wait = waitAfter(++ends)
      return Effect.zipRight(
        Effect.logWarning(`MCP server ${name} ${what}; it is started anew in ${Duration.format(wait)}`),
        Effect.sleep(wait)
      )
    })
  )
  const first = life
  yield* Effect.forkScoped(Effect.forever(live))
  yield* Deferred.await(first)

  const down = (reason: Words, advice: Words): CallFailure.Verdict => ({
    reason: "server-down",
    detail: say("tools.unreachable", name, reason),
    advice
  })
  const running = Effect.suspend(() => Deferred.await(life)).pipe(
    Effect.mapError(({ advice, reason }) => down(reason, advice)),
    Effect.timeoutFail({
      duration: patience,
      onTimeout: () => down(say("tools.stillStartingAnew"), say("engine.tryAgain"))
    })
  )
  const verdict = (failure: CallFailure.Raw) => CallFailure.verdictOf(failure, name, timeout, clean)
  const attempt = (tool: string, input: Readonly<Record<string, unknown>>) =>
    Effect.flatMap(running, (connection) =>
      connection.call(tool, input).pipe(
        Effect.catchIf(CallFailure.neverCame, (failure) =>
          // The server has forgotten the session, or has gone: what it never saw may be asked again.
          connection.ended.pipe(
            Effect.timeoutFail({ duration: patience, onTimeout: () => verdict(failure) }),
            // The supervision has heard of it first: a wait with a time gives way to other fibers.
            Effect.zipRight(running),
            Effect.flatMap((next) => Effect.mapError(next.call(tool, input), verdict))
          )
        ),
        Effect.mapError((failure) => (failure instanceof CallFailure.Raw ? verdict(failure) : failure))
      )
    )

  let calls = 0
  return {
    tools: Effect.suspend(() => latest?.tools ?? Effect.succeed([])),
    call: (tool, input) =>
      Effect.acquireUseRelease(
        Effect.suspend(() => {
          if (calls >= mostCalls) return Effect.fail(busy(name))
          calls++
          return Effect.void
        }),
        () => Effect.tap(attempt(tool, input), () => Effect.sync(() => (ends = 0))),
        () => Effect.sync(() => calls--)
      )
  }
})

const busy = (name: string): CallFailure.Verdict => ({
  reason: "refused",
  detail: say("tools.busy", name, mostCalls),
  advice: say("engine.tryAgain")
})
