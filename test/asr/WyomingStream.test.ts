import { assert, describe, layer } from "@effect/vitest"
import { Effect, Exit, Schema, Scope } from "effect"
import { AsrEngines } from "../../src/asr/Asr.ts"
import * as WyomingAsr from "../../src/asr/WyomingAsr.ts"
import { AsrConfig } from "../../src/config/AsrConfig.ts"
import * as Server from "../../src/wyoming/Server.ts"
import * as WyomingServer from "../support/WyomingServer.ts"
import { engines } from "./AsrLayer.ts"

const decode = (keys: object) =>
  Schema.decodeUnknownSync(AsrConfig)({ asr_model: "wyoming_asr", wyoming_asr: keys })

const open = (keys: object) => Effect.flatMap(AsrEngines, (engines) => engines.open(decode(keys)))

const live = { models: ["live"], streams: true }
const samples = new Float32Array(16_000).fill(0.5)

describe("wyoming_asr while one speaks", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("hears while one speaks, where the server does", () =>
      Effect.gen(function* () {
        let words = 0
        const server = yield* WyomingServer.serve(
          { models: ["live"], streams: true },
          ({ type }, { send }) => {
            if (type === "audio-chunk") send("transcript-chunk", { text: ++words === 1 ? "word" : " word" })
            else if (type === "audio-stop") send("transcript", { text: `${words} words.` })
          }
        )
        const asr = yield* open({ uri: server.uri })
        const scope = yield* Scope.make()
        const listener = yield* Scope.extend(asr.listen!, scope)
        let heard = ""
        while (heard === "") heard = yield* listener.hear(samples)
        assert.match(heard, /^word( word)*$/u)
        assert.match(yield* listener.finish, /^\d+ words\.$/u)
        yield* Scope.close(scope, Exit.void)
        yield* server.until(() => (server.open() === 0 ? true : undefined))
      })
    )

    it.scoped("does not hear while one speaks, where the server does not", () =>
      Effect.gen(function* () {
        const server = yield* WyomingServer.serve({ models: ["base"] }, () => {})
        const asr = yield* open({ uri: server.uri })
        const failure = yield* Effect.scoped(
          Effect.flatMap(asr.listen!, (listener) => Effect.flip(listener.hear(samples)))
        )
        assert.include(failure.message, "it cannot hear while one speaks")
        assert.lengthOf(WyomingServer.asked(server), 0)
      })
    )

    it.scoped("does not wait for a server that reads no more while one speaks", () =>
      Effect.gen(function* () {
        const server = yield* WyomingServer.serve({ models: ["live"], streams: true }, (_, { socket }) => {
          socket.pause()
        })
        const asr = yield* open({ uri: server.uri, timeout_seconds: 0.3 })
        const minute = new Float32Array(60 * 16_000)
        const failure = yield* Effect.scoped(
          Effect.flatMap(asr.listen!, ({ hear }) => Effect.flip(Effect.forever(hear(minute))))
        )
        assert.include(failure.message, "has said nothing for 0.3 s")
        assert.strictEqual(server.connections.filter(({ socket }) => socket.isPaused()).length, 1)
      })
    )

    it.scoped("cuts the connection of a listener that leaves", () =>
      Effect.gen(function* () {
        const server = yield* WyomingServer.serve({ models: ["live"], streams: true }, () => {})
        const asr = yield* open({ uri: server.uri })
        yield* Effect.scoped(Effect.flatMap(asr.listen!, ({ hear }) => hear(samples)))
        yield* server.until(() => (server.open() === 0 ? true : undefined))
      })
    )

    it.scoped("takes a place of the server until it is closed, and does without if none is free", () =>
      Effect.gen(function* () {
        const server = yield* WyomingServer.serve(live, () => {})
        const asr = yield* open({ uri: server.uri, max_concurrency: 1 })
        const other = yield* open({ uri: server.uri, max_concurrency: 1 })
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* (yield* asr.listen!).hear(samples)
            const failure = yield* Effect.flip((yield* other.listen!).hear(samples))
            assert.include(failure.message, "cannot hear while one speaks")
            yield* server.until(() => (WyomingServer.asked(server).length > 0 ? true : undefined))
            assert.lengthOf(WyomingServer.asked(server), 1)
          })
        )
        yield* (yield* other.listen!).hear(samples)
      })
    )

    it.scoped("gives its place to a whole utterance that waits for one", () =>
      Effect.gen(function* () {
        const server = yield* WyomingServer.serve(live, ({ type }, { send }) => {
          if (type === "audio-stop") send("transcript", { text: "Whole." })
        })
        const asr = yield* open({ uri: server.uri, max_concurrency: 1 })
        const other = yield* open({ uri: server.uri, max_concurrency: 1 })
        yield* Effect.scoped(
          Effect.gen(function* () {
            const speaking = yield* asr.listen!
            yield* speaking.hear(samples)
            assert.strictEqual(yield* other.transcribe(samples), "Whole.")
            for (const lost of [speaking.hear(samples), speaking.finish])
              assert.include((yield* Effect.flip(lost)).message, "cannot hear while one speaks")
          })
        )
        assert.strictEqual(yield* asr.transcribe(samples), "Whole.")
      })
    )

    it.scoped("tells the server how it went", () =>
      Effect.gen(function* () {
        let answers = true
        const server = yield* WyomingServer.serve(live, ({ type }, { send }) => {
          if (type === "audio-stop" && answers) send("transcript", { text: "Hello." })
        })
        const told: Array<string> = []
        const ears = WyomingAsr.earsOf(
          {
            ...Server.at(server.uri),
            answered: Effect.sync(() => void told.push("answered")),
            hung: Effect.sync(() => void told.push("hung"))
          },
          1
        )
        const asr = WyomingAsr.listener(ears, { engine: "wyoming_asr", timeout_seconds: 0.3 })
        const utter = Effect.scoped(
          Effect.flatMap(asr.listen!, ({ finish, hear }) => Effect.zipRight(hear(samples), finish))
        )
        assert.strictEqual(yield* utter, "Hello.")
        assert.deepStrictEqual(told, ["answered"])
        answers = false
        assert.include((yield* Effect.flip(utter)).message, "has said nothing for 0.3 s")
        assert.deepStrictEqual(told, ["answered", "hung"])
      })
    )

    it.scoped("gives up a transcript without end", () =>
      Effect.gen(function* () {
        const server = yield* WyomingServer.serve(live, ({ type }, { send }) => {
          if (type === "audio-chunk") send("transcript-chunk", { text: "word ".repeat(2000) })
        })
        const { hear } = yield* (yield* open({ uri: server.uri })).listen!
        const failure = yield* Effect.flip(Effect.repeatN(hear(samples), 999))
        assert.include(failure.message, "no transcript")
      })
    )
  })
})
