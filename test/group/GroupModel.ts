import assert from "node:assert/strict"
import { Effect, HashMap } from "effect"
import type * as fc from "fast-check"
import type { Groups } from "../../src/group/Groups.ts"
import * as GroupState from "../../src/group/GroupState.ts"
import { interruptedMark } from "../../src/history/History.ts"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as Mutex from "../../src/supervision/Mutex.ts"

/** What clients send in these tests. */
export type Sent =
  | { readonly type: "text-input"; readonly text: string }
  | { readonly type: "interrupt-signal"; readonly text: string }
  | {
      readonly type: "audio-play-start"
      readonly display_text: { readonly text: string; readonly name: string; readonly avatar: string }
    }
  | { readonly type: "frontend-playback-complete" }
  | { readonly type: "add-client-to-group"; readonly invitee_uid: string }
  | { readonly type: "remove-client-from-group"; readonly target_uid: string }

/** A connected client, whatever stands behind it. */
export interface Guest {
  readonly uid: string
  readonly received: ReadonlyArray<ServerMessage>
  /** The conversation that is stored for it. */
  readonly story: () => ReadonlyArray<string>
  /** Held while its session handles something else. */
  readonly exclusive: Mutex.Mutex
  /** Whether its session has a turn. */
  readonly isBusy: Effect.Effect<boolean>
  readonly send: (message: Sent) => Effect.Effect<void>
  readonly leave: Effect.Effect<void>
}

/** What is tried. */
export interface Real {
  readonly groups: typeof Groups.Service
  readonly connect: (uid: string) => Effect.Effect<Guest>
  readonly guests: Map<number, Guest>
  /** Everybody who has left. */
  readonly gone: Array<Guest>
  readonly run: <A>(effect: Effect.Effect<A>) => Promise<A>
}

export interface GroupOf {
  owner: number
  members: Array<number>
  talks: boolean
}

/** What should be: clients are slots, each of them in one group at most by construction. */
export interface Model {
  readonly connected: Set<number>
  groups: Array<GroupOf>
  readonly solo: Set<number>
  said: number
  connections: number
}

export const model = (): Model => ({
  connected: new Set(),
  groups: [],
  solo: new Set(),
  said: 0,
  connections: 0
})

export const groupOf = ({ groups }: Model, slot: number) =>
  groups.find(({ members }) => members.includes(slot))

/** Lets everything happen that waits for nothing but its turn. */
export const settle = Effect.repeatN(Effect.yieldNow(), 30)

/** Whether a client has seen a turn begin and not seen it end. */
const open = ({ received }: Guest): boolean => {
  const last = received.findLast(({ type }) => type === "interrupt-signal" || type === "control")
  return last?.type === "control" && last.text === "conversation-chain-start"
}

const lastUpdate = ({ received }: Guest) =>
  received.findLast((message) => message.type === "group-update") ?? {
    type: "group-update",
    members: [],
    is_owner: false
  }

export const depart = (m: Model, slot: number) => {
  const group = groupOf(m, slot)
  if (group === undefined) return
  group.members = group.members.filter((member) => member !== slot)
  if (group.owner === slot) group.owner = group.members[0]!
  if (group.members.length < 2) m.groups = m.groups.filter((other) => other !== group)
}

/** A turn of its own stops when a speech begins that the client sees. */
export const noticeSpeech = Effect.fnUntraced(function* (m: Model, r: Real) {
  const state = yield* r.groups.state
  for (const slot of m.connected) {
    const { uid } = r.guests.get(slot)!
    if (GroupState.groupOf(state, uid)?.turn?.audience.includes(uid) === true) m.solo.delete(slot)
  }
})

