import { Effect, Ref } from "effect"
import { Client } from "../conversation/Client.ts"
import { Facts } from "../history/Facts.ts"
import type { ClientMessage } from "../protocol/ClientMessage.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as Remembering from "./Remembering.ts"
import type { Session } from "./Session.ts"
import { say } from "../language/Text.ts"

type Message<Type extends ClientMessage["type"]> = Extract<ClientMessage, { readonly type: Type }>

/** Facts of other characters and of other people are none of the session's. */
const owner = (session: Session) =>
  Effect.map(Ref.get(session.seat), ({ character }) => Remembering.ownerOf(session, character))

/** `fetch-memories` */
export const list = Effect.fn("MemoryRequests.list")(function* (session: Session) {
  const facts = yield* (yield* Facts).list(yield* owner(session))
  yield* (yield* Client).send({
    type: "memory-list",
    memories: facts.map(({ created, id, importance, text, updated }) => ({
      id,
      text,
      importance,
      created: new Date(created).toISOString(),
      updated: new Date(updated).toISOString()
    }))
  })
})

/** `edit-memory` */
export const edit = Effect.fn("MemoryRequests.edit")(function* (
  session: Session,
  { id, importance, text }: Message<"edit-memory">
) {
  const change = { text, ...(importance === undefined ? {} : { importance }) }
  const success = yield* (yield* Facts).correct(yield* owner(session), id, change)
  yield* (yield* Client).send({ type: "memory-edited", success, id })
})

/** `delete-memory`: one, or all. What the last turns have told is not learnt any more: it would come back. */
export const remove = Effect.fn("MemoryRequests.remove")(function* (
  session: Session,
  { all, id }: Message<"delete-memory">
) {
  const client = yield* Client
  if (all === (id !== undefined)) {
    return yield* client.send(ServerMessage.failure(say("session.whichMemory")))
  }
  yield* Remembering.stopLearning(session)
  const ids = id === undefined ? "all" : [id]
  const deleted = yield* (yield* Facts).forget(yield* owner(session), ids)
  yield* client.send({ type: "memory-deleted", success: all || deleted > 0, deleted })
})
