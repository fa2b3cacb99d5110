import { Deferred, Effect, FiberId, Option } from "effect"
import * as Finalizer from "../supervision/Finalizer.ts"
import type { Scope } from "effect"

/**
 * Lets a limited number of jobs run at once on one engine and shares it fairly: when a place becomes free, the members
 * that wait take turns, however many jobs each of them has waiting. A member's own jobs keep their order.
 */
export interface FairShare {
  /** A share for one more session; it needs no closing. */
  readonly join: () => Member
}

export interface Member {
  /** Runs a job when it is this member's turn. Interrupting gives the place up, or leaves the queue. */
  readonly run: <A, E, R>(job: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Takes a place until the scope closes, or until somebody waits for one; none if none is free now. */
  readonly borrow: Effect.Effect<Option.Option<Loan>, never, Scope.Scope>
}

/** A place that goes to the first one who waits. */
export interface Loan {
  readonly isMine: () => boolean
}

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** The queue is as long as there are jobs: a session has a handful at once, and waits for them. */
type Waiting = Array<Deferred.Deferred<void>>

export const make = (places: number): FairShare => {
  let free = places
  /** Members with jobs that wait; the first one is next. */
  const queue = new Map<Member, Waiting>()

  /** Places that are given back when one is waited for, the oldest first. */
  const lent = new Set<Loan>()

  const next = (): void => {
    const [head] = queue
    if (head === undefined) {
      free++
      return
    }
    const [member, waiting] = head
    const job = waiting.shift()!
    // Behind all the others that wait.
    queue.delete(member)
    if (waiting.length > 0) queue.set(member, waiting)
    Deferred.unsafeDone(job, Effect.void)
  }

  const leave = (member: Member, job: Deferred.Deferred<void>) =>
    Effect.sync(() => {
      const waiting = queue.get(member) ?? []
      const at = waiting.indexOf(job)
      // It has been let in at the same moment: the place goes on to the next one.
      if (at < 0) return next()
      waiting.splice(at, 1)
      if (waiting.length === 0) queue.delete(member)
    })

  /** Uninterruptible but for the waiting: a place that was taken must not get lost on the way to its job. */
  const enter = (member: Member, restore: Restore): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (free > 0) {
        free--
        return Effect.void
      }
      const [loan] = lent
      if (loan !== undefined) {
        lent.delete(loan)
        return Effect.void
      }
      const job = Deferred.unsafeMake<void>(FiberId.none)
      const waiting = queue.get(member) ?? []
      waiting.push(job)
      queue.set(member, waiting)
      return Effect.onInterrupt(restore(Deferred.await(job)), () => leave(member, job))
    })

  const borrow = Effect.acquireRelease(
    Effect.sync(() => {
      if (free === 0) return Option.none<Loan>()
      free--
      const loan: Loan = { isMine: () => lent.has(loan) }
      lent.add(loan)
      return Option.some(loan)
    }),
    (loan) =>
      Effect.sync(() => {
        if (Option.isSome(loan) && lent.delete(loan.value)) next()
      })
  )

  return {
    join: () => {
      const member: Member = {
        run: (job) =>
          Effect.uninterruptibleMask((restore) =>
            Effect.zipRight(enter(member, restore), Finalizer.left(restore(job), next))
          ),
        borrow
      }
      return member
    }
  }
}
