import { isUtf8 } from "node:buffer"
import { FileSystem } from "@effect/platform"
import { Effect, Either, ParseResult, Schema, identity } from "effect"
import type { Conversation, Metadata } from "../history/Archive.ts"
import { Role } from "../history/History.ts"
import type { HistoryMessage } from "../history/History.ts"
import type { Source } from "./SourceFolder.ts"
import * as Timestamp from "./Timestamp.ts"

/** Bytes of a file that is read whole. */
const largest = 64 * 1024 * 1024
/** Characters of the metadata's JSON. Upstream writes some hundred. */
const largestMetadata = 64 * 1024
/** Levels in the metadata: JSON is read at any depth, but not written. */
const deepestMetadata = 32

// What is wrong is said without the value: it is somebody's conversation.
const told = <A, I>(schema: Schema.Schema<A, I>, message: string) =>
  schema.annotations({ message: () => ({ message, override: true }) })

const Text = told(Schema.String, "is no text")
const Message = Schema.Struct({
  role: told(Role, "is neither human nor ai nor system"),
  // One that is no time is replaced.
  timestamp: Schema.Unknown,
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

/** Reads the text of the file of a conversation of this uid, or says in a clause why it is none. */
export const parse = (text: string, uid: string): Either.Either<Read, string> =>
  Either.try({
    try: (): unknown => JSON.parse(text.replace(/^\uFEFF/u, "")),
    catch: () =>
      text.trim() === "" ? "is empty" : "is no whole JSON: it may have been cut off while it was written"
  }).pipe(
    // Whatever goes wrong with one file is told of this file, and ends no import.
    Either.flatMap((value) =>
      Either.try({
        try: () => fromJson(value, uid),
        catch: () => "cannot be read: it may be nested too deep"
      })
    ),
    Either.flatMap(identity)
  )

const fromJson = (value: unknown, uid: string): Either.Either<Read, string> => {
  if (!Array.isArray(value)) return Either.left("is no list of messages")
  const elements = value as ReadonlyArray<unknown>
  const metadata = isMetadata(elements[0]) ? elements[0] : undefined
  const offset = metadata === undefined ? 0 : 1
  if (metadata !== undefined && !isWritable(metadata))
    return Either.left("element 1, metadata: is too large, or nested too deep")
  let last = Timestamp.ofUid(uid) ?? Timestamp.read(metadata?.["timestamp"]) ?? Timestamp.unknown
  const messages: Array<HistoryMessage> = []
  const remarks = new Set<string>()
  for (const [index, element] of elements.slice(offset).entries()) {
    const decoded = Schema.decodeUnknownEither(Message)(element)
    if (Either.isLeft(decoded)) return Either.left(`element ${index + offset + 1}${problemOf(decoded.left)}`)
    const timestamp = Timestamp.read(decoded.right.timestamp)
    if (timestamp === undefined)
      remarks.add("has messages whose timestamp is no time; that of the message before stands for it")
    last = timestamp ?? last
    const message = storable(decoded.right, last)
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

const isWritable = (metadata: Metadata) =>
  isShallow(metadata, deepestMetadata) && JSON.stringify(metadata).length <= largestMetadata

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== "object" ||
  value === null ||
  (levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1)))

const problemOf = (error: ParseResult.ParseError) => {
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  if (issue === undefined || issue.path.length === 0) return " is no message"
  return `, ${String(issue.path[0])}: ${issue.message.startsWith("is ") ? issue.message : "is missing"}`
}

const storableText = (text: string) => text.replaceAll("\0", "\uFFFD").toWellFormed()

const storable = (
  { avatar, content, name, role }: typeof Message.Type,
  timestamp: string
): HistoryMessage => ({
  role,
  timestamp,
  content: storableText(content),
  ...(typeof name === "string" ? { name: storableText(name) } : {}),
  ...(typeof avatar === "string" ? { avatar: storableText(avatar) } : {})
})

/** Reads a file, or says in a clause why it is none of a conversation. */
export const read = Effect.fn("ConversationFile.read")(function* (source: Source, uid: string) {
  if (source.size > largest) return Either.left(`is larger than ${largest / 1024 / 1024} MiB`)
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.match(fs.readFile(source.path), {
    onFailure: () => Either.left("cannot be read"),
    onSuccess: (bytes) =>
      Either.map(parse(new TextDecoder().decode(bytes), uid), (content) => ({
        ...content,
        remarks: isUtf8(bytes)
          ? content.remarks
          : [...content.remarks, "is not UTF-8 throughout; � stands for what is not"]
      }))
  })
})

/** The conversation as Open-LLM-VTuber would have written it. */
export const render = ({ messages, metadata, uid }: Conversation): string =>
  `${JSON.stringify([metadata ?? { role: "metadata", timestamp: begun(uid, messages) }, ...messages], null, 2)}\n`

/** When a conversation began: its uid says it, or its first message. */
export const begun = (uid: string, messages: ReadonlyArray<HistoryMessage>): string =>
  Timestamp.ofUid(uid) ?? messages[0]?.timestamp ?? ""
