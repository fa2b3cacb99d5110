import { NodeContext } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Resample from "../../src/audio/Resample.ts"
import * as Sound from "../../src/audio/Speech.ts"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as Speech from "../support/Speech.ts"
import * as SpeechModels from "../support/SpeechModels.ts"
import * as StubProviders from "../support/StubProviders.ts"

const sentences = [
  "Please turn on the lights in the kitchen.",
  "What time does the train to London leave tomorrow morning?",
  "I would like to hear a story about a dragon.",
  "Can you remind me to call my mother this evening?",
  "How many people live in the city of Paris today?",
  "Open the window, it is getting very warm in here.",
  "Play some quiet music while I am reading my book.",
  "The weather was beautiful when we walked along the river.",
  "My brother bought a new bicycle last week.",
  "Thank you very much for your help."
]

/** A character with ears and voice on this machine; its mind repeats what it hears. */
const character = (stub: Parameters<typeof ServerFolder.stubbed>[1]) => ({
  ...ServerFolder.stubbed("Hana", stub),
  asr_config: { asr_model: "sherpa_onnx_asr", sherpa_onnx_asr: { model: "whisper-base", language: "en" } },
  tts_config: { tts_model: "sherpa_onnx_tts", sherpa_onnx_tts: { ...SpeechModels.joe, sid: 0 } },
  vad_config: { vad_model: "silero_vad" }
})

const start = Effect.gen(function* () {
  const stub = yield* StubProviders.open({ chat: ({ text }) => ({ chunks: [text] }) })
  const server = yield* BuiltServer.start(yield* ServerFolder.make({ character: character(stub) }))
  return { server, stub, talk: yield* SocketTalk.open(server.url) }
})

/** What the character said in a turn, as a microphone would hear it. */
const heard = (turn: ReadonlyArray<ServerMessage>) =>
  Effect.map(
    Effect.forEach(SocketTalk.spoken(turn), (audio) => {
      const pcm = SocketTalk.sound(audio)
      return Resample.convert(Sound.fromPcm(pcm), pcm.sampleRate, Sound.sampleRate)
    }),
    (parts) => Speech.join(...parts)
  )

const transcriptOf = (turn: ReadonlyArray<ServerMessage>): string =>
  turn.flatMap((message) => (message.type === "user-input-transcription" ? [message.text] : []))[0] ?? ""

it.scopedLive(
  "what the character says it understands when it comes back by the microphone, and answers",
  () =>
    Effect.gen(function* () {
      const { stub, talk } = yield* start
      let errors = 0
      for (const sentence of sentences) {
        const samples = yield* heard(yield* talk.ask(sentence))
        assert.isAbove(samples.length, Sound.sampleRate)
        for (const chunk of Speech.chunks(samples))
          yield* talk.web.send({ type: "mic-audio-data", audio: [...chunk] })
        const turn = yield* talk.request({ type: "mic-audio-end", images: [] })
        const transcript = transcriptOf(turn)
        assert.strictEqual(stub.log.chats.at(-1)?.text, transcript)
        assert.strictEqual(SocketTalk.spoken(turn).length > 0, true)
        errors += Speech.wordErrors(sentence, transcript)
      }
      assert.isAtMost(errors / sentences.length, 0.2)
    }).pipe(Effect.provide(NodeContext.layer)),
  240_000
)

it.scopedLive(
  "an open microphone alone: silence, speech, an answer, and speech again while it sounds",
  () =>
    Effect.gen(function* () {
      const { server, talk } = yield* start
      const { web } = talk
      const speech = yield* heard(yield* talk.ask("Good morning, how are you today?"))
      const more = yield* heard(yield* talk.ask("Wait a moment, please tell me about the weather."))
      const before = web.received.length
      const said = () => web.received.slice(before).map(SocketTalk.summary)
      const stream = (samples: Float32Array) =>
        Effect.forEach(
          Speech.chunks(samples, 1600),
          (chunk) => web.send({ type: "raw-audio-data", audio: [...chunk] }),
          { discard: true }
        )
      const until = (text: string, times: number) =>
        web.until(() => (said().filter((line) => line === text).length >= times ? true : undefined))

      yield* stream(Speech.seconds(2))
      yield* stream(speech)
      yield* stream(Speech.seconds(2))
      yield* until("mic-audio-end", 1)
      // Silence began nothing; speech was noticed before it had ended.
      assert.deepStrictEqual(said(), ["interrupt", "mic-audio-end"])
      yield* web.send({ type: "mic-audio-end", images: [] })
      yield* until("backend-synth-complete", 1)

      // The answer still plays here: whoever speaks now is heard, and the client stops it.
      yield* stream(more)
      yield* until("interrupt", 2)
      yield* web.send({ type: "interrupt-signal", text: "Good morning" })
      yield* stream(Speech.seconds(2))
      yield* until("mic-audio-end", 2)
      yield* web.send({ type: "mic-audio-end", images: [] })
      yield* until("backend-synth-complete", 2)
      yield* web.send({ type: "frontend-playback-complete" })
      yield* until("conversation-chain-end", 1)

      const transcripts = web.received
        .slice(before)
        .flatMap((message) => (message.type === "user-input-transcription" ? [message.text] : []))
      assert.match(transcripts[0]!, /good morning/iu)
      assert.match(transcripts[1]!, /weather/iu)
      const story = yield* talk.story
      assert.deepStrictEqual(
        story.slice(-4).map((line) => line.split(" ")[0]),
        ["human", "ai", "human", "ai"]
      )
      assert.strictEqual(story.at(-3), "ai Good morning")
      web.socket.terminate()
      yield* server.idle
    }).pipe(Effect.provide(NodeContext.layer)),
  120_000
)
