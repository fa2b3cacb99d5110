import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import type { DurationInput } from "effect/Duration"
import * as ServerDoor from "../../src/live/ServerDoor.ts"
import * as NextRound from "../../src/supervision/NextRound.ts"
import * as LiveServers from "../support/LiveServers.ts"
import type { Visit } from "../support/LiveServers.ts"
import * as Visitor from "./Visitor.ts"

const control = (text: string) => JSON.stringify({ type: "control", text })

/** What a client has said, without its heartbeats. */
const said = ({ said }: Visit) =>
  said
    .map((frame) => JSON.parse(frame.toString()) as { readonly type: string; readonly text?: string })
    .filter(({ type }) => type !== "heartbeat")
    .map(({ text, type }) => text ?? type)

/** Says something without meaning, and waits until the other side has taken it and all before. */
const taken = ({ socket }: Visit) =>
  Effect.zipRight(
    Effect.async<void>((resume) => {
      socket.once("pong", () => resume(Effect.void))
      socket.send(JSON.stringify({ type: "heartbeat-ack" }))
      socket.ping()
    }),
    // What it wakes there goes on first.
    NextRound.nextRound
  )

/** Lets so many seconds pass, in which the server goes on to say something. */
const lasts = (visit: Visit, seconds: number): Effect.Effect<void> =>
  Effect.repeatN(Effect.zipRight(taken(visit), TestClock.adjust("1 seconds")), seconds - 1)

/** Lets time pass until it is so. */
const becomes = (holds: () => boolean, step: DurationInput): Effect.Effect<void> =>
  Effect.suspend(() =>
    holds()
      ? Effect.void
      : Effect.zipRight(Effect.zipRight(TestClock.adjust(step), NextRound.nextRound), becomes(holds, step))
  )

/** A way into a server that is just answering the first text. */
const answering = Effect.fnUntraced(function* (path: string) {
  const server = yield* LiveServers.serve({})
  const { door, keep } = yield* ServerDoor.open(`${server.ws}${path}`)
  yield* Effect.forkScoped(keep)
  const first = yield* server.until(() => server.visits[0])
  first.socket.send(control("start-mic"))
  yield* door.ready
  yield* door.say({ text: "one", priority: "usual" })
  first.socket.send(control("conversation-chain-start"))
  yield* taken(first)
  return { door, first, server }
})

