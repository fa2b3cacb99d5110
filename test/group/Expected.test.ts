import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, TestClock } from "effect"
import { Settings } from "../../src/config/Settings.ts"
import { GroupRefused } from "../../src/group/GroupWords.ts"
import { Groups } from "../../src/group/Groups.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"
import { Census } from "../../src/telemetry/Census.ts"
import { systemConfig } from "../support/Fixtures.ts"
import type { Guest } from "./GroupModel.ts"
import * as LightGuest from "./LightGuest.ts"

const layer = Layer.provideMerge(
  Groups.layer,
  Layer.mergeAll(Alarms.layer, Census.layer, Layer.succeed(Settings, { folder: ".", system: systemConfig }))
)

/** Lets all fibers go on until nothing happens any more. */
const settle = Effect.repeatN(Effect.yieldNow(), 100)

const invitation = (uid: string) => ({ type: "add-client-to-group", invitee_uid: uid }) as const
const { message: notConnected } = new GroupRefused({ reason: "not-connected", uid: "b" })

/** What a client has been told of its invitations. */
const answersTo = ({ received }: Guest) =>
  received.flatMap((message) =>
    message.type === "group-operation-result" ? [{ success: message.success, words: message.message }] : []
  )

/** A client that is connected, and another one that has only been greeted. */
const greeted = Effect.gen(function* () {
  const { expected } = yield* Groups
  const a = yield* LightGuest.connect("a")
  expected.add("b")
  return { a, expected }
})

describe("an invitation of a client that has just been greeted", () => {
  it.effect("waits until it is connected, and then takes it into the group", () =>
    Effect.gen(function* () {
      const groups = yield* Groups
      const { a } = yield* greeted
      const invites = yield* Effect.fork(a.send(invitation("b")))
      yield* settle
      expect(invites.unsafePoll()).toBeNull()
      expect(answersTo(a)).toEqual([])
      const b = yield* LightGuest.connect("b")
      yield* settle
      expect(invites.unsafePoll()).not.toBeNull()
      for (const guest of [a, b]) expect(answersTo(guest).map(({ success }) => success)).toEqual([true])
      expect(yield* groups.counts).toEqual({ groups: 1, members: 2 })
      expect(yield* groups.info("b")).toMatchObject({ members: ["a", "b"], is_owner: false })
    }).pipe(Effect.provide(layer))
  )

  it.effect("is refused when it leaves instead", () =>
    Effect.gen(function* () {
      const groups = yield* Groups
      const { a, expected } = yield* greeted
      const invites = yield* Effect.fork(a.send(invitation("b")))
      yield* settle
      expect(answersTo(a)).toEqual([])
      expected.remove("b")
      yield* settle
      expect(invites.unsafePoll()).not.toBeNull()
      expect(answersTo(a)).toEqual([{ success: false, words: notConnected }])
      expect(yield* groups.counts).toEqual({ groups: 0, members: 0 })
    }).pipe(Effect.provide(layer))
  )

  it.effect("waits for no other one", () =>
    Effect.gen(function* () {
      const { a, expected } = yield* greeted
      for (const uid of ["c", "never"]) expected.add(uid)
      const invites = yield* Effect.fork(a.send(invitation("b")))
      yield* LightGuest.connect("d")
      yield* LightGuest.connect("c")
      yield* settle
      expect(invites.unsafePoll()).toBeNull()
      expect(answersTo(a)).toEqual([])
      yield* LightGuest.connect("b")
      yield* settle
      expect(answersTo(a).map(({ success }) => success)).toEqual([true])
    }).pipe(Effect.provide(layer))
  )

  it.effect("waits no more once the client has been connected, though it has left since", () =>
    Effect.gen(function* () {
      const { a } = yield* greeted
      const b = yield* LightGuest.connect("b")
      yield* b.leave
      const invites = yield* Effect.fork(a.send(invitation("b")))
      yield* settle
      expect(invites.unsafePoll()).not.toBeNull()
      expect(answersTo(a)).toEqual([{ success: false, words: notConnected }])
    }).pipe(Effect.provide(layer))
  )

  it.effect("is refused at once if nobody expects it", () =>
    Effect.gen(function* () {
      const a = yield* LightGuest.connect("a")
      const invites = yield* Effect.fork(a.send(invitation("b")))
      yield* settle
      expect(invites.unsafePoll()).not.toBeNull()
      expect(answersTo(a)).toEqual([{ success: false, words: notConnected }])
    }).pipe(Effect.provide(layer))
  )

  it.effect("is refused if the client has not come within a second", () =>
    Effect.gen(function* () {
      const { a } = yield* greeted
      const invites = yield* Effect.fork(a.send(invitation("b")))
      yield* TestClock.adjust("999 millis")
      expect(invites.unsafePoll()).toBeNull()
      yield* TestClock.adjust("1 millis")
      expect(answersTo(a)).toEqual([{ success: false, words: notConnected }])
    }).pipe(Effect.provide(layer))
  )
})
