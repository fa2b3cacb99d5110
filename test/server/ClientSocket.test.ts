import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Schedule, Stream } from "effect"
import { WebSocket } from "ws"
import { Settings } from "../../src/config/Settings.ts"
import { HttpServer } from "../../src/server/HttpServer.ts"
import { EdgeLimits } from "../../src/server/EdgeLimits.ts"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { systemConfig } from "../support/Fixtures.ts"
import * as WebClient from "../support/WebClient.ts"
import * as World from "../support/World.ts"

/** The real server on a free port, around a world of fake engines. */
const serve = (world: World.World, limits: Partial<typeof EdgeLimits.Service> = {}) =>
  HttpServer.layer.pipe(
    Layer.provideMerge(World.layer(world)),
    Layer.provide(Layer.succeed(Settings, { folder: ".", system: { ...systemConfig, port: 0 } })),
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

const open = Effect.flatMap(HttpServer, ({ url }) => WebClient.connect(url))

/** Waits until so many sessions are open: a client is greeted first. */
const seated = (count: number) =>
  Effect.flatMap(SessionRegistry, ({ snapshot }) => snapshot).pipe(
    Effect.repeat({
      until: ({ sessions }) => sessions.length === count,
      schedule: Schedule.spaced("10 millis")
    })
  )

/** A client with a session, and another one that has just been greeted. */
const ownerAndFriend = Effect.gen(function* () {
  const owner = yield* open
  yield* owner.nextOf("control")
  yield* seated(1)
  const friend = yield* open
  const greeted = yield* friend.nextOf("set-model-and-conf")
  const invitee_uid = greeted.type === "set-model-and-conf" ? greeted.client_uid : ""
  return { owner, friend, invitee_uid }
})

const gone = Effect.flatMap(SessionRegistry, ({ snapshot }) => snapshot).pipe(
  Effect.repeat({
    until: ({ fibers, sessions }) => sessions.length === 0 && Object.keys(fibers).length === 0,
    schedule: Schedule.spaced("10 millis")
  })
)

describe("/client-ws", () => {
  it.scopedLive("opens with the sequence of the protocol", () =>
    Effect.gen(function* () {
      const client = yield* open
      yield* client.nextOf("control")
      const uid = expect.stringMatching(/^[0-9a-f-]{36}$/u) as string
      expect(client.received).toEqual([
        { type: "group-update", members: [], is_owner: false },
        { type: "full-text", text: "Connection established" },
        {
          type: "set-model-and-conf",
          model_info: expect.any(Object),
          conf_name: "a",
          conf_uid: "a",
          client_uid: uid,
          extensions: {
            binary_audio: { format: "pcm_s16le", sample_rate: 16_000, channels: 1 },
            partial_transcripts: true,
            mic_audio_cancel: true,
            memories: true,
            history_pages: true,
            history_search: true,
            history_titles: true,
            history_messages: true,
            person: true,
            tool_consent: true,
            config_changes: true,
            wake_word_state: true,
            only_writes: true
          }
        },
        { type: "group-update", members: [], is_owner: false },
        { type: "control", text: "start-mic" }
      ])
    }).pipe(Effect.provide(serve(World.make())))
  )

  it.scopedLive("answers what it cannot read with one error, and goes on", () =>
    Effect.gen(function* () {
      const client = yield* open
      for (const frame of [
        "{",
        "[]",
        { type: "dance" },
        { type: "text-input" },
        { type: "mic-audio-data", audio: ["x"] }
      ]) {
        yield* client.send(frame)
      }
      client.socket.send(Buffer.from([1, 2, 3]))
      yield* client.send({ type: "heartbeat" })
      yield* client.nextOf("heartbeat-ack")
      expect(client.received.filter(({ type }) => type === "error")).toHaveLength(6)
    }).pipe(Effect.provide(serve(World.make())))
  )

  it.scopedLive("takes binary frames as the message that the client chose for them", () => {
    const world = World.make()
    let heard: Float32Array | undefined
    world.transcript = (samples) => {
      heard = samples
      return "hello"
    }
    return Effect.gen(function* () {
      const client = yield* open
      client.socket.send(Buffer.alloc(4))
      expect(yield* client.nextOf("error")).toEqual({
        type: "error",
        message: expect.stringContaining("use-extensions") as string
      })
      yield* client.send({ type: "use-extensions", binary_audio: "mic-audio-data" })
      yield* client.nextOf("extensions-in-use")
      client.socket.send(Buffer.from([1, 2, 3]))
      yield* client.nextOf("error")
      const pcm = Int16Array.from({ length: 4096 }, (_, at) => (at % 2 === 0 ? 16_384 : -32_768))
      client.socket.send(Buffer.from(pcm.buffer))
      yield* client.send({ type: "mic-audio-end" })
      yield* client.nextOf("user-input-transcription")
      expect(heard?.length).toBe(4096)
      expect([...heard!.subarray(0, 4)]).toEqual([0.5, -1, 0.5, -1])
    }).pipe(Effect.provide(serve(world)))
  })

  it.scopedLive("closes the session of a client that leaves", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* open, yield* open]
      yield* one.nextOf("control")
      yield* two.nextOf("control")
      yield* seated(2)
      one.socket.close()
      two.socket.terminate()
      yield* gone
    }).pipe(Effect.provide(serve(World.make())))
  )

  it.scopedLive("refuses foreign pages, hosts and paths", () =>
    Effect.gen(function* () {
      const { url } = yield* HttpServer
      const refused = (options: Parameters<typeof WebClient.connect>[1]) =>
        Effect.map(Effect.flip(WebClient.connect(url, options)), ({ message }) => message)
      expect(yield* refused({ origin: "https://evil.example" })).toContain("403")
      expect(yield* refused({ origin: "null" })).toContain("403")
      expect(yield* refused({ headers: { Host: "evil.example" } })).toContain("403")
      expect(
        yield* Effect.map(Effect.flip(WebClient.connect(`${url}/else`)), ({ message }) => message)
      ).toContain("404")
      yield* WebClient.connect(url, { origin: "http://localhost:3000" })
      yield* WebClient.connect(url, { origin: "file://" })
    }).pipe(Effect.provide(serve(World.make())))
  )

  it.scopedLive("closes a frame that is too long with 1009", () =>
    Effect.gen(function* () {
      const client = yield* open
      yield* client.send("x".repeat(16 * 1024 * 1024 + 1))
      expect(yield* client.closed).toBe(1009)
      yield* gone
    }).pipe(Effect.provide(serve(World.make())))
  )

  it.scopedLive("closes a client that does not read, instead of growing", () => {
    const world = World.make()
    world.stored.set("long", [{ id: 1, role: "human", content: "x".repeat(1_000_000) }])
    return Effect.gen(function* () {
      const client = yield* open
      yield* client.nextOf("control")
      yield* seated(1)
      client.socket.pause()
      // More than the outbox and the buffers of both sockets hold.
      for (let count = 0; count < 100; count++)
        yield* client.send({ type: "fetch-and-set-history", history_uid: "long" })
      yield* gone
      client.socket.resume()
      expect(yield* client.closed).toBe(1013)
    }).pipe(Effect.provide(serve(world, { writeTime: "300 millis" })))
  })

  it.scopedLive("loses no frame of a client that sends faster than it is answered", () =>
    Effect.gen(function* () {
      const client = yield* open
      for (let count = 0; count < 5000; count++) yield* client.send({ type: "heartbeat" })
      yield* client.send({ type: "fetch-configs" })
      yield* client.nextOf("config-files")
      expect(client.received.filter(({ type }) => type === "heartbeat-ack")).toHaveLength(5000)
    }).pipe(Effect.provide(serve(World.make())))
  )

  it.scopedLive("drops a client that answers no ping", () =>
    Effect.gen(function* () {
      const { url } = yield* HttpServer
      const dead = yield* WebClient.connect(url, { autoPong: false })
      const alive = yield* WebClient.connect(url)
      expect(yield* dead.closed).toBe(1006)
      expect(alive.socket.readyState).toBe(WebSocket.OPEN)
    }).pipe(Effect.provide(serve(World.make(), { pingInterval: "100 millis" })))
  )

  it.live("closes a client that has only been greeted with 1001 when the server ends", () =>
    Effect.gen(function* () {
      const client = yield* Effect.gen(function* () {
        const client = yield* open
        yield* client.nextOf("control")
        return client
      }).pipe(Effect.provide(serve(World.make())))
      expect(yield* client.closed).toBe(1001)
    }).pipe(Effect.scoped)
  )

  it.scopedLive("lets a client that has just been greeted be invited", () =>
    Effect.gen(function* () {
      const { invitee_uid, owner } = yield* ownerAndFriend
      yield* owner.send({ type: "add-client-to-group", invitee_uid })
      expect(yield* owner.nextOf("group-operation-result")).toMatchObject({ success: true })
    }).pipe(Effect.provide(serve(World.make())))
  )

  it.scopedLive("keeps nobody waiting who invites a client that is closing", () =>
    Effect.gen(function* () {
      const { friend, invitee_uid, owner } = yield* ownerAndFriend
      friend.socket.pause()
      friend.socket.close()
      yield* Effect.sleep("50 millis")
      yield* owner.send({ type: "add-client-to-group", invitee_uid })
      expect(yield* owner.nextOf("group-operation-result")).toMatchObject({ success: false })
    }).pipe(Effect.provide(serve(World.make())))
  )

  it.live("closes every connection with 1001 when the server ends, even in the middle of a turn", () =>
    Effect.gen(function* () {
      const world = World.make()
      world.reply = () => Stream.never
      const client = yield* Effect.gen(function* () {
        const client = yield* open
        yield* client.send({ type: "text-input", text: "Hi" })
        yield* client.next((message) => message.type === "full-text" && message.text === "Thinking...")
        return client
      }).pipe(Effect.provide(serve(world)))
      expect(yield* client.closed).toBe(1001)
      expect(world.journal.filter((entry) => entry.startsWith("open")).length).toBe(
        world.journal.filter((entry) => entry.startsWith("close")).length
      )
    }).pipe(Effect.scoped)
  )
})
