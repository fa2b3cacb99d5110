import { EventEmitter } from "node:events"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { WebSocket } from "ws"
import * as Inbox from "../../src/server/Inbox.ts"
import { nextRound } from "../../src/supervision/NextRound.ts"

/** A socket that has brought so many frames of this size at once. */
const brings = Effect.fnUntraced(function* (count: number, size: number, work = () => {}) {
  const socket = Object.assign(new EventEmitter(), { isPaused: false, pause: () => {}, resume: () => {} })
  const { take } = Inbox.make(socket as unknown as WebSocket)
  for (let index = 0; index < count; index++) socket.emit("message", Buffer.alloc(size), true)
  let taken = 0
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.tap(take, () => {
        taken++
        work()
      })
    )
  )
  return () => taken
})

it.scoped("after a heavy frame the event loop goes round before the next one is taken", () =>
  Effect.gen(function* () {
    const taken = yield* brings(8, 8192)
    for (let round = 1; round <= 8; round++) {
      yield* nextRound
      expect(taken()).toBeLessThanOrEqual(round + 1)
    }
    yield* nextRound
    expect(taken()).toBe(8)
  })
)

it.scoped("light frames are taken in one round", () =>
  Effect.gen(function* () {
    const taken = yield* brings(8, 100)
    yield* nextRound
    expect(taken()).toBe(8)
  })
)

it.scoped("after a light frame that takes long the event loop goes round, too", () =>
  Effect.gen(function* () {
    const busy = () => {
      for (const end = performance.now() + 3; performance.now() < end;);
    }
    const taken = yield* brings(8, 100, busy)
    for (let round = 1; round <= 8; round++) {
      yield* nextRound
      expect(taken()).toBeLessThanOrEqual(round + 1)
    }
    yield* nextRound
    expect(taken()).toBe(8)
  })
)

it("lets the client be heard out when nobody takes its frames any more", () => {
  const socket = Object.assign(new EventEmitter(), {
    isPaused: false,
    pause: () => (socket.isPaused = true),
    resume: () => (socket.isPaused = false)
  })
  const inbox = Inbox.make(socket as unknown as WebSocket)
  for (let count = 0; count < 100; count++) socket.emit("message", Buffer.from("{}"), false)
  expect(socket.isPaused).toBe(true)
  inbox.close()
  expect(socket.isPaused).toBe(false)
  for (let count = 0; count < 100; count++) socket.emit("message", Buffer.from("{}"), false)
  expect(socket.isPaused).toBe(false)
  expect(inbox.isEmpty()).toBe(true)
})
