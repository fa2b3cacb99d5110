import { Effect, Ref } from "effect"
import { Client } from "../conversation/Client.ts"
import type { ClientMessage } from "../protocol/ClientMessage.ts"
import * as Extensions from "./Extensions.ts"
import * as HistoryRequests from "./HistoryRequests.ts"
import * as SessionTurn from "./SessionTurn.ts"
import type { Session } from "./Session.ts"
import * as TurnRequests from "./TurnRequests.ts"
import * as WakeGate from "./WakeGate.ts"

/** `use-extensions`: what the message leaves out stays as it was. */
export const use = Effect.fn("ExtensionRequests.use")(function* (
  session: Session,
  wanted: Extract<ClientMessage, { readonly type: "use-extensions" }>
) {
  const { extensions, listening } = session
  extensions.adopt(wanted)
  yield* introduce(session, wanted.person === undefined ? extensions.person : (wanted.person ?? undefined))
  if (!extensions.partialTranscripts) yield* listening.cancel
  yield* (yield* Client).send(Extensions.inUse(extensions, extensions.person ?? null))
  if (wanted.wake_word_state === true) yield* WakeGate.report(session)
})

/** Somebody else speaks: what the one before has said is none of theirs, so the conversation starts anew. */
const introduce = Effect.fnUntraced(function* (session: Session, person: string | undefined) {
  const { extensions, memory } = session
  const { character } = yield* Ref.get(session.seat)
  const before = Extensions.personOf(extensions, character.config)
  if ((person ?? character.config.human_name) === before) {
    extensions.person = person
    return
  }
  yield* SessionTurn.leave(session)
  yield* TurnRequests.micAudioCancel(session)
  extensions.person = person
  // A client may say who speaks after it has made a conversation for them.
  const { messages } = yield* memory.remembered
  if (messages.length > 0) yield* HistoryRequests.enter(session, undefined, [])
})
