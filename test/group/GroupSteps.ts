import assert from "node:assert/strict"
import { Effect } from "effect"
import * as fc from "fast-check"
import * as GroupState from "../../src/group/GroupState.ts"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import { check, command, depart, groupOf, settle, step, noticeSpeech } from "./GroupModel.ts"
import type { GroupOf, Guest, Model, Real, Step } from "./GroupModel.ts"

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

/** Whoever speaks in the client's group, or the client itself. */
const speakerOf = Effect.fnUntraced(function* (r: Real, slot: number) {
  const state = yield* r.groups.state
  const turn = GroupState.groupOf(state, r.guests.get(slot)!.uid)?.turn
  const speaker = [...r.guests.values()].find(({ uid }) => uid === turn?.speaker) ?? r.guests.get(slot)!
  return { speaker, turn }
})

/** Whoever speaks in the client's group, or the client itself, plays what has come and reports it. */
const play = (slot: number) =>
  step(
    `play ${slot}`,
    (m) => m.connected.has(slot),
    (m, r) =>
      Effect.gen(function* () {
        const group = groupOf(m, slot)
        const { speaker, turn } = yield* speakerOf(r, slot)
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
        const told = new Set(stopped.flatMap(({ members }) => members))
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
          // Whoever has a turn alone would take it for the end of that; it may end in this moment.
          if (!m.solo.has(slot)) assert.equal(signals.length, told.has(slot) ? 1 : 0)
          else if (!slots.includes(slot)) assert.equal(signals.length, 0)
        }
        for (const group of stopped) group.talks = false
        for (const slot of slots) if (m.solo.delete(slot)) close(r.guests.get(slot)!)
      })
  )

/** A client that interrupts a turn of its own takes it for ended: nothing more comes of it. */
const close = ({ received }: Guest) =>
  (received as Array<ServerMessage>).push({ type: "control", text: "conversation-chain-end" })

/** The speaker has played all, and then something else happens, while the session of one handles something. */
const meanwhile = (busy: number, slot: number, next: Step) =>
  step(
    `play ${slot} and ${next.name} while ${busy} is busy`,
    (m) => m.connected.has(busy) && m.connected.has(slot) && next.can(m),
    (m, r) => {
      const guest = r.guests.get(busy)!
      return Effect.gen(function* () {
        const { speaker } = yield* speakerOf(r, slot)
        if (speaker !== guest) yield* play(slot).does(m, r)
        yield* settle
        yield* noticeSpeech(m, r)
        yield* next.does(m, r)
        yield* settle
      }).pipe(guest.exclusive.alone)
    }
  )

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

const heard = fc.constantFrom("", "Answer")
/** What can be tried with a client whose session is busy: others send. */
const besides = slot.chain((busy) => {
  const other = slot.filter((slot) => slot !== busy)
  const others = pair.filter((slots) => !slots.includes(busy))
  const next = fc.oneof(
    slot.map(leave),
    other.map((slot) => remove(slot, busy)),
    fc.tuple(others, heard).map(([slots, heard]) => interrupt(slots, heard)),
    others.map(say)
  )
  return fc.tuple(other, next).map(([slot, next]) => meanwhile(busy, slot, next))
})

const steps = [
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
  besides,
  besides,
  fc.tuple(pair, heard).map(([slots, heard]) => interrupt(slots, heard))
]

export const commands = steps.map((step) => step.map(command))
