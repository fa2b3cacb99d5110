import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import * as Wav from "../../src/audio/Wav.ts"
import type { SpeechMessage } from "../../src/protocol/SpeechMessage.ts"
import { HttpServer } from "../../src/server/HttpServer.ts"
import { isSilent } from "../support/SocketTalk.ts"
import * as SpeechServer from "../support/SpeechServer.ts"
import * as WebClient from "../support/WebClient.ts"
import * as World from "../support/World.ts"

const connect = (options?: Parameters<typeof WebClient.connect>[1]) =>
  Effect.flatMap(HttpServer, ({ url }) => WebClient.dial<SpeechMessage>(`${url}/tts-ws`, options))

type Client = Effect.Effect.Success<ReturnType<typeof connect>>

/** Sends a frame and gives what is answered to it. */
const ask = Effect.fnUntraced(function* (client: Client, frame: unknown) {
  const before = client.received.length
  yield* client.send(frame)
  yield* client.next(({ status }) => status !== "partial")
  return client.received.slice(before)
})

const summary = (message: SpeechMessage) =>
  message.status === "partial" ? message.text : message.status === "error" ? message.message : "complete"

const fetched = (path: string) =>
  Effect.flatMap(HttpServer, ({ url }) =>
    Effect.promise(async () => {
      const response = await fetch(`${url}${path}`)
      const bytes = new Uint8Array(await response.arrayBuffer())
      return { status: response.status, type: response.headers.get("content-type"), bytes }
    })
  )

/** Starting the voice's thread takes long on a busy machine. */
const limit = 120_000

const recogniser = SpeechServer.recogniser()

describe("/tts-ws with a real voice", () => {
  const serve = () => SpeechServer.layer(recogniser)

  it.scopedLive(
    "speaks a text sentence by sentence, one text after the other",
    () =>
      Effect.gen(function* () {
        const client = yield* connect()
        yield* client.send({ text: "Good evening, Dr. Brown. (waves) The tea is ready!\nIs it?" })
        yield* client.send({ text: "A second text." })
        for (let count = 0; count < 2; count++) yield* client.next(({ status }) => status === "complete")
        expect(client.received.map(summary)).toEqual([
          "Good evening, Dr. Brown.",
          expect.stringContaining("The tea is ready!"),
          "Is it?",
          "complete",
          "A second text.",
          "complete"
        ])
        const paths = client.received.flatMap((message) =>
          message.status === "partial" ? [message.audioPath] : []
        )
        expect(new Set(paths).size).toBe(4)
        for (const path of paths) {
          const { bytes, status, type } = yield* fetched(path)
          expect([status, type]).toEqual([200, "audio/wav"])
          const pcm = Wav.decodePlain(bytes)!
          expect(Pcm.duration(pcm)).toBeGreaterThan(300)
          expect(isSilent(pcm)).toBe(false)
        }
        client.socket.close()
        yield* SpeechServer.idle
      }).pipe(Effect.provide(serve())),
    limit
  )

  it.scopedLive(
    "says what is wrong, and goes on",
    () =>
      Effect.gen(function* () {
        const client = yield* connect()
        const cases: ReadonlyArray<readonly [unknown, string]> = [
          ["{", "not JSON"],
          ["[]", "no object"],
          ["null", "no object"],
          [{}, "`text`"],
          [{ text: 3 }, "`text`"],
          [{ text: " \n" }, "empty"],
          [{ text: "x".repeat(10_001) }, "10000"],
          [{ text: "... *waves* !" }, "nothing to speak"],
          [{ text: "你好。" }, "no sound"]
        ]
        for (const [frame, words] of cases) {
          expect(yield* ask(client, frame)).toEqual([
            { status: "error", message: expect.stringContaining(words) }
          ])
        }
        client.socket.send(Buffer.from([1, 2, 3]))
        yield* client.next(({ status }) => status === "error")
        expect((yield* ask(client, { text: "Hello." })).map(summary)).toEqual(["Hello.", "complete"])
      }).pipe(Effect.provide(serve())),
    limit
  )
})

