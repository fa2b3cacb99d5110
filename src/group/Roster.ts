import { Effect, SynchronizedRef } from "effect"
import type { Scope } from "effect"
import type { TurnToken } from "../conversation/Client.ts"
import type * as FiberSlot from "../supervision/FiberSlot.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as GroupState from "./GroupState.ts"
import type { Member } from "./Member.ts"
import type { Outgoing } from "./Outgoing.ts"

/** The speech of the moment, in a group's turn. */
export interface Speaking {
  readonly uid: string
  /** The turn of the speaker's session, once it has begun. */
  token: TurnToken | undefined
  /** Stops it, if it has begun, and lets the group go on: the speaker is gone. */
  readonly leave: Effect.Effect<void>
}

/** What lives for a group: its state is elsewhere. */
export interface Live {
  readonly id: number
  readonly scope: Scope.CloseableScope
  readonly turn: FiberSlot.FiberSlot
  /** Held while a turn is started or interrupted. */
  readonly exclusive: Effect.Semaphore
  speaking: Speaking | undefined
  /** What somebody who interrupts says was heard. */
  heard: string | undefined
}

/** Who is connected and which groups there are, with what lives for them. */
export interface Roster {
  readonly read: Effect.Effect<GroupState.State>
  /** Changes the state. Nothing else sees it before `then` is through, which must not wait for anything. */
  readonly change: <A>(
    of: (state: GroupState.State) => readonly [A, GroupState.State],
    then?: (answer: A) => Effect.Effect<void>
  ) => Effect.Effect<A>
  readonly members: Map<string, Member & Outgoing>
  readonly live: Map<number, Live>
  /** Puts a message in line for clients; never waits. */
  readonly post: (
    to: ReadonlyArray<string>,
    message: ServerMessage.Outgoing,
    turn?: TurnToken
  ) => Effect.Effect<void>
  /** Turns that clients have by themselves stop: a page shows one at a time. */
  readonly hush: (uids: ReadonlyArray<string>) => Effect.Effect<void>
}

export const make = Effect.map(SynchronizedRef.make(GroupState.empty), (ref) => {
  const members: Roster["members"] = new Map()
  const hush = (uid: string) => {
    const member = members.get(uid)
    if (member === undefined) return Effect.void
    return Effect.flatMap(member.hush, (stopped) =>
      stopped ? member.post(ServerMessage.control("conversation-chain-end")) : Effect.void
    )
  }
  const roster: Roster = {
    read: SynchronizedRef.get(ref),
    change: (of, then = () => Effect.void) =>
      Effect.uninterruptible(
        SynchronizedRef.modifyEffect(ref, (state) => {
          const [answer, next] = of(state)
          return Effect.as(then(answer), [answer, next] as const)
        })
      ),
    members,
    live: new Map(),
    post: (to, message, turn) =>
      Effect.forEach(to, (uid) => members.get(uid)?.post(message, turn) ?? Effect.void, { discard: true }),
    hush: (uids) => Effect.forEach(uids, hush, { concurrency: "unbounded", discard: true })
  }
  return roster
})
