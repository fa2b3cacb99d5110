import { afterAll, assert, describe, layer } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Scope } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as FliteTts from "../../src/tts/FliteTts.ts"
import type { Tts } from "../../src/tts/Tts.ts"
import * as WyomingTts from "../../src/tts/WyomingTts.ts"
import type { OwnServer } from "../../src/wyoming/OwnServer.ts"
import * as Processes from "../support/Processes.ts"
import * as Programs from "../support/WyomingPrograms.ts"
import * as WyomingServer from "../support/WyomingServer.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { describeTts, open as openVoice, peak } from "./describeTts.ts"
import { engines } from "./TtsLayer.ts"

const open = (keys: object) => openVoice(TtsConfigs.of("wyoming_tts", { ...keys }))

type Answer = (connection: WyomingServer.Connection, text: string, index: number) => void

/** A server that answers each text. */
const serve = (answer: Answer, stock: WyomingServer.Stock = {}) => {
  let index = 0
  return WyomingServer.serve({ voices: ["joe"], ...stock }, ({ data, type }, connection) => {
    if (type === "synthesize") answer(connection, String(data["text"]), index++)
  })
}

const format = { rate: 16_000, width: 2, channels: 1 }

const bytesOf = (samples: Int16Array) =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)

/** Sends a sound in chunks of 1024 samples, as servers do. */
const speak = ({ send }: WyomingServer.Connection, { sampleRate, samples }: Pcm.Pcm) => {
  const told = { ...format, rate: sampleRate }
  send("audio-start", { ...told, timestamp: null })
  for (let at = 0; at < samples.length; at += 1024)
    send("audio-chunk", told, bytesOf(samples.subarray(at, at + 1024)))
  send("audio-stop", { timestamp: null })
}

const loud = (length: number) => new Int16Array(length).fill(5000)

/** A server with a real voice, which it has for itself. */
const scope = await Effect.runPromise(Scope.make())
let speaking = 0
const answerBy = (voice: Tts, connection: WyomingServer.Connection, text: string) => {
  speaking++
  const work = Effect.runFork(
    voice.synthesize(text).pipe(
      Effect.map((pcm) => speak(connection, pcm)),
      Effect.ensuring(Effect.sync(() => speaking--))
    )
  )
  connection.socket.on("close", () => void Effect.runFork(Fiber.interrupt(work)))
}
const shared = await Effect.runPromise(
  Effect.gen(function* () {
    const pool = yield* Layer.build(EnginePool.layer({ idleTimeToLive: "1 second" }))
    const config = TtsConfigs.flite("slt").flite_tts
    const flite = yield* Context.get(pool, EnginePool).borrow(FliteTts.spec(config))
    const voice = yield* FliteTts.voice(flite, config)
    return yield* serve((connection, text) => answerBy(voice, connection, text))
  }).pipe(Scope.extend(scope))
)
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
describeTts("wyoming_tts", {
  config: TtsConfigs.of("wyoming_tts", { uri: shared.uri }),
  layer: engines,
  running: Effect.sync(() => speaking)
})

