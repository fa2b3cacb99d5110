import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, TestClock } from "effect"
import type { WebSocket } from "ws"
import type { TurnToken } from "../../src/conversation/Client.ts"
import * as ServerFrame from "../../src/protocol/ServerFrame.ts"
import * as ServerMessage from "../../src/protocol/ServerMessage.ts"
import { EdgeLimits } from "../../src/server/EdgeLimits.ts"
import * as Outbox from "../../src/server/Outbox.ts"

/** A socket whose messages leave only when the test says so. */
const slowSocket = (bufferedAmount = 1_000_000) => {
  const sent: Array<string> = []
  const leaving: Array<() => void> = []
  const socket = {
    // By default more than may wait in a socket without holding up the next message.
    bufferedAmount,
    send: (frame: string, _: unknown, left: () => void) => {
      sent.push((JSON.parse(frame) as { text: string }).text)
      leaving.push(left)
    }
  }
  return { socket: socket as unknown as WebSocket, sent, leave: Effect.sync(() => leaving.shift()?.()) }
}

const limits = Layer.succeed(EdgeLimits, {
  outbox: 2,
  writeTime: "30 seconds",
  pingInterval: "20 seconds",
  uploadPause: "30 seconds"
})
const outboxOf = (socket: WebSocket) =>
  Effect.map(Effect.all([Effect.clock, EdgeLimits]), ([clock, limits]) =>
    Outbox.make({ socket, bundle: () => {}, clock, limits }, ServerFrame.encode)
  )
const tick = TestClock.adjust("1 millis")
const text = (text: string): ServerMessage.ServerMessage => ({ type: "full-text", text })

describe("Outbox", () => {
  it.scoped("drops what is queued of a turn that has been stopped, and nothing else", () =>
    Effect.gen(function* () {
      const { leave, sent, socket } = slowSocket()
      const outbox = yield* outboxOf(socket)
      const turn: TurnToken = { stopped: false, heard: undefined }
      yield* outbox.send(text("one"), turn)
      yield* tick
      yield* outbox.send(text("two"), turn)
      yield* outbox.send(text("three"))
      turn.stopped = true
      yield* leave
      yield* tick
      expect(sent).toEqual(["one", "three"])
    }).pipe(Effect.provide(limits))
  )

  it.scoped("makes senders wait when it is full", () =>
    Effect.gen(function* () {
      const { leave, sent, socket } = slowSocket()
      const outbox = yield* outboxOf(socket)
      for (const number of ["one", "two", "three"]) {
        yield* outbox.send(text(number))
        yield* tick
      }
      const waiting = yield* Effect.fork(outbox.send(text("four")))
      yield* tick
      expect(waiting.unsafePoll()).toBeNull()
      yield* leave
      yield* tick
      yield* Fiber.join(waiting)
      expect(sent).toEqual(["one", "two"])
      for (let left = 0; left < 3; left++) yield* leave
      expect(sent).toEqual(["one", "two", "three", "four"])
    }).pipe(Effect.provide(limits))
  )

  it.scoped("sends nothing for a sender that has stopped waiting", () =>
    Effect.gen(function* () {
      const { leave, sent, socket } = slowSocket()
      const outbox = yield* outboxOf(socket)
      for (const number of ["one", "two", "three"]) yield* outbox.send(text(number))
      const waiting = yield* Effect.fork(outbox.send(text("never")))
      yield* tick
      yield* Fiber.interrupt(waiting)
      for (let left = 0; left < 4; left++) yield* leave
      expect(sent).toEqual(["one", "two", "three"])
    }).pipe(Effect.provide(limits))
  )

  it.scoped("sends nothing of a turn that has been stopped before", () =>
    Effect.gen(function* () {
      const { sent, socket } = slowSocket()
      const outbox = yield* outboxOf(socket)
      yield* outbox.send(text("late"), { stopped: true, heard: undefined })
      expect(sent).toEqual([])
    }).pipe(Effect.provide(limits))
  )

  it.scoped("waits for no message while little is waiting in the socket", () =>
    Effect.gen(function* () {
      const { sent, socket } = slowSocket(31 * 1024)
      const outbox = yield* outboxOf(socket)
      for (const number of ["one", "two", "three", "four"]) yield* outbox.send(text(number))
      expect(sent).toEqual(["one", "two", "three", "four"])
      expect(outbox.leavingSince()).toBeUndefined()
    }).pipe(Effect.provide(limits))
  )

  it.scoped("says since when a message has been leaving", () =>
    Effect.gen(function* () {
      const { leave, socket } = slowSocket()
      const outbox = yield* outboxOf(socket)
      expect(outbox.leavingSince()).toBeUndefined()
      yield* TestClock.adjust("5 seconds")
      yield* outbox.send(text("one"))
      yield* TestClock.adjust("5 seconds")
      expect(outbox.leavingSince()).toBe(5000)
      yield* leave
      expect(outbox.leavingSince()).toBeUndefined()
    }).pipe(Effect.provide(limits))
  )
})
