import { Duration, Effect, Schedule } from "effect"
import type { Scope } from "effect"
import type { WebSocket } from "ws"
import * as Finalizer from "../supervision/Finalizer.ts"
import { EdgeLimits } from "./EdgeLimits.ts"

/** A connection that is looked after. */
export interface Watched {
  readonly socket: WebSocket
  /** Since when (Clock, ms) the message that is being written has been leaving; undefined if none is. */
  readonly leavingSince: () => number | undefined
  /** Closes the connection and ends its session: the client does not read. */
  readonly drop: () => void
}

/** Closes a connection whose client does not read. `end` ends what is served on it. */
export const drop = ({ end, socket }: { readonly socket: WebSocket; readonly end: () => void }): void => {
  socket.close(1013, "the client does not read")
  end()
}

export interface Watchdog {
  /** Looks after a connection for as long as the scope is open. */
  readonly watch: (connection: Watched) => Effect.Effect<void, never, Scope.Scope>
}

/**
 * Looks after all connections, in two fibers for all: a timer with each message and each connection would cost more
 * than the messages. A client that does not read (a message has not left in `writeTime`) is closed with 1013; one
 * that has not answered a ping by the next is dropped, which closes its session.
 */
export const make = Effect.gen(function* () {
  const limits = yield* EdgeLimits
  const writeTime = Duration.toMillis(limits.writeTime)
  const connections = new Set<Watched>()
  /** Connections that owe an answer to a ping. */
  const silent = new WeakSet<WebSocket>()

  const closeStalled = Effect.clockWith((clock) =>
    Effect.suspend(() => {
      const now = clock.unsafeCurrentTimeMillis()
      const stalled = [...connections].filter(
        ({ leavingSince }) => now - (leavingSince() ?? now) >= writeTime
      )
      for (const { drop } of stalled) drop()
      return stalled.length === 0
        ? Effect.void
        : Effect.logInfo(`closed ${stalled.length} clients that do not read`)
    })
  )

  const ping = Effect.sync(() => {
    for (const { leavingSince, socket } of connections) {
      // The answer may wait behind a message on its way out, or behind frames that the full inbox holds back.
      if (leavingSince() !== undefined || socket.isPaused) {
        silent.delete(socket)
      } else if (silent.has(socket)) {
        socket.terminate()
      } else {
        silent.add(socket)
        socket.ping()
      }
    }
  })

  const every = (interval: Duration.DurationInput, look: Effect.Effect<void>) =>
    Effect.forkScoped(Effect.repeat(Effect.delay(look, interval), Schedule.forever))
  yield* every(Math.min(1000, writeTime / 4), closeStalled)
  yield* every(limits.pingInterval, ping)

  const watchdog: Watchdog = {
    watch: (connection) =>
      Finalizer.whileOpen(
        () => {
          connections.add(connection)
          connection.socket.on("pong", () => silent.delete(connection.socket))
        },
        () => connections.delete(connection)
      )
  }
  return watchdog
}).pipe(Effect.withSpan("Watchdog.make"))