describe("wyoming_tts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks for what is configured, and for nothing else", () =>
      Effect.gen(function* () {
        const server = yield* serve((connection) =>
          speak(connection, { samples: loud(100), sampleRate: 8000 })
        )
        const ask = (keys: object) =>
          Effect.flatMap(open({ uri: server.uri, ...keys }), (tts) => tts.synthesize("Hello\0there."))
        yield* ask({})
        yield* ask({ voice: "joe" })
        yield* ask({ voice: "joe", speaker: "3", language: "en" })
        const pcm = yield* ask({ language: "en" })
        assert.deepStrictEqual(
          WyomingServer.asked(server).flatMap(({ received }) => received.map(({ data }) => data)),
          [
            { text: "Hello there." },
            { text: "Hello there.", voice: { name: "joe" } },
            { text: "Hello there.", voice: { name: "joe", speaker: "3" } },
            { text: "Hello there.", voice: { language: "en" } }
          ]
        )
        assert.deepStrictEqual([pcm.sampleRate, pcm.samples.length], [8000, 100])
      })
    )

    it.scoped("takes sound of any width, cut anywhere, but not that there is none", () =>
      Effect.gen(function* () {
        const server = yield* serve(({ send }, text) => {
          if (text !== "Nothing.") {
            const stereo = { rate: 22_050, width: 2, channels: 2 }
            send("audio-chunk", stereo, Uint8Array.of(0x10, 0x00, 0x20))
            send("audio-chunk", stereo, Uint8Array.of(0x00, 0x01, 0x00, 0x03, 0x00))
          }
          send("audio-stop")
        })
        const tts = yield* open({ uri: server.uri })
        const { sampleRate, samples } = yield* tts.synthesize("Something.")
        assert.deepStrictEqual([sampleRate, ...samples], [22_050, 0x18, 2])
        const silence = yield* Effect.flip(tts.synthesize("Nothing."))
        assert.include(silence.message, "has no sound for this text")
      })
    )

    it.scoped("cuts the connection of whoever leaves, in the middle of the sound", () =>
      Effect.gen(function* () {
        const server = yield* serve(({ send }) => send("audio-start", format))
        const tts = yield* open({ uri: server.uri })
        const speaking = yield* Effect.fork(tts.synthesize("Hello."))
        yield* server.until(() => (WyomingServer.asked(server).length === 1 ? true : undefined))
        yield* Fiber.interrupt(speaking)
        yield* server.until(() => (server.open() === 0 ? true : undefined))
      })
    )

    it.scoped("asks once more when the connection was lost before any sound, and not after", () =>
      Effect.gen(function* () {
        const server = yield* serve((connection, text, index) => {
          if (text === "After.") connection.send("audio-chunk", format, bytesOf(loud(100)))
          if (index === 0 || text === "After.") connection.socket.end()
          else speak(connection, { samples: loud(50), sampleRate: 16_000 })
        })
        const tts = yield* open({ uri: server.uri })
        assert.lengthOf((yield* tts.synthesize("Before.")).samples, 50)
        assert.lengthOf(WyomingServer.asked(server), 2)
        const failure = yield* Effect.flip(tts.synthesize("After."))
        assert.include(failure.message, "broke off. The next sentence is tried afresh")
        assert.lengthOf(WyomingServer.asked(server), 3)
      })
    )

    it.scoped("is heard while the rest is still on its way", () =>
      Effect.gen(function* () {
        const server = yield* serve(({ send }) => send("audio-chunk", format, bytesOf(loud(100))))
        const tts = yield* open({ uri: server.uri })
        const first = yield* Deferred.make<Pcm.Pcm>()
        const speaking = yield* Effect.fork(tts.stream!("Hello.", (piece) => Deferred.succeed(first, piece)))
        assert.lengthOf((yield* Deferred.await(first)).samples, 100)
        // The first piece is there, and the last one is not.
        WyomingServer.asked(server)[0]!.send("audio-stop")
        yield* Fiber.join(speaking)
      })
    )

    const bytes =
      (...parts: ReadonlyArray<string>): Answer =>
      ({ socket }) => {
        for (const part of parts) socket.write(part)
      }
    const troubles: ReadonlyArray<readonly [string, Answer, string]> = [
      [
        "an error",
        ({ send }) => send("error", { text: "No speaker 'x'" }),
        `reports an error: "No speaker 'x'". Check tts_config.wyoming_tts`
      ],
      [
        "a half-closed connection",
        ({ socket }) => socket.end(),
        "broke off. The next sentence is tried afresh"
      ],
      ["a reset", ({ socket }) => socket.resetAndDestroy(), "broke off."],
      [
        "garbage",
        bytes("HTTP/1.1 400 Bad Request\r\n\r\n"),
        "sent what cannot be read. Look whether tts_config.wyoming_tts.uri is"
      ],
      [
        "sound of no kind",
        ({ send }) => send("audio-start", { rate: 0, width: 2, channels: 1 }),
        "sent what cannot be read"
      ],
      [
        "sound that changes",
        ({ send }) => {
          send("audio-start", format)
          send("audio-chunk", { ...format, rate: 8000 }, new Uint8Array(2))
        },
        "changed the kind of its sound within a sentence"
      ],
      [
        "an oversized frame",
        bytes('{"type": "audio-chunk", "payload_length": 16777217}\n'),
        "sent more than 16 MiB"
      ],
      [
        "sound without end",
        ({ send, socket }) => {
          const more = () => {
            for (let at = 0; at < 8 && !socket.destroyed; at++)
              send("audio-chunk", format, new Uint8Array(2 ** 20))
            if (!socket.destroyed) socket.once("drain", more)
          }
          more()
        },
        "sent more than 10 min of sound for one sentence"
      ],
      [
        "a stall",
        ({ send }) => send("audio-start", format),
        "has said nothing for 0.3 s. Look whether that server is overloaded, or raise tts_config.wyoming_tts.timeout_seconds."
      ]
    ]
    for (const [name, answer, words] of troubles) {
      it.scoped(`says what is wrong: ${name}`, () =>
        Effect.gen(function* () {
          const server = yield* serve(answer)
          const tts = yield* open({ uri: server.uri, timeout_seconds: name === "a stall" ? 0.3 : 30 })
          const failure = yield* Effect.flip(tts.synthesize("Hello."))
          assert.strictEqual(failure._tag, "SynthesisFailed")
          assert.include(failure.message, server.uri.slice("tcp://".length))
          assert.include(failure.message, words)
          yield* server.until(() => (server.open() === 0 ? true : undefined))
        })
      )
    }

    it.scoped("tells a server that is not there from one that has no such voice, or none", () =>
      Effect.gen(function* () {
        const failure = (keys: object) =>
          Effect.flatMap(open(keys), (tts) =>
            Effect.map(Effect.flip(tts.synthesize("Hello.")), ({ message }) => message)
          )
        assert.strictEqual(
          yield* failure({ uri: "tcp://127.0.0.1:9" }),
          "wyoming_tts: no server answers at 127.0.0.1:9. Start it, or correct tts_config.wyoming_tts.uri."
        )
        const mouth = yield* serve(() => {}, { voices: ["joe", "amy"] })
        assert.include(
          yield* failure({ uri: mouth.uri, voice: "lessac" }),
          'has no voice "lessac". Set tts_config.wyoming_tts.voice to one of joe, amy.'
        )
        const ears = yield* serve(() => {}, { voices: [], models: ["base"] })
        assert.include(
          yield* failure({ uri: ears.uri }),
          "has no voices. Look whether tts_config.wyoming_tts.uri is"
        )
      })
    )
  })
})

