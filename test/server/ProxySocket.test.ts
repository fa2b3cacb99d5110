import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Schedule, Stream } from "effect"
import { Settings } from "../../src/config/Settings.ts"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import { EdgeLimits } from "../../src/server/EdgeLimits.ts"
import { HttpServer } from "../../src/server/HttpServer.ts"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { systemConfig } from "../support/Fixtures.ts"
import { summary } from "../support/Viewers.ts"
import * as WebClient from "../support/WebClient.ts"
import * as World from "../support/World.ts"

/** The real server with its proxy on a free port, around a world of fake engines. */
const serve = (
  world: World.World,
  system: Partial<typeof systemConfig> = { enable_proxy: true },
  limits: Partial<typeof EdgeLimits.Service> = {}
) =>
  HttpServer.layer.pipe(
    // Nearer than the world's own.
    Layer.provide(Layer.succeed(Settings, { folder: ".", system: { ...systemConfig, port: 0, ...system } })),
    Layer.provideMerge(World.layer(world)),
    Layer.provide(
      Layer.succeed(EdgeLimits, {
        outbox: 64,
        writeTime: "30 seconds",
        pingInterval: "20 seconds",
        uploadPause: "30 seconds",
        ...limits
      })
    )
  )

type Dialled = WebClient.Dialled<ServerMessage>

const dial = (options: Parameters<typeof WebClient.dial>[1] = {}) =>
  Effect.flatMap(HttpServer, ({ url }) => WebClient.dial<ServerMessage>(`${url}/proxy-ws`, options))

const greeted = Effect.tap(dial(), (client) => client.next((message) => summary(message) === "start-mic"))

const gone = Effect.flatMap(SessionRegistry, ({ snapshot }) => snapshot).pipe(
  Effect.repeat({
    until: ({ fibers, sessions }) => sessions.length === 0 && Object.keys(fibers).length === 0,
    schedule: Schedule.spaced("10 millis")
  })
)

/** Waits for a message in a few words. */
const hears = (client: Dialled, text: string) => client.next((message) => summary(message) === text)

describe("/proxy-ws", () => {
  it.scopedLive("shares one session between five clients that come, talk, leave, and come again", () =>
    Effect.gen(function* () {
      for (let round = 0; round < 2; round++) {
        const clients = yield* Effect.all(Array.from({ length: 5 }, () => greeted))
        const snapshot = yield* (yield* SessionRegistry).snapshot
        expect(snapshot.sessions).toHaveLength(1)
        for (const [index, client] of clients.entries())
          yield* client.send({ type: "text-input", text: `${index}` })
        for (let turn = 0; turn < 5; turn++) {
          for (const client of clients) yield* hears(client, "backend-synth-complete")
          yield* clients[turn]!.send({ type: "frontend-playback-complete" })
          for (const client of clients) yield* hears(client, "conversation-chain-end")
        }
        for (const [index, { received }] of clients.entries()) {
          const seen = received.map(summary)
          const answers = seen.filter((text) => text.startsWith("audio"))
          expect(answers.toSorted()).toEqual(
            ["0", "1", "2", "3", "4"].map((text) => `audio You said ${text}.`)
          )
          // Everybody but the sender is shown a text, before it is answered.
          const shown = seen.filter((text) => text.startsWith("transcription"))
          expect(shown).toEqual(
            answers
              .map((text) => `transcription ${text.slice("audio You said ".length, -1)}`)
              .filter((text) => text !== `transcription ${index}`)
          )
          expect(seen.filter((text) => text === "conversation-chain-start")).toHaveLength(5)
        }
        clients[0]!.socket.close()
        for (const { socket } of clients.slice(1)) socket.terminate()
        yield* gone
      }
    }).pipe(Effect.provide(serve(World.make())))
  )

  it.scopedLive("drops a client that does not read, and nobody else", () => {
    const world = World.make()
    world.stored.set("long", [{ id: 1, role: "human", content: "x".repeat(1_000_000) }])
    return Effect.gen(function* () {
      const [one, two, slow] = [yield* greeted, yield* greeted, yield* greeted]
      slow.socket.pause()
      // More than the outbox and the buffers of both sockets hold.
      for (let count = 0; count < 100; count++) {
        yield* one.send({ type: "fetch-and-set-history", history_uid: "long" })
        yield* one.next(({ type }) => type === "history-data")
        yield* two.next(({ type }) => type === "history-data")
      }
      slow.socket.resume()
      expect(yield* slow.closed).toBe(1013)
      yield* one.send({ type: "fetch-configs" })
      yield* two.next(({ type }) => type === "config-files")
    }).pipe(Effect.provide(serve(world)))
  })

  it.scopedLive("tells what it cannot read to its sender alone", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* greeted, yield* greeted]
      for (const frame of ["{", { type: "dance" }, { type: "text-input" }]) yield* one.send(frame)
      one.socket.send(Buffer.from([1, 2, 3]))
      yield* one.send({ type: "heartbeat" })
      yield* one.next(({ type }) => type === "heartbeat-ack")
      yield* one.send({ type: "fetch-configs" })
      yield* two.next(({ type }) => type === "config-files")
      expect(one.received.filter(({ type }) => type === "error")).toHaveLength(4)
      expect(two.received.filter(({ type }) => type === "error")).toHaveLength(0)
    }).pipe(Effect.provide(serve(World.make())))
  )

  it.scopedLive("has the edge of every other socket: origins, payloads, pings", () =>
    Effect.gen(function* () {
      const refused = Effect.map(
        Effect.flip(dial({ origin: "https://evil.example" })),
        ({ message }) => message
      )
      expect(yield* refused).toContain("403")
      const long = yield* greeted
      yield* long.send("x".repeat(16 * 1024 * 1024 + 1))
      expect(yield* long.closed).toBe(1009)
      const dead = yield* dial({ autoPong: false })
      expect(yield* dead.closed).toBe(1006)
      yield* gone
    }).pipe(Effect.provide(serve(World.make(), { enable_proxy: true }, { pingInterval: "200 millis" })))
  )

  it.scopedLive("is not there unless the configuration has it", () =>
    Effect.gen(function* () {
      expect((yield* Effect.flip(dial())).message).toContain("404")
    }).pipe(Effect.provide(serve(World.make(), {})))
  )

  it.live("closes every connection with 1001 when the server ends, even in the middle of a turn", () =>
    Effect.gen(function* () {
      const world = World.make()
      world.reply = () => Stream.never
      const clients = yield* Effect.gen(function* () {
        const clients = [yield* greeted, yield* greeted]
        yield* clients[0]!.send({ type: "text-input", text: "Hi" })
        for (const client of clients) yield* hears(client, "full-text Thinking...")
        return clients
      }).pipe(Effect.provide(serve(world)))
      for (const client of clients) expect(yield* client.closed).toBe(1001)
      expect(world.journal.filter((entry) => entry.startsWith("open")).length).toBe(
        world.journal.filter((entry) => entry.startsWith("close")).length
      )
    }).pipe(Effect.scoped)
  )
})
