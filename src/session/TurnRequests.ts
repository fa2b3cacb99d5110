import { Effect, Ref } from "effect"
import { Prompts } from "../config/Prompts.ts"
import { Client } from "../conversation/Client.ts"
import type * as Turn from "../conversation/Turn.ts"
import * as Utterance from "../conversation/Utterance.ts"
import type { ChatImage } from "../llm/Llm.ts"
import type { Image } from "../protocol/ClientMessage.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import type { Session } from "./Session.ts"
import * as SessionTurn from "./SessionTurn.ts"
import * as WakeGate from "./WakeGate.ts"
import * as WakeRequests from "./WakeRequests.ts"
import { say } from "../language/Text.ts"
import * as Speech from "../audio/Speech.ts"

/** Whether there is nothing in it to answer. */
export const isEmpty = (text: string, images: ReadonlyArray<Image>): boolean =>
  text.trim() === "" && images.length === 0

export const nothingToAnswer = ServerMessage.failure(say("session.emptyInput"))

/** `text-input`. `givenUp`: it interrupts nothing; this is done instead if a turn has begun meanwhile. */
export const textInput = Effect.fnUntraced(function* (
  session: Session,
  text: string,
  images: ReadonlyArray<Image>,
  givenUp: Effect.Effect<void> | undefined
) {
  if (isEmpty(text, images)) {
    const client = yield* Client
    return yield* client.send(nothingToAnswer)
  }
  yield* said(session, {
    _tag: "Text",
    text,
    images: images.map(toChatImage),
    ...(givenUp === undefined ? {} : { givenUp })
  })
})

/** `mic-audio-data`: one chunk of the utterance. */
export const micAudioData = Effect.fnUntraced(function* (session: Session, chunk: Float32Array) {
  const { extensions, listening, utterance } = session
  const added = utterance.add(chunk)
  switch (added) {
    case "first":
    case "kept":
      // What may concern nobody is not shown as it grows.
      if (added === "first" && extensions.partialTranscripts && !(yield* WakeGate.isClosed(session)))
        yield* listening.begin
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
    return yield* said(session, { _tag: "Utterance", samples, heard, images: images.map(toChatImage) })
  }
  yield* session.listening.cancel
  const client = yield* Client
  yield* client.send(ServerMessage.failure(silence))
  yield* SessionTurn.release(session)
})

/** `mic-audio-cancel`: whatever has been said, in either way, and has not become a turn is forgotten. */
export const micAudioCancel = Effect.fn("TurnRequests.micAudioCancel")(function* (session: Session) {
  session.utterance.discard()
  yield* session.ear.giveUp
  yield* session.listening.cancel
  yield* session.wake.line.clear
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
  yield* WakeGate.open(session)
  yield* SessionTurn.begin(session, {
    _tag: "Proactive",
    prompt: prompt ?? "Please say something.",
    images: images.map(toChatImage)
  })
})

/** `interrupt-signal` */
export const interruptSignal = Effect.fnUntraced(function* (session: Session, heard?: string) {
  // What the character is about to answer is as good as a turn; whoever calls it is heard all the same.
  if (session.wake.state.isActive()) yield* session.wake.line.clear
  yield* SessionTurn.interrupt(session, heard)
})

/** A turn, or a place in the line of what is looked through for wake words and end words. */
const said = Effect.fnUntraced(function* (session: Session, said: Turn.Said) {
  const { config, wakeWords } = (yield* Ref.get(session.seat)).character
  yield* session.wake.state.heard
  const passes = wakeWords === undefined || (said._tag === "Text" && config.wake_word.typed_text_passes)
  yield* passes ? SessionTurn.begin(session, said) : WakeRequests.look(session, said)
})

const toChatImage = ({ data }: Image): ChatImage => {
  const [head = "", base64 = ""] = data.split(",", 2)
  return { mimeType: head.slice("data:".length, head.indexOf(";")), base64 }
}