describe("wyoming_tts with a program", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    for (const [how, command] of [
      ["over a port", Programs.piper("--uri", "{uri}")],
      ["over its pipes", Programs.piper()]
    ] as const)
      it.scoped(
        `speaks ${how}, and is started anew when it dies`,
        () =>
          Effect.gen(function* () {
            const config = TtsConfigs.of("wyoming_tts", { command })
            const tts = yield* openVoice(config)
            assert.isAbove(peak(yield* tts.synthesize("Good morning.")), 1000)
            const pool = yield* EnginePool
            const { server } = yield* pool.borrow(WyomingTts.spec(process.cwd(), config.wyoming_tts!))
            const guard = (yield* (server as OwnServer).pid)!
            const long = "This sentence is one of many, and nobody waits for it. ".repeat(10)
            const given = yield* Effect.fork(tts.synthesize(long))
            yield* Effect.sleep("300 millis")
            yield* Fiber.interrupt(given)
            for (const pid of Processes.descendants(guard)) process.kill(pid, "SIGKILL")
            // It was not asked for anything when it died, so that nothing is lost.
            assert.isAbove(peak(yield* tts.synthesize("Still here.")), 1000)
            assert.notStrictEqual(yield* (server as OwnServer).pid, guard)
          }),
        60_000
      )
  })
})
