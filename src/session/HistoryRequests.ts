import { Effect, Ref } from "effect"
import { Client } from "../conversation/Client.ts"
import { History, interruptedMark } from "../history/History.ts"
import type { HistoryMessage } from "../history/History.ts"
import type { ChatMessage } from "../llm/Llm.ts"
import type { ClientMessage } from "../protocol/ClientMessage.ts"
import * as Remembering from "./Remembering.ts"
import * as SessionTurn from "./SessionTurn.ts"
import type { Session } from "./Session.ts"

type Message<Type extends ClientMessage["type"]> = Extract<ClientMessage, { readonly type: Type }>

/** How many conversations or messages a client gets that does not say how many it wants. */
const usualPage = 50

/** `fetch-history-list`: all of it, or a part if the client asks for one. */
export const list = Effect.fn("HistoryRequests.list")(function* (
  session: Session,
  { before, limit }: Message<"fetch-history-list">
) {
  const history = yield* History
  const client = yield* Client
  const conf = yield* confUid(session)
  if (limit === undefined && before === undefined)
    return yield* client.send({ type: "history-list", histories: yield* history.list(conf) })
  const { items, more } = yield* history.page(conf, { limit: limit ?? usualPage, before })
  yield* client.send({ type: "history-list", histories: items, more })
})

/** `search-histories`, an extension. */
export const search = Effect.fn("HistoryRequests.search")(function* (
  session: Session,
  { limit = usualPage, text }: Message<"search-histories">
) {
  const { items, more } = yield* (yield* History).search(yield* confUid(session), text, limit)
  yield* (yield* Client).send({ type: "history-search-results", text, results: items, more })
})

/** `rename-history`, an extension. */
export const rename = Effect.fn("HistoryRequests.rename")(function* (
  session: Session,
  { history_uid, title }: Message<"rename-history">
) {
  const success = yield* (yield* History).rename(yield* confUid(session), history_uid, title)
  yield* (yield* Client).send({ type: "history-renamed", success, history_uid, title })
})

/** `create-new-history`: a new conversation becomes current, and the memory starts anew. */
export const create = Effect.fn("HistoryRequests.create")(function* (session: Session) {
  const history_uid = yield* (yield* History).create(yield* confUid(session))
  yield* enter(session, history_uid, [])
  yield* (yield* Client).send({ type: "new-history-created", history_uid })
})

/**
 * `fetch-and-set-history`: the conversation becomes current and the memory is loaded from all of it. The client gets all
 * of it too, or the latest part if it asks for one.
 */
export const load = Effect.fn("HistoryRequests.load")(function* (
  session: Session,
  { history_uid: uid, limit }: Message<"fetch-and-set-history">
) {
  const conf = yield* confUid(session)
  const history = yield* History
  // Before the turn in progress stops, an unknown uid must have been refused; after it, its last words are in.
  yield* history.check(conf, uid)
  yield* SessionTurn.leave(session)
  const messages = yield* history.messages(conf, uid)
  yield* enter(session, uid, yield* remembered(session, messages))
  yield* Remembering.summarise(session)
  const shown = messages.filter(({ role }) => role !== "system")
  const first = Math.max(0, shown.length - (limit ?? shown.length))
  yield* (yield* Client).send({
    type: "history-data",
    messages: shown.slice(first),
    ...(limit === undefined ? {} : { first })
  })
})

/** `fetch-history-messages`, an extension: earlier messages of whatever conversation; the current one stays. */
export const earlier = Effect.fn("HistoryRequests.earlier")(function* (
  session: Session,
  { before, history_uid, limit = usualPage }: Message<"fetch-history-messages">
) {
  const part = yield* (yield* History).shown(yield* confUid(session), history_uid, { before, limit })
  yield* (yield* Client).send({ type: "history-messages", history_uid, ...part })
})

/** `delete-history`: deleting the current conversation leaves the session with none. */
export const remove = Effect.fn("HistoryRequests.remove")(function* (session: Session, history_uid: string) {
  const isCurrent = (yield* session.history.uid) === history_uid
  if (isCurrent) yield* SessionTurn.leave(session)
  const success = yield* (yield* History).remove(yield* confUid(session), history_uid)
  if (isCurrent && success) yield* enter(session, undefined, [])
  yield* (yield* Client).send({ type: "history-deleted", success, history_uid })
})

const confUid = (session: Session) =>
  Effect.map(Ref.get(session.seat), ({ character }) => character.config.conf_uid)

/** A turn in progress belongs to the conversation that is being left: it stops first, and is recorded there. */
export const enter = Effect.fnUntraced(function* (
  session: Session,
  uid: string | undefined,
  memory: ReadonlyArray<ChatMessage>
) {
  yield* SessionTurn.leave(session)
  yield* session.history.set(uid)
  yield* session.memory.reset(memory)
})

const remembered = Effect.fnUntraced(function* (session: Session, messages: ReadonlyArray<HistoryMessage>) {
  const { character } = yield* Ref.get(session.seat)
  return messages.flatMap(({ content, role }): ReadonlyArray<ChatMessage> => {
    if (role === "human") return [{ role: "user", text: content }]
    if (role === "ai") return [{ role: "assistant", text: content }]
    return content === interruptedMark ? [{ role: character.interruptMethod, text: content }] : []
  })
})
