import { Effect } from "effect"
import type { Clock, Scope } from "effect"
import * as Bell from "../supervision/Bell.ts"
import * as FiberSlot from "../supervision/FiberSlot.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as Mutex from "../supervision/Mutex.ts"
import type { TurnToken } from "./Client.ts"

/** The turn of a session: at most one at a time, in a fiber that the session's scope owns. */
export interface ActiveTurn {
  readonly isRunning: Effect.Effect<boolean>
  /** Waits until no turn runs. Another one may begin before the waiting fiber comes to know. */
  readonly idle: Effect.Effect<void>
  /** When the last turn ended (Clock, ms); undefined before the first one. */
  readonly endedAt: () => number | undefined
  /** Interrupts the turn in progress, waits until it has stopped, and starts the next one. */
  readonly start: <R>(
    turn: (token: TurnToken) => Effect.Effect<void, never, R>
  ) => Effect.Effect<void, never, R>
  /**
   * Stops the turn in progress, or the one that is just being started, and waits until it has stopped. Answers whether
   * there was one. `heard`: what the user says was heard of it.
   */
  readonly interrupt: (heard?: string) => Effect.Effect<boolean>
}

/**
 * Closing the scope interrupts the turn. Whoever calls while another one stops or starts a turn comes after that: a group
 * stops the turns of its members whatever they handle.
 */
export const make = (scope: Scope.Scope, clock: Clock.Clock): ActiveTurn => {
  const slot = FiberSlot.make(scope)
  const { alone } = Mutex.make()
  const over = Bell.make()
  let current: TurnToken | undefined
  let endedAt: number | undefined

  const stop = (heard?: string) =>
    Effect.suspend(() => {
      const runs = current !== undefined
      if (current !== undefined) {
        current.stopped = true
        current.heard = heard
      }
      return Effect.as(slot.stop, runs)
    })

  const ended = (token: TurnToken) => {
    if (current !== token) return
    current = undefined
    endedAt = clock.unsafeCurrentTimeMillis()
    over.ring()
  }

  const idle: Effect.Effect<void> = Effect.suspend(() =>
    current === undefined
      ? Effect.void
      : Effect.zipRight(
          over.until(() => current === undefined),
          idle
        )
  )

  return {
    idle,
    endedAt: () => endedAt,
    isRunning: Effect.sync(() => current !== undefined),
    interrupt: (heard) => alone(stop(heard)),
    start: (turn) =>
      Effect.suspend(() => {
        const token: TurnToken = { stopped: false, heard: undefined }
        const run = Finalizer.afterwards(turn(token), () => ended(token))
        return stop().pipe(
          Effect.zipRight(Effect.sync(() => (current = token))),
          Effect.zipRight(slot.start(run)),
          alone
        )
      })
  }
}
