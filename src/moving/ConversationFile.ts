import { FileSystem } from "@effect/platform"
import { Effect, Either, ParseResult, Schema } from "effect"
import type { Conversation, Metadata } from "../history/Archive.ts"
import { Role } from "../history/History.ts"
import type { HistoryMessage } from "../history/History.ts"
import type { Source } from "./SourceFolder.ts"

/** Bytes of a file that is read whole. */
const largest = 64 * 1024 * 1024

// What is wrong is said without the value: it is somebody's conversation.
const told = <A, I>(schema: Schema.Schema<A, I>, message: string) =>
  schema.annotations({ message: () => ({ message, override: true }) })

const Text = told(Schema.String, "is no text")
const Message = Schema.Struct({
  role: told(Role, "is neither human nor ai nor system"),
  timestamp: Text,
  content: Text,
  name: Schema.optional(Schema.NullOr(Text)),
  avatar: Schema.optional(Schema.NullOr(Text))
})
const known = new Set(Object.keys(Message.fields))

/** A conversation as Open-LLM-VTuber keeps it, and what of it is not kept. */
export interface Read {
  readonly metadata: Metadata | undefined
  readonly messages: ReadonlyArray<HistoryMessage>
  readonly remarks: ReadonlyArray<string>
}

/** Reads a file's text, or says in a clause why it is none of a conversation. */
export const parse = (text: string): Either.Either<Read, string> =>
  Either.flatMap(
    Either.try({
      try: (): unknown => JSON.parse(text.replace(/^\uFEFF/u, "")),
      catch: () =>
        text.trim() === "" ? "is empty" : "is no whole JSON: it may have been cut off while it was written"
    }),
    fromJson
  )

const fromJson = (value: unknown): Either.Either<Read, string> => {
  if (!Array.isArray(value)) return Either.left("is no list of messages")
  const elements = value as ReadonlyArray<unknown>
  const metadata = isMetadata(elements[0]) ? elements[0] : undefined
  const offset = metadata === undefined ? 0 : 1
  const messages: Array<HistoryMessage> = []
  const remarks = new Set<string>()
  for (const [index, element] of elements.slice(offset).entries()) {
    const decoded = Schema.decodeUnknownEither(Message)(element)
    if (Either.isLeft(decoded)) return Either.left(`element ${index + offset + 1}${problemOf(decoded.left)}`)
    const message = storable(decoded.right)
    if (message.content !== decoded.right.content)
      remarks.add("holds characters that no database keeps; � stands for them")
    for (const key of Object.keys(element as object))
      if (!known.has(key)) remarks.add(`has messages with the key ${JSON.stringify(key)}, which is not kept`)
    messages.push(message)
  }
  return Either.right({ metadata, messages, remarks: [...remarks] })
}

const isMetadata = (element: unknown): element is Metadata =>
  typeof element === "object" && element !== null && "role" in element && element.role === "metadata"

const problemOf = (error: ParseResult.ParseError) => {
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  if (issue === undefined || issue.path.length === 0) return " is no message"
  return `, ${String(issue.path[0])}: ${issue.message.startsWith("is ") ? issue.message : "is missing"}`
}

const storableText = (text: string) => text.replaceAll("\0", "\uFFFD").toWellFormed()

const storable = ({ avatar, content, name, role, timestamp }: typeof Message.Type): HistoryMessage => ({
  role,
  timestamp: storableText(timestamp),
  content: storableText(content),
  ...(typeof name === "string" ? { name: storableText(name) } : {}),
  ...(typeof avatar === "string" ? { avatar: storableText(avatar) } : {})
})

/** Reads a file, or says in a clause why it is none of a conversation. */
export const read = Effect.fn("ConversationFile.read")(function* (source: Source) {
  if (source.size > largest) return Either.left(`is larger than ${largest / 1024 / 1024} MiB`)
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.match(fs.readFileString(source.path), {
    onFailure: () => Either.left("cannot be read"),
    onSuccess: parse
  })
})

/** The conversation as Open-LLM-VTuber would have written it. */
export const render = ({ messages, metadata, uid }: Conversation): string =>
  `${JSON.stringify([metadata ?? { role: "metadata", timestamp: begun(uid, messages) }, ...messages], null, 2)}\n`

/** When a conversation of our own began: its uid says it. */
export const begun = (uid: string, messages: ReadonlyArray<HistoryMessage>): string => {
  const [, day, hour, minute, second] = /^(\d{4}-\d\d-\d\d)_(\d\d)-(\d\d)-(\d\d)_/u.exec(uid) ?? []
  return second === undefined ? (messages[0]?.timestamp ?? "") : `${day}T${hour}:${minute}:${second}`
}
