import { Effect, Ref } from "effect"
import { Prompts } from "../config/Prompts.ts"
import { Settings } from "../config/Settings.ts"
import { Client } from "../conversation/Client.ts"
import * as Turn from "../conversation/Turn.ts"
import * as TurnRecord from "../conversation/TurnRecord.ts"
import * as Utterance from "../conversation/Utterance.ts"
import type { ChatImage } from "../llm/Llm.ts"
import type { Image } from "../protocol/ClientMessage.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as Extensions from "./Extensions.ts"
import * as Remembering from "./Remembering.ts"
import * as ToolConsent from "./ToolConsent.ts"
import { tellOnce } from "./Session.ts"
import type { Session } from "./Session.ts"

/** Whether there is nothing in it to answer. */
export const isEmpty = (text: string, images: ReadonlyArray<Image>): boolean =>
  text.trim() === "" && images.length === 0

export const nothingToAnswer = ServerMessage.failure(
  "text-input: the field `text` is empty, there is nothing to answer."
)

/** `text-input` */
export const textInput = Effect.fnUntraced(function* (
  session: Session,
  text: string,
  images: ReadonlyArray<Image>
) {
  if (isEmpty(text, images)) {
    const client = yield* Client
    return yield* client.send(nothingToAnswer)
  }
  yield* begin(session, { _tag: "Text", text, images: images.map(toChatImage) })
})

/** `mic-audio-data`: one chunk of the utterance. */
export const micAudioData = Effect.fnUntraced(function* (session: Session, chunk: Float32Array) {
  const { extensions, listening, utterance } = session
  const added = utterance.add(chunk)
  switch (added) {
    case "first":
    case "kept":
      if (added === "first" && extensions.partialTranscripts) yield* listening.begin
      return yield* listening.hear(chunk)
    case "full": {
      // What is kept of it is transcribed as a whole.
      yield* listening.cancel
      const client = yield* Client
      return yield* client.send(
        ServerMessage.failure(
          "This utterance is longer than 120 s: only its beginning is heard. Please speak in shorter pieces."
        )
      )
    }
    case "dropped":
      return
  }
})

/** `mic-audio-end`: the utterance is complete. One in which nothing can be heard starts no turn. */
export const micAudioEnd = Effect.fn("TurnRequests.micAudioEnd")(function* (
  session: Session,
  images: ReadonlyArray<Image>
) {
  const samples = session.utterance.take()
  const silence = Utterance.silence(samples)
  if (silence === undefined) {
    const heard = yield* session.listening.finish
    return yield* begin(session, { _tag: "Utterance", samples, heard, images: images.map(toChatImage) })
  }
  yield* session.listening.cancel
  const client = yield* Client
  yield* client.send(ServerMessage.failure(silence))
  // The page waits for this after every utterance; but it must never end another turn.
  if (!(yield* session.turn.isRunning)) yield* client.send(ServerMessage.control("conversation-chain-end"))
})

/** `mic-audio-cancel`: whatever has been said, in either way, and has not become a turn is forgotten. */
export const micAudioCancel = Effect.fn("TurnRequests.micAudioCancel")(function* (session: Session) {
  session.utterance.discard()
  yield* session.ear.giveUp
  yield* session.listening.cancel
})

/** `ai-speak-signal`: the character speaks of its own accord. */
export const aiSpeakSignal = Effect.fn("TurnRequests.aiSpeakSignal")(function* (
  session: Session,
  images: ReadonlyArray<Image>
) {
  const client = yield* Client
  const prompts = yield* Prompts
  const { character } = yield* Ref.get(session.seat)
  const prompt = yield* prompts.get("proactive_speak_prompt", [...character.emotions.keys()])
  yield* session.turn.interrupt()
  yield* client.send(ServerMessage.fullText("AI wants to speak something..."))
  yield* begin(session, {
    _tag: "Proactive",
    prompt: prompt ?? "Please say something.",
    images: images.map(toChatImage)
  })
})

/** `interrupt-signal`: `heard` is the sum of the sentences that had started to play. */
export const interruptSignal = (session: Session, heard: string) => session.turn.interrupt(heard)

const toChatImage = ({ data }: Image): ChatImage => {
  const [head = "", base64 = ""] = data.split(",", 2)
  return { mimeType: head.slice("data:".length, head.indexOf(";")), base64 }
}

const begin = Effect.fnUntraced(function* (session: Session, input: Turn.Input) {
  const { system } = yield* Settings
  const { character } = yield* Ref.get(session.seat)
  const client = yield* Client
  const person = Extensions.personOf(session.extensions, character.config)
  const record = yield* TurnRecord.make({
    character: character.config,
    person,
    interruptMethod: character.interruptMethod,
    memory: session.memory,
    current: session.history
  })
  const told = (
    what: string,
    failure: { readonly engine: string; readonly message: string },
    instead: string
  ) =>
    Effect.zipRight(
      Effect.logWarning(`${what}: ${failure.message}`),
      Effect.provideService(
        tellOnce(character, failure.engine, `${failure.message} ${instead}`),
        Client,
        client
      )
    )
  const options: Omit<Turn.Options, "consent"> = {
    character: character.config,
    person,
    emotions: character.emotions,
    agent: character.services.agent,
    translator: character.services.translator,
    tts: character.services.tts,
    asr: character.services.asr,
    memory: session.memory,
    record,
    ...(yield* Remembering.ofTurn(session, character)),
    playback: session.playback,
    playbackGrace: system.playback_grace_seconds * 1000,
    // What cannot be loaded has been reported by its warm-up.
    onVoiceFailure: (failure) =>
      failure._tag === "EngineUnavailable"
        ? Effect.void
        : told("a sentence stays silent", failure, "The answer goes on as text."),
    onUntranslated: (failure) =>
      failure._tag === "EngineUnavailable"
        ? Effect.void
        : told("a sentence is not translated", failure, "It is spoken as it is written.")
  }
  yield* session.turn.start((turn) => {
    const consent = ToolConsent.asking({
      client,
      consent: session.consent,
      understood: () => session.extensions.toolConsent,
      name: character.config.character_name || character.config.conf_name,
      turn
    })
    return Turn.run({ ...options, consent }, input, turn)
  })
})
