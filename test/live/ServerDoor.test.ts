import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as ServerDoor from "../../src/live/ServerDoor.ts"
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
        first.socket.send(JSON.stringify({ type: "backend-synth-complete" }))
        yield* server.until(() => (said(first).length === 2 ? true : undefined))
        expect(yield* next.poll).toMatchObject({ _tag: "None" })
        first.socket.send(control("conversation-chain-end"))
        yield* Fiber.join(next)
        first.socket.terminate()
        const second = yield* server.until(() => server.visits[1])
        second.socket.send(control("start-mic"))
        yield* door.ready
        expect(yield* door.say({ text: "two", priority: "usual" })).toBe(true)
        yield* server.until(() => (said(second).length === 1 ? true : undefined))
        expect([first, second].map(said)).toEqual([["Anna: one", "frontend-playback-complete"], ["two"]])
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
