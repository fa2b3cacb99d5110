import { EventEmitter } from "node:events"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, TestClock } from "effect"
import type { WebSocket } from "ws"
import * as Inbox from "../../src/server/Inbox.ts"
import * as Reception from "../../src/server/Reception.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"

/** A reception, and what has become of those who came. */
const open = Effect.gen(function* () {
  const journal: Array<string> = []
  const reception = yield* Effect.provide(Reception.make<never>(), yield* Layer.build(Alarms.layer))
  const arrive = (name: string, greet: Effect.Effect<void> = Effect.void, isPatient = true) => {
    const socket = Object.assign(new EventEmitter(), {
      OPEN: 1,
      readyState: 1,
      close: (code: number) => journal.push(`${name} closed ${code}`)
    })
    const inbox = Inbox.make(socket as unknown as WebSocket)
    reception.receive({
      socket: socket as unknown as WebSocket,
      inbox,
      isPatient,
      left: () => void journal.push(`${name} left`),
      greet: Effect.map(greet, () => {
        journal.push(`${name} greeted`)
        return () => journal.push(`${name} begun`)
      })
    })
    return {
      speak: () => socket.emit("message", Buffer.from("{}"), false),
      leave: () => (socket.readyState = 3)
    }
  }
  return { arrive, journal }
})

const wait = (ms: number) => TestClock.adjust(ms)

describe("Reception", () => {
  it.scoped("greets at once, and begins when a client has stayed for 20 ms", () =>
    Effect.gen(function* () {
      const { arrive, journal } = yield* open
      arrive("one")
      yield* wait(10)
      expect(journal).toEqual(["one greeted"])
      arrive("two")
      yield* wait(9)
      expect(journal).toEqual(["one greeted", "two greeted"])
      yield* wait(1)
      expect(journal).toEqual(["one greeted", "two greeted", "one begun"])
      yield* wait(100)
      expect(journal).toEqual(["one greeted", "two greeted", "one begun", "two begun"])
    })
  )

  it.scoped("begins nothing for a client that has left by then", () =>
    Effect.gen(function* () {
      const { arrive, journal } = yield* open
      const one = arrive("one")
      const two = arrive("two")
      yield* wait(10)
      one.leave()
      two.speak()
      yield* wait(100)
      expect(journal).toEqual(["one greeted", "two greeted", "two begun", "one left"])
    })
  )

  it.scoped("begins at once for a client that is not patient", () =>
    Effect.gen(function* () {
      const { arrive, journal } = yield* open
      arrive("one", Effect.void, false)
      yield* wait(1)
      expect(journal).toEqual(["one greeted", "one begun"])
    })
  )

  it.scoped("begins when a client says something, and once", () =>
    Effect.gen(function* () {
      const { arrive, journal } = yield* open
      const one = arrive("one")
      arrive("two")
      yield* wait(1)
      one.speak()
      expect(journal).toEqual(["one greeted", "two greeted", "one begun"])
      one.speak()
      yield* wait(100)
      expect(journal).toEqual(["one greeted", "two greeted", "one begun", "two begun"])
    })
  )

  it.scoped("begins at once for a client that has spoken before it was greeted", () =>
    Effect.gen(function* () {
      const { arrive, journal } = yield* open
      arrive("one", Effect.yieldNow()).speak()
      yield* wait(1)
      expect(journal).toEqual(["one greeted", "one begun"])
    })
  )

  it.scoped("closes a client whose greeting dies, and greets the next one", () =>
    Effect.gen(function* () {
      const { arrive, journal } = yield* open
      arrive("one", Effect.die("inside"))
      arrive("two")
      yield* wait(20)
      expect(journal).toEqual(["one closed 1011", "two greeted", "two begun"])
    })
  )

  it.scoped("greets nobody who has left by then", () =>
    Effect.gen(function* () {
      const { arrive, journal } = yield* open
      arrive("one").leave()
      yield* wait(100)
      expect(journal).toEqual([])
    })
  )
})
