import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Schema } from "effect"
import { AsrEngines } from "../../src/asr/Asr.ts"
import { AsrConfig } from "../../src/config/AsrConfig.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as Speech from "../support/Speech.ts"
import * as Programs from "../support/WyomingPrograms.ts"
import * as WyomingServer from "../support/WyomingServer.ts"
import * as AsrLayer from "./AsrLayer.ts"
import { engines } from "./AsrLayer.ts"
import { describeAsr } from "./describeAsr.ts"

const decode = (keys: object) =>
  Schema.decodeUnknownSync(AsrConfig)({ asr_model: "wyoming_asr", wyoming_asr: keys })

const open = (keys: object) => Effect.flatMap(AsrEngines, (engines) => engines.open(decode(keys)))

/** What a server does when a whole utterance has come. */
type Answer = (connection: WyomingServer.Connection) => void

const serve = (answer: Answer, stock: WyomingServer.Stock = {}) =>
  WyomingServer.serve({ models: ["base"], ...stock }, ({ type }, connection) => {
    if (type === "audio-stop") answer(connection)
  })

const says =
  (text: string): Answer =>
  ({ send }) =>
    send("transcript", { text })

const samples = new Float32Array(16_000).fill(0.5)

/** A server with real ears: those of sherpa-onnx, which it has for itself. */
class RealServer extends Effect.Service<RealServer>()("test/RealServer", {
  scoped: Effect.gen(function* () {
    const ears = yield* AsrLayer.open({ model: "whisper-tiny.en" })
    const run = Effect.runFork
    return yield* serve((connection) => {
      const heard = Float32Array.from(WyomingServer.soundOf(connection), (sample) => sample / 32_768)
      const work = run(
        Effect.map(ears.transcribe(heard), (text) => {
          connection.send("transcript", { text })
          connection.socket.end()
        })
      )
      connection.socket.on("close", () => void run(Fiber.interrupt(work)))
    })
  })
}) {}

const real = Layer.provideMerge(RealServer.Default, engines)

describeAsr("wyoming_asr", {
  layer: Layer.orDie(real),
  open: Effect.flatMap(RealServer, ({ uri }) => open({ uri })),
  jobs: Effect.map(RealServer, (server) => server.open()),
  kill: Effect.map(RealServer, (server) => server.cut())
})

