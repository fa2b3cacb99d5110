import { NodeContext } from "@effect/platform-node"
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Resample from "../../src/audio/Resample.ts"
import * as Sound from "../../src/audio/Speech.ts"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as Processes from "../support/Processes.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as Speech from "../support/Speech.ts"
import * as StubProviders from "../support/StubProviders.ts"
import * as Programs from "../support/WyomingPrograms.ts"

vi.setConfig({ testTimeout: 180_000 })

/** Ears and voice are real servers of the Wyoming protocol; its mind repeats what it hears. */
const character = (stub: Parameters<typeof ServerFolder.stubbed>[1]) => ({
  ...ServerFolder.stubbed("Hana", stub),
  asr_config: { asr_model: "faster_whisper", faster_whisper: Programs.fasterWhisper },
  tts_config: {
    tts_model: "wyoming_tts",
    wyoming_tts: { command: Programs.piper("--uri", "{uri}"), voice: "en_US-joe-medium" }
  }
})

const start = Effect.gen(function* () {
  const stub = yield* StubProviders.open({ chat: ({ text }) => ({ chunks: [text] }) })
  const server = yield* BuiltServer.start(yield* ServerFolder.make({ character: character(stub) }))
  const talk = yield* SocketTalk.open(server.url)
  yield* server.warm
  return { server, stub, talk }
})

/** What the character said in a turn, as a microphone would hear it. */
const heard = (turn: ReadonlyArray<ServerMessage>) =>
  Effect.map(
    Effect.forEach(
      SocketTalk.spoken(turn).filter(({ audio }) => audio !== null),
      (audio) => {
        const pcm = SocketTalk.sound(audio)
        return Resample.convert(Sound.fromPcm(pcm), pcm.sampleRate, Sound.sampleRate)
      }
    ),
    (parts) => Speech.join(...parts)
  )

const transcriptOf = (turn: ReadonlyArray<ServerMessage>): string =>
  turn.flatMap((message) => (message.type === "user-input-transcription" ? [message.text] : []))[0] ?? ""

type Talk = Effect.Effect.Success<ReturnType<typeof SocketTalk.open>>

/** Speaks into the microphone, and gives all that comes of it. */
const speak = (talk: Talk, samples: Float32Array) =>
  Effect.zipRight(
    Effect.forEach(Speech.chunks(samples), (chunk) =>
      talk.web.send({ type: "mic-audio-data", audio: [...chunk] })
    ),
    talk.request({ type: "mic-audio-end", images: [] })
  )

/** The processes of a server of the protocol, without the guards that lead their groups. */
const programs = (server: BuiltServer.BuiltServer, name: string) =>
  Processes.descendants(server.pid).filter((pid) => {
    const command = Processes.commandOf(pid)
    return command.includes(name) && !command.includes("GuardWorker")
  })

const kill = (server: BuiltServer.BuiltServer, name: string) =>
  Effect.sync(() => {
    const pids = programs(server, name)
    assert.lengthOf(pids, 1)
    process.kill(pids[0]!, "SIGKILL")
  })

const errors = (messages: ReadonlyArray<ServerMessage>) =>
  messages.flatMap((message) => (message.type === "error" ? [message.message] : []))

const gone = (pids: ReadonlyArray<number>) =>
  Effect.sync(() => Processes.alive(pids)).pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: (pids) => pids.length === 0 })
  )

const text = "Please turn on the lights in the kitchen."

describe("servers of the Wyoming protocol", () => {
  it.scopedLive("hear and speak in a whole turn, and leave no process", () =>
    Effect.gen(function* () {
      const { server, stub, talk } = yield* start
      const samples = yield* heard(yield* talk.ask(text))
      assert.isAbove(samples.length, Sound.sampleRate)
      const turn = yield* speak(talk, samples)
      const transcript = transcriptOf(turn)
      assert.isAtMost(Speech.wordErrors(text, transcript), 0.2, transcript)
      assert.strictEqual(stub.log.chats.at(-1)?.text, transcript)
      const answer = yield* heard(turn)
      assert.isAtMost(Speech.wordErrors(text, transcriptOf(yield* speak(talk, answer))), 0.2)
      const started = Processes.descendants(server.pid)
      assert.lengthOf(programs(server, "wyoming"), 2)
      yield* server.stop("SIGTERM")
      yield* gone(started)
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("that are killed in a turn cost that turn, which says so, and nothing else", () =>
    Effect.gen(function* () {
      const { server, talk } = yield* start
      const samples = yield* heard(yield* talk.ask(text))

      // The recogniser, while it listens to what takes it seconds.
      const long = Speech.join(...Array<Float32Array>(6).fill(samples))
      const before = talk.web.received.length
      yield* Effect.forEach(Speech.chunks(long), (chunk) =>
        talk.web.send({ type: "mic-audio-data", audio: [...chunk] })
      )
      yield* talk.web.send({ type: "mic-audio-end", images: [] })
      yield* talk.web.until(() =>
        talk.web.received.slice(before).some(({ type }) => type === "full-text") ? true : undefined
      )
      yield* Effect.sleep("300 millis")
      yield* kill(server, "wyoming_faster_whisper")
      yield* talk.web.until(() =>
        talk.web.received.slice(before).map(SocketTalk.summary).includes("conversation-chain-end")
          ? true
          : undefined
      )
      assert.deepStrictEqual(errors(talk.web.received.slice(before)), [
        "faster_whisper: its process has ended in the middle of the work. It is being started anew: please say that again."
      ])
      const again = yield* speak(talk, samples)
      assert.isAtMost(Speech.wordErrors(text, transcriptOf(again)), 0.2)

      // The voice, while it speaks: what has not sounded yet is spoken by the next process.
      const spoken = yield* Effect.fork(talk.ask("The boat went up and down on the high waves. ".repeat(6)))
      yield* talk.web.nextOf("audio")
      yield* kill(server, "wyoming_piper")
      const turn = yield* Fiber.join(spoken)
      // The text comes with the first piece of a sentence.
      const sentences = SocketTalk.spoken(turn).filter(({ display_text }) => display_text !== null)
      assert.lengthOf(sentences, 6)
      const lost = sentences.filter(({ audio }) => audio === null)
      // The one that was cut may have been heard in part.
      assert.isAtMost(errors(turn).length, 1)
      assert.isAtMost(lost.length, errors(turn).length)
      const next = SocketTalk.spoken(yield* talk.ask(text))
      assert.isTrue(next.some((audio) => !SocketTalk.isSilent(SocketTalk.sound(audio))))
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("are gone when the server was killed", () =>
    Effect.gen(function* () {
      const { server, talk } = yield* start
      yield* talk.ask(text)
      const started = Processes.descendants(server.pid)
      assert.lengthOf(programs(server, "wyoming"), 2)
      yield* server.stop("SIGKILL")
      yield* gone(started)
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