describe("/tts-ws", () => {
  const world = World.make()
  const serve = (options: SpeechServer.Options = {}) =>
    SpeechServer.layer(recogniser, { world, fakeVoice: true, ...options })

  it.scopedLive("speaks three sentences at a time and delivers them in order", () =>
    Effect.gen(function* () {
      world.synthesis = (text) => (text.startsWith("One") ? 200 : 0)
      const client = yield* connect()
      const answer = yield* ask(client, {
        text: "One is slow. Two is quick. Three too. Four also. Five as well."
      })
      expect(answer.map(summary)).toEqual([
        "One is slow.",
        "Two is quick.",
        "Three too.",
        "Four also.",
        "Five as well.",
        "complete"
      ])
      expect(world.speaking.peak).toBe(3)
    }).pipe(Effect.provide(serve()))
  )

  const log: Array<string> = []
  it.scopedLive(
    "ends a text at the first sentence that the voice cannot speak, and logs that in one line",
    () =>
      Effect.gen(function* () {
        world.synthesis = (text) => (text.startsWith("Two") ? "fail" : text.startsWith("Three") ? 100_000 : 0)
        const client = yield* connect()
        expect((yield* ask(client, { text: "One. Two. Three. Four." })).map(summary)).toEqual([
          "One.",
          expect.stringContaining('cannot say "Two."')
        ])
        yield* SpeechServer.alive("tts-socket", 1)
        expect(world.speaking.now).toBe(0)
        expect(log).toEqual([summary(client.received.at(-1)!)])
        world.synthesis = () => 0
        expect((yield* ask(client, { text: "Five." })).map(summary)).toEqual(["Five.", "complete"])
      }).pipe(Effect.provide(serve({ log })))
  )

  it.scopedLive("says why there is no voice, and tries again with the next text", () =>
    Effect.gen(function* () {
      world.failures.set("tts", 1)
      const client = yield* connect()
      expect((yield* ask(client, { text: "One." })).map(summary)).toEqual([
        expect.stringContaining("slow_tts is not available: it broke")
      ])
      expect((yield* ask(client, { text: "Two." })).map(summary)).toEqual(["Two.", "complete"])
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("stops everything for a client that leaves", () =>
    Effect.gen(function* () {
      world.synthesis = () => 100_000
      const client = yield* connect()
      yield* client.send({ text: "One. Two. Three. Four." })
      yield* SpeechServer.alive("sentence", 3)
      client.socket.terminate()
      yield* SpeechServer.idle
      expect(world.speaking.now).toBe(0)
      world.synthesis = () => 0
    }).pipe(Effect.provide(serve()))
  )

  it.live("closes with 1001 when the server ends in the middle of a text", () =>
    Effect.gen(function* () {
      world.synthesis = () => 100_000
      const client = yield* Effect.gen(function* () {
        const client = yield* connect()
        yield* client.send({ text: "One. Two." })
        yield* SpeechServer.alive("sentence", 2)
        return client
      }).pipe(Effect.provide(serve()))
      expect(yield* client.closed).toBe(1001)
      expect(world.speaking.now).toBe(0)
      world.synthesis = () => 0
    }).pipe(Effect.scoped)
  )

  it.scopedLive("keeps to the rules of the edge", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(connect({ origin: "https://evil.example" }))
      expect(refused.message).toContain("403")
      expect((yield* Effect.flip(connect({ headers: { Host: "evil.example" } }))).message).toContain("403")
      const long = yield* connect()
      yield* long.send("x".repeat(16 * 1024 * 1024 + 1))
      expect(yield* long.closed).toBe(1009)
      yield* SpeechServer.idle
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("drops a client that answers no ping, even while it is spoken to", () =>
    Effect.gen(function* () {
      world.synthesis = () => 100_000
      const dead = yield* connect({ autoPong: false })
      yield* dead.send({ text: "One." })
      expect(yield* dead.closed).toBe(1006)
      yield* SpeechServer.idle
      world.synthesis = () => 0
    }).pipe(Effect.provide(serve({ limits: { pingInterval: "100 millis" } })))
  )
})