describe("wyoming_asr", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks as the protocol has it, and sends the samples as they are", () =>
      Effect.gen(function* () {
        const server = yield* serve(says(" Hello there.\n"), { models: ["base", "small"] })
        const asr = yield* open({ uri: server.uri, language: "de", model: "small" })
        const long = Float32Array.from({ length: 25 * 16_000 }, (_, at) => (at % 1000) / 1000)
        assert.strictEqual(yield* asr.transcribe(long), "Hello there.")
        const [request] = WyomingServer.asked(server)
        assert.deepStrictEqual(
          request!.received.map(({ data, type }) => [type, data]).filter(([type]) => type !== "audio-chunk"),
          [
            ["transcribe", { name: "small", language: "de" }],
            ["audio-start", { rate: 16_000, width: 2, channels: 1 }],
            ["audio-stop", {}]
          ]
        )
        const sent = WyomingServer.soundOf(request!)
        assert.strictEqual(sent.length, long.length)
        assert.isTrue(sent.every((sample, at) => sample === Math.round(long[at]! * 32_767)))
        yield* server.until(() => (server.open() === 0 ? true : undefined))
      })
    )

    it.scoped("asks for nothing that is not configured, and drops descriptions of sounds", () =>
      Effect.gen(function* () {
        const server = yield* serve(says("[BLANK_AUDIO]"))
        assert.strictEqual(yield* (yield* open({ uri: server.uri })).transcribe(samples), "")
        assert.deepStrictEqual(WyomingServer.asked(server)[0]!.received[0]!.data, {})
      })
    )

    it.scoped("passes over what it does not know, and takes transcripts in pieces", () =>
      Effect.gen(function* () {
        const server = yield* serve(({ send }) => {
          send("voice-started", { timestamp: 5 })
          send("transcript-start")
          send("transcript-chunk", { text: "Good " })
          send("transcript-chunk", { text: "morning." })
          send("transcript-stop")
        })
        assert.strictEqual(yield* (yield* open({ uri: server.uri })).transcribe(samples), "Good morning.")
      })
    )

    it.scoped("cuts the connection of whoever leaves, and asks one at a time in all sessions together", () =>
      Effect.gen(function* () {
        const server = yield* serve((connection) => {
          if (WyomingServer.asked(server).length > 1) says("Second.")(connection)
        })
        const [one, other] = [yield* open({ uri: server.uri }), yield* open({ uri: server.uri })]
        const first = yield* Effect.fork(one.transcribe(samples))
        yield* server.until(() => (WyomingServer.asked(server).length === 1 ? true : undefined))
        const second = yield* Effect.fork(other.transcribe(samples))
        yield* Effect.sleep("50 millis")
        assert.lengthOf(WyomingServer.asked(server), 1)
        yield* Fiber.interrupt(first)
        yield* server.until(() => (WyomingServer.asked(server)[0]!.gone ? true : undefined))
        assert.strictEqual(yield* Fiber.join(second), "Second.")
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
        ({ send }) => send("error", { text: "Out of memory in /srv/models/large", code: "MemoryError" }),
        'reports an error: "Out of memory in large". Check asr_config.wyoming_asr'
      ],
      ["a half-closed connection", ({ socket }) => socket.end(), "broke off. Please say that again."],
      [
        "a half-closed connection within a frame",
        ({ socket }) => socket.end('{"type": "transcript", "data_length": 99}\n{"te'),
        "broke off. Please say that again."
      ],
      ["a reset", ({ socket }) => socket.resetAndDestroy(), "broke off. Please say that again."],
      [
        "garbage",
        bytes("HTTP/1.1 400 Bad Request\r\n\r\n"),
        "sent what cannot be read. Look whether asr_config.wyoming_asr.uri is"
      ],
      [
        "a transcript without text",
        ({ send }) => send("transcript", { words: 5 }),
        "sent what cannot be read"
      ],
      [
        "an oversized frame",
        bytes('{"type": "transcript", "data_length": 4194305}\n'),
        "sent more than 4 MiB"
      ],
      [
        "a transcript without end",
        ({ send }) => {
          for (let count = 0; count < 9; count++) send("transcript-chunk", { text: "word ".repeat(2000) })
        },
        "no transcript"
      ],
      ["too long a transcript", says("word ".repeat(20_000)), "no transcript"],
      ["an endless line", ({ socket }) => socket.write("x".repeat(2 ** 21)), "sent more than 1 MiB"],
      [
        "a stall",
        bytes('{"type": "transcript", "data_length": 9}\n'),
        "has said nothing for 0.3 s. Look whether that server is overloaded, or raise asr_config.wyoming_asr.timeout_seconds."
      ]
    ]
    for (const [name, answer, words] of troubles) {
      it.scoped(`says what is wrong: ${name}`, () =>
        Effect.gen(function* () {
          const server = yield* serve(answer)
          const asr = yield* open({ uri: server.uri, timeout_seconds: name === "a stall" ? 0.3 : 60 })
          const failure = yield* Effect.flip(asr.transcribe(samples))
          assert.strictEqual(failure._tag, "TranscriptionFailed")
          assert.include(failure.message, server.uri.slice("tcp://".length))
          assert.include(failure.message, words)
          // Nothing of it is left, and the next utterance is heard.
          yield* server.until(() => (server.open() === 0 ? true : undefined))
        })
      )
    }

    it.scoped("tells a server that is not there from one that has no such model, or no ears", () =>
      Effect.gen(function* () {
        const failure = (keys: object) =>
          Effect.flatMap(open(keys), (asr) =>
            Effect.map(Effect.flip(asr.transcribe(samples)), ({ message }) => message)
          )
        assert.strictEqual(
          yield* failure({ uri: "tcp://127.0.0.1:9" }),
          "wyoming_asr: no server answers at 127.0.0.1:9. Start it, or correct asr_config.wyoming_asr.uri."
        )
        const ears = yield* serve(says("Hello."), { models: ["base", "small"] })
        assert.include(
          yield* failure({ uri: ears.uri, model: "large" }),
          'has no model "large". Set asr_config.wyoming_asr.model to one of base, small.'
        )
        const mouth = yield* serve(says("Hello."), { models: [], voices: ["joe"] })
        assert.include(
          yield* failure({ uri: mouth.uri }),
          "recognises no speech. Look whether asr_config.wyoming_asr.uri is"
        )
        assert.lengthOf(WyomingServer.asked(mouth), 0)
      })
    )

    it.scoped(
      "starts a program, and talks with it over its pipes",
      () =>
        Effect.gen(function* () {
          const asr = yield* open({ command: Programs.whisper("--uri", "stdio://") })
          const texts = ["Please open the window.", "The weather is nice today."]
          // That program ends with each utterance, and is started anew.
          for (const text of texts)
            assert.strictEqual(Speech.wordErrors(text, yield* asr.transcribe(yield* Speech.say(text))), 0)
          // One that is given up costs the process, and nothing else.
          const given = yield* Effect.fork(asr.transcribe(yield* Speech.say(texts[0]!)))
          yield* Effect.sleep("50 millis")
          yield* Fiber.interrupt(given)
          assert.match(yield* asr.transcribe(yield* Speech.say("Good morning.")), /morning/iu)
        }),
      60_000
    )

    it.scoped("says which key names a program that is not there", () =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(open({ command: ["/opt/somewhere/no-such-program"] }))
        assert.strictEqual(
          failure.message,
          'wyoming_asr is not available: there is no program "no-such-program". Install it, or correct asr_config.wyoming_asr.command.'
        )
        assert.lengthOf(
          (yield* (yield* EnginePool).uses).filter(({ id }) => id.includes("no-such-program")),
          0
        )
      })
    )
  })
})
