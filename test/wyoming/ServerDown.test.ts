import { assert, describe, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { AsrEngines } from "../../src/asr/Asr.ts"
import { AsrConfig } from "../../src/config/AsrConfig.ts"
import * as AsrLayer from "../asr/AsrLayer.ts"
import * as WyomingServer from "../support/WyomingServer.ts"
import * as TtsConfigs from "../tts/TtsConfigs.ts"
import { open } from "../tts/describeTts.ts"
import * as TtsLayer from "../tts/TtsLayer.ts"

/** A server that does this about each request. */
const serve = (stock: WyomingServer.Stock, answer: (connection: WyomingServer.Connection) => void) =>
  WyomingServer.serve(stock, ({ type }, connection) => {
    if (type === "synthesize" || type === "audio-stop") answer(connection)
  })

const ends = ({ socket }: WyomingServer.Connection) => void socket.end()
const complains = ({ send }: WyomingServer.Connection) => send("error", { text: "Odd" })

describe("a Wyoming server that is down", () => {
  layer(TtsLayer.engines, { excludeTestServices: true })("as a voice", (it) => {
    const voice = (uri: string, keys: object = {}) => open(TtsConfigs.of("wyoming_tts", { uri, ...keys }))

    it.scoped("is left alone, and what was wrong with it is said again", () =>
      Effect.gen(function* () {
        const server = yield* serve({ voices: ["joe"] }, ends)
        const ask = Effect.flatMap(voice(server.uri), (tts) => Effect.flip(tts.synthesize("Hello.")))
        const first = yield* ask
        // All sessions share what is known of it.
        yield* Effect.replicateEffect(ask, 2)
        const connections = server.connections.length
        assert.strictEqual((yield* ask).message, first.message)
        assert.lengthOf(server.connections, connections)
      })
    )

    it.scoped("is not taken for one that lacks a voice, or says what is wrong with a text", () =>
      Effect.gen(function* () {
        const server = yield* serve({ voices: ["joe"] }, complains)
        const other = yield* voice(server.uri, { voice: "amy" })
        yield* Effect.replicateEffect(Effect.flip(other.synthesize("Hello.")), 4)
        const tts = yield* voice(server.uri)
        yield* Effect.replicateEffect(Effect.flip(tts.synthesize("Hello.")), 4)
        assert.lengthOf(WyomingServer.asked(server), 4)
      })
    )
  })

  layer(AsrLayer.engines, { excludeTestServices: true })("as a recogniser", (it) => {
    const samples = new Float32Array(16_000).fill(0.5)
    const recogniser = (uri: string, keys: object = {}) =>
      Effect.flatMap(AsrEngines, (engines) =>
        engines.open(
          Schema.decodeUnknownSync(AsrConfig)({ asr_model: "wyoming_asr", wyoming_asr: { uri, ...keys } })
        )
      )

    it.scoped("is left alone, also while one speaks, and what was wrong with it is said again", () =>
      Effect.gen(function* () {
        const server = yield* serve({ models: ["base"], streams: true }, ends)
        const ask = Effect.flatMap(recogniser(server.uri), (asr) => Effect.flip(asr.transcribe(samples)))
        const first = yield* ask
        // All sessions share what is known of it.
        yield* Effect.replicateEffect(ask, 2)
        const connections = server.connections.length
        assert.strictEqual((yield* ask).message, first.message)
        const asr = yield* recogniser(server.uri)
        yield* Effect.scoped(Effect.flatMap(asr.listen!, ({ hear }) => Effect.flip(hear(samples))))
        assert.lengthOf(server.connections, connections)
      })
    )

    it.scoped("is not taken for one that lacks a model, or says what is wrong", () =>
      Effect.gen(function* () {
        const server = yield* serve({ models: ["base"] }, complains)
        const other = yield* recogniser(server.uri, { model: "large" })
        yield* Effect.replicateEffect(Effect.flip(other.transcribe(samples)), 4)
        const asr = yield* recogniser(server.uri)
        yield* Effect.replicateEffect(Effect.flip(asr.transcribe(samples)), 4)
        assert.lengthOf(WyomingServer.asked(server), 4)
      })
    )
  })
})
