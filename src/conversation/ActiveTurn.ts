import { Effect } from "effect"
import type { Scope } from "effect"
import * as FiberSlot from "../supervision/FiberSlot.ts"
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
  /** Stops the turn in progress and waits until it has stopped. `heard`: what the user says was heard of it. */
  readonly interrupt: (heard?: string) => Effect.Effect<void>
}

/** Closing the scope interrupts the turn. Callers take turns calling: the session handles one message at a time. */
export const make: Effect.Effect<ActiveTurn, never, Scope.Scope> = Effect.gen(function* () {
  const slot = yield* FiberSlot.make
  const clock = yield* Effect.clock
  const waiting = new Set<() => void>()
  let current: TurnToken | undefined
  let endedAt: number | undefined

  const interrupt = (heard?: string) =>
    Effect.suspend(() => {
      if (current !== undefined) {
        current.stopped = true
        current.heard = heard
      }
      return slot.stop
    })

  const ended = (token: TurnToken) => {
    if (current !== token) return
    current = undefined
    endedAt = clock.unsafeCurrentTimeMillis()
    for (const tell of waiting) tell()
  }

  const end = Effect.async<void>((resume) => {
    const tell = () => {
      waiting.delete(tell)
      resume(Effect.void)
    }
    waiting.add(tell)
    return Effect.sync(() => waiting.delete(tell))
  })
  const idle: Effect.Effect<void> = Effect.suspend(() =>
    current === undefined ? Effect.void : Effect.zipRight(end, idle)
  )

  return {
    idle,
    endedAt: () => endedAt,
    isRunning: Effect.sync(() => current !== undefined),
    interrupt,
    start: (turn) =>
      Effect.suspend(() => {
        const token: TurnToken = { stopped: false, heard: undefined }
        const run = Effect.ensuring(
          turn(token),
          Effect.sync(() => ended(token))
        )
        return interrupt().pipe(
          Effect.zipRight(Effect.sync(() => (current = token))),
          Effect.zipRight(slot.start(run))
        )
      })
  }
})