/** Holds after each step. `stayed`: groups whose members were the same clients before it. */
export const check = Effect.fnUntraced(function* (m: Model, r: Real) {
  yield* noticeSpeech(m, r)
  const state = yield* r.groups.state
  const uid = (slot: number) => r.guests.get(slot)!.uid
  const groups = [...HashMap.values(state.groups)]
  // The same groups, and so a client in at most one of them, and an owner among the members.
  const shown = groups.map(({ members, owner, turn }) => ({ owner, members, talks: turn !== undefined }))
  const wanted = m.groups.map(({ members, owner, talks }) => ({
    owner: uid(owner),
    members: members.map(uid),
    talks
  }))
  const byOwner = (one: { owner: string }, other: { owner: string }) => one.owner.localeCompare(other.owner)
  assert.deepEqual(shown.toSorted(byOwner), wanted.toSorted(byOwner))
  for (const { members, owner, turn } of groups) {
    assert.ok(members.includes(owner))
    assert.equal(new Set(members).size, members.length)
    // A turn that runs has a speaker, and all who are there see it.
    if (turn !== undefined) assert.ok(members.includes(turn.speaker ?? ""))
  }
  assert.deepEqual([...HashMap.keys(state.clients)].toSorted(), [...m.connected].map(uid).toSorted())

  for (const slot of m.connected) {
    const guest = r.guests.get(slot)!
    const group = GroupState.groupOf(state, guest.uid)
    assert.deepEqual(lastUpdate(guest), {
      type: "group-update",
      members: group?.members ?? [],
      is_owner: group?.owner === guest.uid
    })
    // Every turn that a client has seen begin has ended, but the one that runs.
    const sees = group?.turn?.audience.includes(guest.uid) === true
    assert.equal(open(guest), sees || m.solo.has(slot), `an open turn at ${guest.uid}`)
    // No turn in a session that has neither one of its own nor the word in its group.
    assert.equal(yield* guest.isBusy, group?.turn?.speaker === guest.uid || m.solo.has(slot))
    // Nothing is stored twice.
    const lines = guest.story().filter((line) => line !== interruptedMark && line.endsWith("."))
    assert.equal(new Set(lines).size, lines.length)
  }
  for (const guest of r.gone) assert.equal(yield* guest.isBusy, false)
})

interface Before {
  /** Lines that it had stored. */
  readonly lines: number
  /** Whether it had a turn of its own, or has not seen the group's begin: that may have been interrupted. */
  readonly apart: boolean
}

/** All who have been in a group since before the step have stored the same in it. */
const heardAlike = (m: Model, r: Real, before: ReadonlyMap<Guest, Before>) => {
  for (const { members } of m.groups) {
    const stayed = members
      .map((slot) => r.guests.get(slot)!)
      .filter((guest) => before.get(guest)?.apart === false)
    const stories = stayed.map((guest) => guest.story().slice(before.get(guest)!.lines))
    for (const story of stories) assert.deepEqual(story, stories[0])
  }
}

type Command = fc.AsyncCommand<Model, Real>

/** What it does to the model and to the real thing. */
export interface Step {
  readonly name: string
  readonly can: (m: Model) => boolean
  readonly does: (m: Model, r: Real) => Effect.Effect<void>
}

export const step = (name: string, can: Step["can"], does: Step["does"]): Step => ({ name, can, does })

/** A step, and what holds afterwards. */
export const command = ({ can, does, name }: Step): Command => ({
  check: can,
  run: (m, r) =>
    r.run(
      Effect.gen(function* () {
        const state = yield* r.groups.state
        const together = new Map(
          m.groups.flatMap(({ members }) =>
            members.map((slot) => {
              const guest = r.guests.get(slot)!
              const turn = GroupState.groupOf(state, guest.uid)?.turn
              const apart = m.solo.has(slot) || turn?.audience.includes(guest.uid) === false
              return [guest, { lines: guest.story().length, apart }] as const
            })
          )
        )
        yield* does(m, r)
        yield* settle
        yield* check(m, r)
        heardAlike(m, r, together)
      })
    ),
  toString: () => name
})
