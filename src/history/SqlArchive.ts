import { SqlClient } from "@effect/sql"
import { Array, Chunk, Effect, Option, Schema, Stream } from "effect"
import { Archive } from "./Archive.ts"
import type { Conversation, Standing } from "./Archive.ts"
import type { HistoryMessage } from "./History.ts"
import { messageOf } from "./HistoryRows.ts"
import type { MessageRow } from "./HistoryRows.ts"
import { failed } from "./SqlHistory.ts"
import { say } from "../language/Text.ts"

/** Messages that one statement adds: databases limit the values of a statement. */
const messagesAtOnce = 100
/** Conversations whose names are read at once. */
const pageSize = 200

interface HistoryRow {
  readonly id: number
  readonly uid: string
  readonly conf_uid: string
  readonly metadata: string | null
}

const MetadataText = Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
const decodeMetadata = Schema.decodeOption(MetadataText)

/** The archive in any SQL database that `Migrations` has been run on; to compare, the first of them will do. */
export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const messagesOf = (historyId: number) =>
    Effect.map(
      sql<MessageRow>`
        SELECT role, timestamp, content, name, avatar FROM messages WHERE history_id = ${historyId} ORDER BY id`,
      (rows) => rows.map(messageOf)
    )

  const find = Effect.fnUntraced(function* ({ confUid, messages, uid }: Conversation) {
    const [found] = yield* sql<{ id: number }>`
      SELECT id FROM histories WHERE conf_uid = ${confUid} AND uid = ${uid}`
    if (found === undefined) return { id: undefined, standing: "missing" as const }
    return { id: found.id, standing: standing(messages, yield* messagesOf(found.id)) }
  })

  const add = Effect.fnUntraced(function* ({ confUid, messages, metadata, uid }: Conversation) {
    const [added] = yield* sql<{ id: number }>`INSERT INTO histories ${sql.insert({
      conf_uid: confUid,
      uid,
      metadata: metadata === undefined ? null : JSON.stringify(metadata)
    })} RETURNING id`
    yield* append(added!.id, messages)
  })

  const append = Effect.fnUntraced(function* (historyId: number, messages: ReadonlyArray<HistoryMessage>) {
    for (const some of Array.chunksOf(messages, messagesAtOnce)) {
      const rows = some.map(({ avatar, content, name, role, timestamp }) => ({
        history_id: historyId,
        role,
        timestamp,
        content,
        name: name ?? null,
        avatar: avatar ?? null
      }))
      yield* sql`INSERT INTO messages ${sql.insert(rows)}`
    }
  })

  /** Adds what is not here of it. Answers how it stood before. */
  const settle = Effect.fnUntraced(function* (conversation: Conversation) {
    const { id, standing } = yield* find(conversation)
    if (id === undefined) yield* add(conversation)
    else if (typeof standing === "object") yield* append(id, conversation.messages.slice(-standing.lacking))
    return standing
  })

  const compare = Effect.fn("Archive.compare")(
    (conversations: ReadonlyArray<Conversation>) =>
      Effect.forEach(conversations, (conversation) =>
        Effect.map(find(conversation), ({ standing }) => standing)
      ),
    failed(say("history.compareConversations"))
  )

  const restore = Effect.fn("Archive.restore")(
    (conversations: ReadonlyArray<Conversation>) => Effect.forEach(conversations, settle),
    sql.withTransaction,
    failed(say("history.addConversations"))
  )

  const characters = sql<{ conf_uid: string; conversations: number | string }>`
    SELECT conf_uid, COUNT(*) AS conversations FROM histories WHERE ${sql.literal(hasMessages)}
    GROUP BY conf_uid ORDER BY conf_uid`.pipe(
    Effect.map((rows) =>
      rows.map((row) => ({ confUid: row.conf_uid, conversations: Number(row.conversations) }))
    ),
    failed(say("history.listCharacters")),
    Effect.withSpan("Archive.characters")
  )

  const page = (confUid: string | undefined, after: number) => {
    const ofCharacter = confUid === undefined ? sql`1 = 1` : sql`conf_uid = ${confUid}`
    return sql<HistoryRow>`SELECT id, uid, conf_uid, metadata FROM histories
      WHERE id > ${after} AND ${ofCharacter} AND ${sql.literal(hasMessages)} ORDER BY id LIMIT ${pageSize}`
  }

  const conversations = (confUid: string | undefined) =>
    Stream.paginateChunkEffect(0, (after) =>
      Effect.map(
        page(confUid, after).pipe(failed(say("history.listConversations"))),
        (rows) => [Chunk.unsafeFromArray(rows), Option.map(Array.last(rows), ({ id }) => id)] as const
      )
    ).pipe(
      Stream.mapEffect((row) =>
        Effect.map(
          messagesOf(row.id).pipe(failed(say("history.readConversation"))),
          (messages): Conversation => ({
            confUid: row.conf_uid,
            uid: row.uid,
            metadata: row.metadata === null ? undefined : Option.getOrUndefined(decodeMetadata(row.metadata)),
            messages
          })
        )
      )
    )

  return Archive.of({ compare, restore, characters, conversations })
})

const hasMessages = "EXISTS (SELECT 1 FROM messages WHERE messages.history_id = histories.id)"

const isSame = (one: HistoryMessage, other: HistoryMessage | undefined) =>
  one.role === other?.role &&
  one.timestamp === other.timestamp &&
  one.content === other.content &&
  one.name === other.name &&
  one.avatar === other.avatar

const standing = (wanted: ReadonlyArray<HistoryMessage>, here: ReadonlyArray<HistoryMessage>): Standing => {
  const [shorter, longer] = here.length < wanted.length ? [here, wanted] : [wanted, here]
  // One without a message has begun here by itself.
  if (shorter.length === 0 || !shorter.every((message, index) => isSame(message, longer[index])))
    return "different"
  if (here.length < wanted.length) return { lacking: wanted.length - here.length }
  return here.length === wanted.length ? "same" : "continued"
}
