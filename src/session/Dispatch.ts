import { Effect, Ref } from "effect"
import * as Backgrounds from "../config/Backgrounds.ts"
import { Characters } from "../config/Characters.ts"
import { Client } from "../conversation/Client.ts"
import { Groups } from "../group/Groups.ts"
import type { ClientMessage } from "../protocol/ClientMessage.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as AdaptiveVad from "./AdaptiveVad.ts"
import * as ExtensionRequests from "./ExtensionRequests.ts"
import * as HistoryRequests from "./HistoryRequests.ts"
import * as Idleness from "./Idleness.ts"
import * as MemoryRequests from "./MemoryRequests.ts"
import * as RawAudio from "./RawAudio.ts"
import type { Session } from "./Session.ts"
import * as SwitchConfig from "./SwitchConfig.ts"
import * as ToolConsent from "./ToolConsent.ts"
import * as ToolRequests from "./ToolRequests.ts"
import * as TurnRequests from "./TurnRequests.ts"

/**
 * Handles one message. Everything here is quick: what takes time (a turn, a switch) runs in a fiber of the session, so
 * answers go out in the order of the requests and an interrupt is never stuck behind a turn. Without a span, which would
 * cost more than most messages.
 */
export const handle = (session: Session, message: ClientMessage) =>
  session.exclusive.alone(answer(session, message))

/** What is said to a session when no turn runs in it. */
export interface Next {
  readonly message: ClientMessage
  /** It interrupts the group's turn neither: this is done instead, at once or once it has been looked through. */
  readonly givenUp: Effect.Effect<void> | undefined
}

/** Handles what `next` gives, if anything, unless a turn runs: then nothing happens, and nothing is taken. */
export const handleUnlessTurn = <E, R>(session: Session, next: Effect.Effect<Next | undefined, E, R>) =>
  next.pipe(
    Effect.flatMap((said) =>
      said === undefined ? Effect.void : answer(session, said.message, said.givenUp)
    ),
    Effect.unlessEffect(session.turn.isRunning),
    session.exclusive.alone
  )

const answer = Effect.fnUntraced(function* (
  session: Session,
  message: ClientMessage,
  givenUp?: Effect.Effect<void>
) {
  const client = yield* Client
  if (Idleness.isDoing(message)) session.idleness.stir()
  yield* route(session, message, givenUp).pipe(
    Effect.catchAll((failure) =>
      Effect.zipRight(
        failure._tag === "HistoryFailed"
          ? Effect.logError(`${message.type} failed`, failure)
          : Effect.logDebug(`${message.type} was refused`, failure),
        client.send(ServerMessage.failure(failure.words))
      )
    )
  )
})

/** `givenUp`: a text interrupts nothing. */
const route = Effect.fnUntraced(function* (
  session: Session,
  message: ClientMessage,
  givenUp: Effect.Effect<void> | undefined
) {
  const client = yield* Client
  switch (message.type) {
    case "text-input":
      return yield* TurnRequests.textInput(session, message.text, message.images, givenUp)
    case "mic-audio-data":
      return yield* TurnRequests.micAudioData(session, message.audio)
    case "mic-audio-end":
      return yield* TurnRequests.micAudioEnd(session, message.images)
    case "mic-audio-cancel":
      return yield* TurnRequests.micAudioCancel(session)
    case "raw-audio-data":
      return yield* RawAudio.receive(session, message.audio)
    case "ai-speak-signal":
      return yield* TurnRequests.aiSpeakSignal(session, message.images)
    case "interrupt-signal":
      return yield* TurnRequests.interruptSignal(session, message.text)
    case "frontend-playback-complete":
      return yield* session.playback.complete
    case "audio-play-start": {
      const { avatar, name, text } = message.display_text ?? {}
      if (text === undefined) return
      return yield* (yield* Groups).relay(client.uid, { text, name: name ?? "", avatar: avatar ?? "" })
    }
    case "fetch-history-list":
      return yield* HistoryRequests.list(session, message)
    case "search-histories":
      return yield* HistoryRequests.search(session, message)
    case "rename-history":
      return yield* HistoryRequests.rename(session, message)
    case "create-new-history":
      return yield* HistoryRequests.create(session)
    case "fetch-and-set-history":
      return yield* HistoryRequests.load(session, message)
    case "fetch-history-messages":
      return yield* HistoryRequests.earlier(session, message)
    case "delete-history":
      return yield* HistoryRequests.remove(session, message.history_uid)
    case "fetch-configs":
      return yield* client.send({ type: "config-files", configs: yield* (yield* Characters).list })
    case "switch-config":
      return yield* SwitchConfig.handle(session, message.file)
    case "fetch-backgrounds":
      return yield* client.send({ type: "background-files", files: yield* Backgrounds.list })
    case "request-init-config":
      return yield* client.send((yield* Ref.get(session.seat)).character.announcement)
    case "heartbeat":
      return yield* client.send({ type: "heartbeat-ack" })
    case "use-extensions":
      return yield* ExtensionRequests.use(session, message)
    case "request-group-info":
      return yield* client.send(yield* (yield* Groups).info(client.uid))
    case "add-client-to-group":
      return yield* (yield* Groups).invite(client.uid, message.invitee_uid)
    case "remove-client-from-group":
      return yield* (yield* Groups).remove(client.uid, message.target_uid)
    case "mcp-tool-call":
      return yield* ToolRequests.call(session, message.tool_name, message.arguments ?? {})
    case "tool-consent":
      return yield* ToolConsent.answer(session.consent, message.tool_id, message.allowed)
    case "fetch-memories":
      return yield* MemoryRequests.list(session)
    case "edit-memory":
      return yield* MemoryRequests.edit(session, message)
    case "delete-memory":
      return yield* MemoryRequests.remove(session, message)
    case "adaptive-vad-control":
      return yield* AdaptiveVad.handle(session, message.action, message.volume)
  }
})
