import { Context, Effect, Layer } from "effect"
import type { Fiber, Scope } from "effect"
import * as Finalizer from "../supervision/Finalizer.ts"

/** The fibers and contexts that are counted, by what they are for. */
export type Kind =
  | "inbox"
  | "warm-up"
  | "switch"
  | "turn"
  | "ear"
  | "wake-word"
  | "sentence"
  | "playback"
  | "context"
  | "tts-socket"
  | "viewer"
  | "proxy"
  | "proactive"
  | "live-bridge"
  | "live-feed"
  | "upload"
  | "transcription"
  | "tool-call"
  | "remembering"
  | "group"
  | "group-turn"

/**
 * Counts what lives at this moment, by kind, in the whole process. Counting is part of running, so a leak shows up
 * as a number that does not come back to zero.
 */
export class Census extends Context.Tag("seiyuu/telemetry/Census")<
  Census,
  {
    /** Counts one more, until what it answers is called. */
    readonly enter: (kind: Kind) => () => void
    /** Counts `effect` for as long as it runs, however it ends. */
    readonly track: (kind: Kind) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    /** Counts `fiber` for as long as it lives. */
    readonly watch: (kind: Kind, fiber: Fiber.RuntimeFiber<unknown, unknown>) => void
    /** Counts one more for as long as the scope is open. */
    readonly hold: (kind: Kind) => Effect.Effect<void, never, Scope.Scope>
    /** Kinds with a count above zero. */
    readonly counts: Effect.Effect<Readonly<Partial<Record<Kind, number>>>>
  }
>() {
  static readonly layer = Layer.sync(Census, () => {
    const counts = new Map<Kind, number>()
    const change = (kind: Kind, by: number): void => {
      const now = (counts.get(kind) ?? 0) + by
      if (now === 0) counts.delete(kind)
      else counts.set(kind, now)
    }
    const enter = (kind: Kind) => {
      change(kind, 1)
      return () => change(kind, -1)
    }
    return Census.of({
      enter,
      track: (kind) => (effect) => Finalizer.whileRunning(effect, () => enter(kind)),
      watch: (kind, fiber) => {
        change(kind, 1)
        fiber.addObserver(() => change(kind, -1))
      },
      hold: (kind) =>
        Finalizer.whileOpen(
          () => change(kind, 1),
          () => change(kind, -1)
        ),
      counts: Effect.sync(() => Object.fromEntries(counts))
    })
  })
}
