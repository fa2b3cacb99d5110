import { NodeContext } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as DeepgramServer from "../support/DeepgramServer.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as Speech from "../support/Speech.ts"
import * as StubProviders from "../support/StubProviders.ts"

const chunks = Speech.chunks(new Float32Array(32_000).fill(0.5))

/** A server whose character listens with this, and a client of it. */
const talk = (asr_config: object) =>
  Effect.gen(function* () {
    const stub = yield* StubProviders.open({})
    const character = { ...ServerFolder.stubbed("Hana", stub), asr_config }
    const server = yield* BuiltServer.start(yield* ServerFolder.make({ character }))
    const client = yield* SocketTalk.open(server.url)
    yield* client.web.send({
      type: "use-extensions",
      partial_transcripts: true,
      binary_audio: "mic-audio-data"
    })
    const speak = () => {
      for (const chunk of chunks)
        client.web.socket.send(Buffer.from(Int16Array.from(chunk, (sample) => sample * 32_767).buffer))
    }
    const say = Effect.suspend(() => {
      speak()
      return client.request({ type: "mic-audio-end", images: [] })
    })
    return { stub, server, client, speak, say }
  })

const { metadata, results } = DeepgramServer

describe("a spoken turn with a recogniser elsewhere", () => {
  layer(NodeContext.layer, { excludeTestServices: true })((it) => {
    it.scoped(
      "shows how the transcript grows while one speaks, and asks for the whole when the stream breaks off",
      () =>
        Effect.gen(function* () {
          const deepgram = yield* DeepgramServer.open({
            whole: "All of it.",
            onSound: ({ send }) => send(results("so far", false)),
            onClose: ({ send, socket }) => {
              if (deepgram.streams.length > 1) return socket.terminate()
              send(results("So far, so good.", true))
              send(metadata)
              socket.close(1000)
            }
          })
          const { client, say, server, speak, stub } = yield* talk({
            asr_model: "deepgram_asr",
            deepgram_asr: { api_key: "secret", base_url: deepgram.url, language: "en" }
          })
          yield* Effect.sync(speak)
          yield* Effect.promise(() => deepgram.streams.reached(1))
          yield* Effect.promise(() => deepgram.streams[0]!.sound.reached(chunks.length))
          yield* Effect.promise(() => DeepgramServer.read(deepgram.streams[0]!))
          // What the service has said is told with the next sound.
          yield* Effect.sync(speak)
          yield* client.web.until(() =>
            client.web.received.some(
              (message) => message.type === "user-input-partial" && message.text === "so far"
            )
              ? true
              : undefined
          )
          const first = yield* say
          assert.deepInclude(first, { type: "user-input-transcription", text: "So far, so good." })
          assert.deepInclude(yield* say, { type: "user-input-transcription", text: "All of it." })
          assert.strictEqual(stub.log.chats.at(-1)?.text, "All of it.")
          assert.lengthOf(deepgram.asked, 3)
          client.web.socket.terminate()
          yield* server.idle
        }),
      60_000
    )

    it.scoped(
      "goes on with another one while it is down, and tells so once",
      () =>
        Effect.gen(function* () {
          const down = yield* ServiceServer.open(() => ({ status: 401, chunks: ["no"] }))
          const spare = yield* ServiceServer.open(() => ({ chunks: ['{"text": "Hello there."}'] }))
          const { client, say, server } = yield* talk({
            asr_model: "openai_asr",
            openai_asr: { base_url: down.url, fallback: "groq_whisper_asr" },
            groq_whisper_asr: { api_key: "secret", base_url: `${spare.url}/v1` }
          })
          const errors = (turn: ReadonlyArray<object>) =>
            turn.filter((message) => "type" in message && message.type === "error")
          const first = yield* say
          assert.deepInclude(first, { type: "user-input-transcription", text: "Hello there." })
          assert.lengthOf(errors(first), 1)
          assert.match(
            JSON.stringify(errors(first)),
            /openai_asr: .* does not accept the key.*asr_config\.openai_asr\.api_key.*groq_whisper_asr listens in its place/u
          )
          const second = yield* say
          assert.deepInclude(second, { type: "user-input-transcription", text: "Hello there." })
          assert.lengthOf(errors(second), 0)
          client.web.socket.terminate()
          yield* server.idle
        }),
      60_000
    )

    it.scoped(
      "without another one the turn ends with words for the person, and the next one works",
      () =>
        Effect.gen(function* () {
          const server = yield* ServiceServer.open((_, index) =>
            index < 3 ? { afterwards: "cut" } : { chunks: ['{"text": "Hello again."}'] }
          )
          const {
            client,
            say,
            server: built
          } = yield* talk({
            asr_model: "openai_asr",
            openai_asr: { base_url: server.url }
          })
          assert.match(JSON.stringify(yield* say), /"type":"error".*broke off.*Please say that again/u)
          assert.deepInclude(yield* say, { type: "user-input-transcription", text: "Hello again." })
          client.web.socket.terminate()
          yield* built.idle
        }),
      60_000
    )
  })
})
