import assert from "node:assert/strict"
import { Effect, HashMap } from "effect"
import * as fc from "fast-check"
import type { Groups } from "../../src/group/Groups.ts"
import * as GroupState from "../../src/group/GroupState.ts"
import { interruptedMark } from "../../src/history/History.ts"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"

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

interface GroupOf {
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

const groupOf = ({ groups }: Model, slot: number) => groups.find(({ members }) => members.includes(slot))

/** Lets everything happen that waits for nothing but its turn. */
const settle = Effect.repeatN(Effect.yieldNow(), 30)

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

const depart = (m: Model, slot: number) => {
  const group = groupOf(m, slot)
  if (group === undefined) return
  group.members = group.members.filter((member) => member !== slot)
  if (group.owner === slot) group.owner = group.members[0]!
  if (group.members.length < 2) m.groups = m.groups.filter((other) => other !== group)
}

/** Holds after each step. `stayed`: groups whose members were the same clients before it. */
const check = Effect.fnUntraced(function* (m: Model, r: Real) {
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
    if (sees) m.solo.delete(slot)
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

/** A step: what it does to the model and to the real thing, and what holds afterwards. */
const step = (
  name: string,
  can: (m: Model) => boolean,
  does: (m: Model, r: Real) => Effect.Effect<void>
): Command => ({
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

const connect = (slot: number) =>
  step(
    `connect ${slot}`,
    (m) => !m.connected.has(slot),
    (m, r) =>
      Effect.gen(function* () {
        m.connected.add(slot)
        r.guests.set(slot, yield* r.connect(`${slot}-${++m.connections}`))
      })
  )

const leave = (slot: number) =>
  step(
    `leave ${slot}`,
    (m) => m.connected.has(slot),
    (m, r) =>
      Effect.gen(function* () {
        const guest = r.guests.get(slot)!
        depart(m, slot)
        m.connected.delete(slot)
        m.solo.delete(slot)
        yield* guest.leave
        r.gone.push(guest)
      })
  )

const invite = (slot: number, other: number) =>
  step(
    `invite ${slot} ${other}`,
    (m) => m.connected.has(slot) && m.connected.has(other),
    (m, r) =>
      Effect.gen(function* () {
        const guest = r.guests.get(slot)!
        const before = guest.received.length
        const may = slot !== other && groupOf(m, other) === undefined
        if (may) {
          const group = groupOf(m, slot)
          if (group === undefined) m.groups.push({ owner: slot, members: [slot, other], talks: false })
          else group.members.push(other)
        }
        yield* guest.send({ type: "add-client-to-group", invitee_uid: r.guests.get(other)!.uid })
        const [answer] = guest.received.slice(before).filter(({ type }) => type === "group-operation-result")
        assert.equal(answer?.type === "group-operation-result" && answer.success, may)
      })
  )

const remove = (slot: number, other: number) =>
  step(
    `remove ${slot} ${other}`,
    (m) => m.connected.has(slot) && m.connected.has(other),
    (m, r) =>
      Effect.gen(function* () {
        const guest = r.guests.get(slot)!
        const group = groupOf(m, slot)
        if (group?.members.includes(other) === true && (slot === other || group.owner === slot))
          depart(m, other)
        yield* guest.send({ type: "remove-client-from-group", target_uid: r.guests.get(other)!.uid })
      })
  )

/** Everybody else is told of what one says, and everybody's conversation has it once. */
const toldTo = (r: Real, group: GroupOf | undefined, slot: number, text: string) => {
  for (const member of group?.members ?? [slot]) {
    const { received, story } = r.guests.get(member)!
    const told = received.filter(
      (message) => message.type === "user-input-transcription" && message.text === text
    )
    assert.equal(told.length, member === slot ? 0 : 1)
    assert.equal(story().filter((line) => line === text).length, 1)
  }
}

const say = (slots: ReadonlyArray<number>) =>
  step(
    `say ${slots.join(" and ")}`,
    (m) => slots.every((slot) => m.connected.has(slot)),
    (m, r) =>
      Effect.gen(function* () {
        const said = slots.map((slot) => ({ slot, text: `Word ${++m.said}.` }))
        for (const { slot } of said) {
          const group = groupOf(m, slot)
          if (group === undefined) m.solo.add(slot)
          else {
            group.talks = true
            // Turns of their own stop when the group's begins.
            for (const member of group.members) m.solo.delete(member)
          }
        }
        yield* Effect.forEach(
          said,
          ({ slot, text }) => r.guests.get(slot)!.send({ type: "text-input", text }),
          { concurrency: "unbounded" }
        )
        yield* settle
        for (const { slot, text } of said) toldTo(r, groupOf(m, slot), slot, text)
      })
  )

/** Whoever speaks in the client's group, or the client itself, plays what has come and reports it. */
const play = (slot: number) =>
  step(
    `play ${slot}`,
    (m) => m.connected.has(slot),
    (m, r) =>
      Effect.gen(function* () {
        const group = groupOf(m, slot)
        const state = yield* r.groups.state
        const turn = GroupState.groupOf(state, r.guests.get(slot)!.uid)?.turn
        const speaker = [...r.guests.values()].find(({ uid }) => uid === turn?.speaker) ?? r.guests.get(slot)!
        const sound = speaker.received.findLast((message) => message.type === "audio" && !message.forwarded)
        const display_text = sound?.type === "audio" ? sound.display_text : null
        if (turn !== undefined && display_text !== null) {
          yield* speaker.send({ type: "audio-play-start", display_text })
          yield* settle
          for (const member of group?.members ?? []) {
            const { received, uid } = r.guests.get(member)!
            const relayed: number = received.filter(
              (message) =>
                message.type === "audio" &&
                message.forwarded &&
                message.display_text?.text === display_text.text
            ).length
            assert.equal(relayed, uid !== speaker.uid && turn.audience.includes(uid) ? 1 : 0)
          }
        }
        yield* speaker.send({ type: "frontend-playback-complete" })
        if (turn === undefined) m.solo.delete(slot)
      })
  )

const interrupt = (slots: ReadonlyArray<number>, heard: string) =>
  step(
    `interrupt ${slots.join(" and ")}`,
    (m) => slots.every((slot) => m.connected.has(slot)),
    (m, r) =>
      Effect.gen(function* () {
        // Whoever has a turn alone interrupts that one.
        const groups = new Set(slots.flatMap((slot) => (m.solo.has(slot) ? [] : (groupOf(m, slot) ?? []))))
        const before = new Map([...r.guests.values()].map((guest) => [guest, guest.received.length]))
        const stopped = [...groups].filter(({ talks }) => talks)
        // Whoever has joined in the middle of a speech sees nothing of it, not even its end.
        const state = yield* r.groups.state
        const watching = new Set(
          stopped.flatMap(({ owner }) => GroupState.groupOf(state, r.guests.get(owner)!.uid)!.turn!.audience)
        )
        yield* Effect.forEach(
          slots,
          (slot) => r.guests.get(slot)!.send({ type: "interrupt-signal", text: heard }),
          { concurrency: "unbounded" }
        )
        yield* settle
        for (const slot of m.connected) {
          const guest = r.guests.get(slot)!
          const signals = guest.received
            .slice(before.get(guest))
            .filter(({ type }) => type === "interrupt-signal")
          assert.equal(signals.length, watching.has(guest.uid) ? 1 : 0)
        }
        for (const group of stopped) group.talks = false
        for (const slot of slots) if (m.solo.delete(slot)) close(r.guests.get(slot)!)
      })
  )

/** A client that interrupts a turn of its own takes it for ended: nothing more comes of it. */
const close = ({ received }: Guest) =>
  (received as Array<ServerMessage>).push({ type: "control", text: "conversation-chain-end" })

/** Everybody connects, and most of them are in a group: what comes then is about groups. */
export const setUp = (m: Model, r: Real) =>
  r.run(
    Effect.gen(function* () {
      for (let slot = 0; slot < slots; slot++) {
        m.connected.add(slot)
        r.guests.set(slot, yield* r.connect(`${slot}-${++m.connections}`))
      }
      for (const other of [1, 2])
        yield* r.guests.get(0)!.send({ type: "add-client-to-group", invitee_uid: r.guests.get(other)!.uid })
      m.groups.push({ owner: 0, members: [0, 1, 2], talks: false })
      yield* settle
      yield* check(m, r)
    })
  )

const slots = 5
const slot = fc.nat({ max: slots - 1 })
const pair = fc.uniqueArray(slot, { minLength: 1, maxLength: 2 })

export const commands = [
  slot.map(connect),
  fc.tuple(slot, slot).map(([one, other]) => invite(one, other)),
  fc.tuple(slot, slot).map(([one, other]) => invite(one, other)),
  fc.tuple(slot, slot).map(([one, other]) => remove(one, other)),
  slot.map(leave),
  pair.map(say),
  pair.map(say),
  slot.map(play),
  slot.map(play),
  slot.map(play),
  fc.tuple(pair, fc.constantFrom("", "Answer")).map(([slots, heard]) => interrupt(slots, heard))
]
