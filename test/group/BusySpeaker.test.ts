import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Settings } from "../../src/config/Settings.ts"
import { Groups } from "../../src/group/Groups.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"
import { Census } from "../../src/telemetry/Census.ts"
import { systemConfig } from "../support/Fixtures.ts"
import * as LightGuest from "./LightGuest.ts"

const layer = Layer.provideMerge(
  Groups.layer,
  Layer.mergeAll(Alarms.layer, Census.layer, Layer.succeed(Settings, { folder: ".", system: systemConfig }))
)

/** Lets all fibers go on until nothing happens any more. */
const settle = Effect.repeatN(Effect.yieldNow(), 100)

/** A group of a, b and c in which b has said something while its own session is busy. */
const waiting = Effect.gen(function* () {
  const groups = yield* Groups
  const [a, b, c] = [
    yield* LightGuest.connect("a"),
    yield* LightGuest.connect("b"),
    yield* LightGuest.connect("c")
  ]
  yield* a.send({ type: "add-client-to-group", invitee_uid: "b" })
  yield* a.send({ type: "add-client-to-group", invitee_uid: "c" })
  yield* Effect.uninterruptibleMask(b.exclusive.take)
  yield* c.send({ type: "text-input", text: "Hello." })
  yield* settle
  while (!(yield* groups.isSpeaking("b"))) {
    const speaker = (yield* groups.isSpeaking("a")) ? a : c
    yield* speaker.send({ type: "frontend-playback-complete" })
    yield* settle
  }
  return { a, b, c, groups }
})

describe("a speaker whose session is busy", () => {
  it.effect("is not waited for once it has been removed, and does not speak afterwards", () =>
    Effect.gen(function* () {
      const { a, b, groups } = yield* waiting
      yield* a.send({ type: "remove-client-from-group", target_uid: "b" })
      yield* settle
      expect((yield* groups.isSpeaking("a")) || (yield* groups.isSpeaking("c"))).toBe(true)
      const told = b.received.length
      yield* b.exclusive.release
      yield* settle
      expect(yield* b.isBusy).toBe(false)
      expect(b.received.length).toBe(told)
    }).pipe(Effect.provide(layer))
  )

  it.effect("keeps the turn that it has by itself when it is removed", () =>
    Effect.gen(function* () {
      const { a, b, groups } = yield* waiting
      yield* b.speakAlone
      yield* a.send({ type: "remove-client-from-group", target_uid: "b" })
      yield* settle
      expect(yield* b.isBusy).toBe(true)
      expect((yield* groups.isSpeaking("a")) || (yield* groups.isSpeaking("c"))).toBe(true)
      yield* b.leave
    }).pipe(Effect.provide(layer))
  )

  it.effect("speaks as soon as it is not", () =>
    Effect.gen(function* () {
      const { b, groups } = yield* waiting
      expect(yield* b.isBusy).toBe(false)
      yield* b.exclusive.release
      yield* settle
      expect(yield* groups.isSpeaking("b")).toBe(true)
      expect(yield* b.isBusy).toBe(true)
    }).pipe(Effect.provide(layer))
  )
})