describe("the way into another server", () => {
  it.scopedLive("ends at once if there is no server, or none that shares a session", () =>
    Effect.gen(function* () {
      const ended = (url: string) => Effect.flatMap(ServerDoor.open(url), ({ keep }) => Effect.flip(keep))
      expect((yield* ended("ws://127.0.0.1:1/proxy-ws")).message).toBe(
        "cannot connect to the server at 127.0.0.1:1: start it, or say another address with --url (ECONNREFUSED)"
      )
      const refusing = yield* LiveServers.refusing(404)
      expect((yield* ended(`${refusing}/proxy-ws`)).reason).toBe("not-shared")
      expect(yield* ended(`${refusing}/client-ws`)).toMatchObject({ reason: "no-server", detail: "404" })
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scoped("gives up a session of its own where an answer has no end, and interrupts nothing", () =>
    Effect.gen(function* () {
      const { door, first, server } = yield* answering("client-ws")
      const next = yield* Effect.fork(door.ready)
      yield* lasts(first, 179)
      expect(next.unsafePoll()).toBeNull()
      expect(first.open).toBe(true)
      yield* TestClock.adjust("1 seconds")
      yield* server.until(() => !first.open || undefined)
      yield* becomes(() => server.visits.length === 2, "100 millis")
      const second = server.visits[1]!
      expect(next.unsafePoll()).toBeNull()
      second.socket.send(control("start-mic"))
      yield* Fiber.join(next)
      expect(said(first)).toEqual(["one"])
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scoped("says the next text all the same where the server has it wait", () =>
    Effect.gen(function* () {
      const { door, first } = yield* answering("proxy-ws")
      const next = yield* Effect.fork(door.ready)
      yield* lasts(first, 179)
      expect(next.unsafePoll()).toBeNull()
      yield* TestClock.adjust("1 seconds")
      yield* Fiber.join(next)
      expect(first.open).toBe(true)
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scoped("says the next text where nothing came of the last one", () =>
    Effect.gen(function* () {
      const { door, first } = yield* answering("client-ws")
      first.socket.send(control("conversation-chain-end"))
      yield* door.ready
      yield* door.say({ text: "two", priority: "usual" })
      const next = yield* Effect.fork(door.ready)
      yield* lasts(first, 179)
      expect(next.unsafePoll()).toBeNull()
      yield* TestClock.adjust("1 seconds")
      yield* Fiber.join(next)
      expect(first.open).toBe(true)
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scoped("opens in a group when nobody speaks any more", () =>
    Effect.gen(function* () {
      const { door, first } = yield* answering("client-ws")
      first.socket.send(JSON.stringify({ type: "group-update", members: ["a", "b"], is_owner: false }))
      const next = yield* Effect.fork(door.ready)
      for (const speech of [1, 2, 3]) {
        first.socket.send(control("conversation-chain-end"))
        yield* lasts(first, 9)
        expect(next.unsafePoll(), `speech ${speech}`).toBeNull()
        first.socket.send(control("conversation-chain-start"))
        // Longer than between two speeches.
        yield* lasts(first, 30)
      }
      first.socket.send(control("conversation-chain-end"))
      yield* lasts(first, 9)
      expect(next.unsafePoll()).toBeNull()
      yield* becomes(() => next.unsafePoll() !== null, "1 seconds")
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scopedLive(
    "opens after the greeting, says a text at a time, and leads to a server that comes back",
    () =>
      Effect.gen(function* () {
        const server = yield* LiveServers.serve({})
        const { door, keep } = yield* ServerDoor.open(`${server.ws}client-ws`)
        yield* Effect.forkScoped(keep)
        expect(yield* door.say({ text: "too early", priority: "usual" })).toBe(false)
        const first = yield* server.until(() => server.visits[0])
        for (const garbage of ["", "{", "[]", JSON.stringify({ type: 5 }), Buffer.alloc(9)])
          first.socket.send(garbage)
        first.socket.send(control("start-mic"))
        yield* door.ready
        expect(yield* door.say({ sender: "Anna", text: "one", priority: "paid" })).toBe(true)
        const next = yield* Effect.fork(door.ready)
        first.socket.send(control("conversation-chain-start"))
        // A sentence stays silent, and the answer goes on.
        first.socket.send(JSON.stringify({ type: "error", message: "the voice is gone" }))
        first.socket.send(JSON.stringify({ type: "backend-synth-complete" }))
        yield* server.until(() => (said(first).length === 2 ? true : undefined))
        expect(yield* next.poll).toMatchObject({ _tag: "None" })
        first.socket.send(control("conversation-chain-end"))
        yield* Fiber.join(next)
        expect(yield* door.say({ text: "refused", priority: "usual" })).toBe(true)
        const after = yield* Effect.fork(door.ready)
        yield* server.until(() => (said(first).length === 3 ? true : undefined))
        expect(yield* after.poll).toMatchObject({ _tag: "None" })
        // Nothing else comes of a text that is refused.
        first.socket.send(JSON.stringify({ type: "error", message: "too many texts" }))
        yield* Fiber.join(after)
        first.socket.terminate()
        const second = yield* server.until(() => server.visits[1])
        second.socket.send(control("start-mic"))
        yield* door.ready
        expect(yield* door.say({ text: "two", priority: "usual" })).toBe(true)
        yield* server.until(() => (said(second).length === 1 ? true : undefined))
        expect([first, second].map(said)).toEqual([
          ["Anna: one", "frontend-playback-complete", "refused"],
          ["two"]
        ])
      }).pipe(Effect.provide(Visitor.layer))
  )

  it.scopedLive("says that it only writes where a session is shared, and waits until somebody hears it", () =>
    Effect.gen(function* () {
      const server = yield* LiveServers.serve({})
      const { door, keep } = yield* ServerDoor.open(`${server.ws}proxy-ws`)
      yield* Effect.forkScoped(keep)
      const { said: frames, socket } = yield* server.until(() => server.visits[0])
      socket.send(JSON.stringify({ type: "set-model-and-conf", extensions: { only_writes: true } }))
      socket.send(control("start-mic"))
      yield* server.until(() => (frames.length > 0 ? true : undefined))
      expect(JSON.parse(frames[0]!.toString())).toEqual({ type: "use-extensions", only_writes: true })
      const ready = yield* Effect.fork(door.ready)
      const audience = (listeners: number) =>
        socket.send(JSON.stringify({ type: "audience-update", listeners }))
      audience(0)
      expect(yield* ready.poll).toMatchObject({ _tag: "None" })
      audience(2)
      yield* Fiber.join(ready)
      socket.terminate()
      // One that does not know of it is spoken to at once.
      const other = yield* server.until(() => server.visits[1])
      other.socket.send(control("start-mic"))
      yield* door.ready
      expect(said(other)).toEqual([])
    }).pipe(Effect.provide(Visitor.layer))
  )
})
