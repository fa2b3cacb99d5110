import { Effect, Ref } from "effect"
import { Prompts } from "../config/Prompts.ts"
import { Client } from "../conversation/Client.ts"
import type { Said } from "../conversation/Turn.ts"
import * as Utterance from "../conversation/Utterance.ts"
import type { ChatImage } from "../llm/Llm.ts"
import type { Image } from "../protocol/ClientMessage.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { begin } from "./BeginTurn.ts"
import type { Session } from "./Session.ts"
import * as WakeGate from "./WakeGate.ts"
import * as WakeRequests from "./WakeRequests.ts"

/** `text-input` */
export const textInput = Effect.fnUntraced(function* (
  session: Session,
  text: string,
  images: ReadonlyArray<Image>
) {
  if (text.trim() === "" && images.length === 0) {
    const client = yield* Client
    return yield* client.send(
      ServerMessage.failure("text-input: the field `text` is empty, there is nothing to answer.")
    )
  }
  yield* said(session, { _tag: "Text", text, images: images.map(toChatImage) })
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
    return yield* said(session, { _tag: "Utterance", samples, heard, images: images.map(toChatImage) })
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
  yield* session.wake.line.clear
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

/** A turn, or a place in the line of what is looked through for the wake word. */
const said = Effect.fnUntraced(function* (session: Session, said: Said) {
  const { character } = yield* Ref.get(session.seat)
  const passes = said._tag === "Text" && character.config.wake_word.typed_text_passes
  if (!passes && (yield* WakeGate.isClosed(session))) return yield* WakeRequests.look(session, said)
  yield* session.wake.state.heard
  yield* begin(session, said)
})

const toChatImage = ({ data }: Image): ChatImage => {
  const [head = "", base64 = ""] = data.split(",", 2)
  return { mimeType: head.slice("data:".length, head.indexOf(";")), base64 }
}
