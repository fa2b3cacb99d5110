import { Effect, Ref } from "effect"
import { Prompts } from "../config/Prompts.ts"
import { Client } from "../conversation/Client.ts"
import type * as Turn from "../conversation/Turn.ts"
import * as Utterance from "../conversation/Utterance.ts"
import { Groups } from "../group/Groups.ts"
import type { ChatImage } from "../llm/Llm.ts"
import type { Image } from "../protocol/ClientMessage.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import type { Session } from "./Session.ts"
import * as SessionTurn from "./SessionTurn.ts"
import { say } from "../language/Text.ts"
import * as Speech from "../audio/Speech.ts"

/** Whether there is nothing in it to answer. */
export const isEmpty = (text: string, images: ReadonlyArray<Image>): boolean =>
  text.trim() === "" && images.length === 0

export const nothingToAnswer = ServerMessage.failure(say("session.emptyInput"))

/** `text-input`. `patient`: it interrupts nothing, and is given up if a turn of the group has begun meanwhile. */
export const textInput = Effect.fnUntraced(function* (
  session: Session,
  text: string,
  images: ReadonlyArray<Image>,
  patient: boolean
) {
  if (isEmpty(text, images)) {
    const client = yield* Client
    return yield* client.send(nothingToAnswer)
  }
  yield* begin(session, { _tag: "Text", text, images: images.map(toChatImage) }, patient)
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
      return yield* client.send(ServerMessage.failure(say("session.tooLongUtterance", Speech.longest)))
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
  if (yield* isTalking(session)) return
  yield* client.send(ServerMessage.control("conversation-chain-end"))
})

/** Whether the session has a turn, or its group has. */
export const isTalking = Effect.fnUntraced(function* (session: Session) {
  const { uid } = yield* Client
  return (yield* session.turn.isRunning) || (yield* (yield* Groups).isTalking(uid))
})

/** Waits until neither has one. Another one may begin before the waiting fiber comes to know. */
export const quiet = Effect.fnUntraced(function* (session: Session) {
  const { uid } = yield* Client
  const groups = yield* Groups
  do {
    yield* session.turn.idle
    yield* groups.quiet(uid)
  } while (yield* isTalking(session))
})

/** `mic-audio-cancel`: whatever has been said, in either way, and has not become a turn is forgotten. */
export const micAudioCancel = Effect.fn("TurnRequests.micAudioCancel")(function* (session: Session) {
  session.utterance.discard()
  yield* session.ear.giveUp
  yield* session.listening.cancel
})

/** `ai-speak-signal`: the character speaks of its own accord, whatever goes on. */
export const aiSpeakSignal = (session: Session, images: ReadonlyArray<Image>) =>
  Effect.zipRight(interruptSignal(session), speakUp(session, images))

/** The character speaks of its own accord, where no turn runs. */
export const speakUp = Effect.fn("TurnRequests.speakUp")(function* (
  session: Session,
  images: ReadonlyArray<Image>
) {
  const client = yield* Client
  const prompts = yield* Prompts
  const { character } = yield* Ref.get(session.seat)
  const prompt = yield* prompts.get("proactive_speak_prompt", [...character.emotions.keys()])
  yield* client.send(ServerMessage.fullText(say("session.wantsToSpeak")))
  yield* begin(session, {
    _tag: "Proactive",
    prompt: prompt ?? "Please say something.",
    images: images.map(toChatImage)
  })
})

/** `interrupt-signal`: `heard` is the sum of the sentences that had started to play. In a group it is for all. */
export const interruptSignal = Effect.fnUntraced(function* (session: Session, heard?: string) {
  const { uid } = yield* Client
  const groups = yield* Groups
  // A client that has joined in the middle of a turn of its own sees that one.
  const alone = (yield* session.turn.isRunning) && !(yield* groups.isSpeaking(uid))
  if (alone || !(yield* groups.interrupt(uid, heard))) yield* session.turn.interrupt(heard)
})

const toChatImage = ({ data }: Image): ChatImage => {
  const [head = "", base64 = ""] = data.split(",", 2)
  return { mimeType: head.slice("data:".length, head.indexOf(";")), base64 }
}

/** The turn is the group's, if the client is in one. */
const begin = Effect.fnUntraced(function* (session: Session, input: Turn.Input, patient = false) {
  const { uid } = yield* Client
  if (yield* (yield* Groups).trigger(uid, input, patient)) return
  const turn = yield* SessionTurn.prepare(session)
  yield* session.turn.start((token) => turn(input, token))
})
