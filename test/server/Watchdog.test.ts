import { EventEmitter } from "node:events"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Layer, Scope, TestClock } from "effect"
import type { WebSocket } from "ws"
import { EdgeLimits } from "../../src/server/EdgeLimits.ts"
import * as Watchdog from "../../src/server/Watchdog.ts"

/** A connection of which the test says whether it answers and since when it has been writing. */
const connection = (answers: boolean) => {
  const events: Array<string> = []
  const socket = Object.assign(new EventEmitter(), {
    ping: () => {
      events.push("ping")
      if (answers) socket.emit("pong")
    },
    isPaused: false,
    terminate: () => events.push("terminate"),
    close: (code: number) => events.push(`close ${code}`)
  })
  const state: { since: number | undefined } = { since: undefined }
  const watched: Watchdog.Watched = {
    socket: socket as unknown as WebSocket,
    leavingSince: () => state.since,
    drop: () => Watchdog.drop({ socket: socket as unknown as WebSocket, end: () => void events.push("end") })
  }
  return { events, state, watched }
}

const limits = Layer.succeed(EdgeLimits, {
  outbox: 64,
  writeTime: "30 seconds",
  pingInterval: "20 seconds",
  uploadPause: "30 seconds"
})

describe("Watchdog", () => {
  it.scoped("drops a client that has not answered by the next ping, and no other", () =>
    Effect.gen(function* () {
      const { watch } = yield* Watchdog.make
      const [alive, dead] = [connection(true), connection(false)]
      yield* watch(alive.watched)
      yield* watch(dead.watched)
      yield* TestClock.adjust("60 seconds")
      expect(alive.events).toEqual(["ping", "ping", "ping"])
      expect(dead.events).toEqual(["ping", "terminate", "terminate"])
    }).pipe(Effect.provide(limits))
  )

  it.scoped("closes a client whose message has not left in time with 1013, and ends its session", () =>
    Effect.gen(function* () {
      const { watch } = yield* Watchdog.make
      const [reading, stuck] = [connection(true), connection(true)]
      yield* watch(reading.watched)
      yield* watch(stuck.watched)
      stuck.state.since = 0
      yield* TestClock.adjust("29 seconds")
      expect(stuck.events).toEqual([])
      yield* TestClock.adjust("1 second")
      expect(stuck.events).toEqual(["close 1013", "end"])
      expect(reading.events).toEqual(["ping"])
    }).pipe(Effect.provide(limits))
  )

  it.scoped("waits for the answer of a client that is being written to, or whose frames are held back", () =>
    Effect.gen(function* () {
      const { watch } = yield* Watchdog.make
      const { events, state, watched } = connection(false)
      yield* watch(watched)
      yield* TestClock.adjust("20 seconds")
      state.since = 20_000
      yield* TestClock.adjust("20 seconds")
      state.since = undefined
      expect(events).toEqual(["ping"])
      yield* TestClock.adjust("40 seconds")
      expect(events).toEqual(["ping", "ping", "terminate"])
    }).pipe(Effect.provide(limits))
  )

  it.scoped("forgets a connection with its scope", () =>
    Effect.gen(function* () {
      const { watch } = yield* Watchdog.make
      const { events, watched } = connection(true)
      const scope = yield* Scope.make()
      yield* Scope.extend(watch(watched), scope)
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust("1 minute")
      expect(events).toEqual([])
    }).pipe(Effect.provide(limits))
  )
})
