import { Deferred, Effect, FiberId, Option, Schema } from "effect"
import * as Background from "./Background.ts"
import { english } from "../language/Text.ts"

/** A context of the model, and whose text has been evaluated in it. */
export interface Slot {
  /** Absent where nobody will come back to what it holds. */
  conversation: string | undefined
  /** Grows with every use. */
  lastUsed: number
}

/** Who wants a slot. */
export interface Claim {
  /** Absent for a text that stands alone. */
  readonly conversation: string | undefined
  /** Nobody waits for it. */
  readonly background: boolean
}

/** Work in the background took too long. */
export class Overdue extends Schema.TaggedError<Overdue>()("Overdue", {}) {
  override get message(): string {
    return english(Background.overdue)
  }
}

/** How often work in the background makes room; then it runs to its end, or much talk would leave it undone for ever. */
const mostBreaks = 2

interface Waiting<S> {
  readonly claim: Claim
  readonly slot: Deferred.Deferred<S>
}

/** A free slot for a claim: the one that knows its conversation, or else one without any, or the one that was idle longest. */
export const choose = <S extends Slot>(
  free: ReadonlyArray<S>,
  conversation: string | undefined
): S | undefined => {
  const own = conversation === undefined ? undefined : free.find((slot) => slot.conversation === conversation)
  const isBetter = (one: S, other: S) =>
    (one.conversation === undefined) === (other.conversation === undefined)
      ? one.lastUsed < other.lastUsed
      : one.conversation === undefined
  return (
    own ??
    free.reduce<S | undefined>((best, slot) => (best && !isBetter(slot, best) ? best : slot), undefined)
  )
}

/**
 * Gives a few slots to those who want them, first come, first served. Work in the background has one at most, comes last, and
 * makes room, to begin again later, when all slots are taken and somebody else wants one. Its time counts while it has a slot.
 */
export const make = <S extends Slot>(slots: ReadonlyArray<S>) => {
  const free = [...slots]
  const queue: Array<Waiting<S>> = []
  /** The work in the background that has a slot: done when it is to make room. */
  let background: Deferred.Deferred<void> | undefined
  let uses = 0

  const nextOf = (): Waiting<S> | undefined =>
    queue.find(({ claim }) => !claim.background) ?? (background === undefined ? queue[0] : undefined)

  const serve = Effect.suspend(() => {
    for (let next = nextOf(); next !== undefined && free.length > 0; next = nextOf()) {
      const slot = choose(free, next.claim.conversation)!
      free.splice(free.indexOf(slot), 1)
      queue.splice(queue.indexOf(next), 1)
      if (next.claim.background) background = Deferred.unsafeMake<void>(FiberId.none)
      Deferred.unsafeDone(next.slot, Effect.succeed(slot))
    }
    return background !== undefined && queue.some(({ claim }) => !claim.background)
      ? Effect.asVoid(Deferred.succeed(background, undefined))
      : Effect.void
  })

  const give = (claim: Claim, slot: S) =>
    Effect.suspend(() => {
      if (claim.background) background = undefined
      slot.lastUsed = ++uses
      free.push(slot)
      return serve
    })

  /** Also what is given up at the moment in which it gets its slot gives that back. */
  const leave = (waiting: Waiting<S>) =>
    Effect.suspend(() => {
      const at = queue.indexOf(waiting)
      if (at < 0) return Effect.flatMap(Deferred.await(waiting.slot), (slot) => give(waiting.claim, slot))
      queue.splice(at, 1)
      return Effect.void
    })

  const within = <A, E>(claim: Claim, work: (slot: S) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const waiting: Waiting<S> = { claim, slot: Deferred.unsafeMake<S>(FiberId.none) }
        queue.push(waiting)
        return Effect.zipRight(serve, restore(Deferred.await(waiting.slot))).pipe(
          Effect.onInterrupt(() => leave(waiting)),
          Effect.flatMap((slot) => Effect.ensuring(restore(work(slot)), give(claim, slot)))
        )
      })
    )

  const inBackground = <A, E>(
    claim: Claim,
    work: (slot: S) => Effect.Effect<A, E>,
    breaks: number
  ): Effect.Effect<A, E | Overdue> =>
    within(claim, (slot) => {
      const timed = work(slot).pipe(
        Effect.timeoutFail({ duration: Background.patience, onTimeout: () => new Overdue() }),
        Effect.asSome
      )
      if (breaks >= mostBreaks) return timed
      const asked = Effect.suspend(() => Deferred.await(background!))
      return Effect.raceFirst(timed, Effect.as(asked, Option.none<A>()))
    }).pipe(
      Effect.flatMap(
        Option.match({ onNone: () => inBackground(claim, work, breaks + 1), onSome: Effect.succeed })
      )
    )

  /** Runs `work` with a slot; in the background perhaps several times, until once it has come to its end. */
  const use = <A, E>(claim: Claim, work: (slot: S) => Effect.Effect<A, E>): Effect.Effect<A, E | Overdue> =>
    claim.background ? inBackground(claim, work, 0) : within(claim, work)

  return { use }
}
