import { Either, Schema } from "effect"
import { english, isText, say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"
import * as AudioChunk from "./AudioChunk.ts"
import * as Explain from "./Explain.ts"
import * as HistoryFields from "./HistoryFields.ts"

/** A picture sent along with what the user says. `data` is a data URL. */
export const Image = Schema.Struct({
  source: Explain.oneOf("camera", "screen", "clipboard", "upload"),
  data: Schema.String.pipe(
    Schema.pattern(/^data:image\/[\w.+-]+;base64,/, Explain.saying(say("protocol.notAnImage")))
  ),
  mime_type: Schema.String
}).annotations(Explain.expecting(say("protocol.image")))
export type Image = typeof Image.Type

/** Most images of one message. */
const mostImages = 16

/** Their number is looked at first: reading the elements of a list takes time for each of them. */
const Images = Schema.Unknown.pipe(
  Schema.filter(
    (list) => !Array.isArray(list) || list.length <= mostImages,
    Explain.saying(say("protocol.tooManyImages", mostImages))
  ),
  Schema.compose(Schema.Array(Image).annotations(Explain.expecting(say("protocol.images"))), {
    strict: false
  })
)

const images = Schema.optionalWith(Images, { default: () => [], nullable: true })

/** Passed on as it is, so nothing in it is looked at. */
const AnyObject = Schema.declare(
  (value): value is Readonly<Record<string, unknown>> =>
    typeof value === "object" && value !== null && !Array.isArray(value),
  Explain.saying(say("protocol.expectedObject"))
)

/** Longest text that a client may send, in characters: an hour of speech. */
const longestText = 32_000

const Text = Schema.String.pipe(
  Schema.maxLength(longestText, Explain.saying(say("protocol.tooLongText", longestText)))
)

/** Longest text of a memory, in characters. */
export const longestMemory = 300

/** What names something; answers repeat it. */
const longestName = 1000

const notEmpty = Explain.saying(say("protocol.emptyFor", say("protocol.aText")))

const Name = Schema.String.pipe(
  Schema.nonEmptyString(notEmpty),
  Schema.maxLength(longestName, Explain.saying(say("protocol.tooLong", longestName)))
)

const aName = say("protocol.aName")

/** Who speaks. Spaces around a name are no part of it. */
const Person = Schema.compose(
  Schema.Trim,
  HistoryFields.line(100, aName).pipe(Schema.nonEmptyString(Explain.saying(say("protocol.emptyFor", aName))))
)

/** On one line, without control characters and spaces around it. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, " ").trim()

const Truth = Schema.Boolean.annotations(Explain.expecting(say("protocol.truth")))

/** A memory's number in `memory-list`. */
const MemoryId = Schema.Int.annotations(Explain.sayingInstead(say("protocol.expectedWhole")))

/** What a memory says, as it is kept. */
const MemoryText = Schema.compose(
  Schema.transform(Schema.String, Schema.String, { strict: true, decode: oneLine, encode: (text) => text }),
  Schema.String.pipe(
    Schema.nonEmptyString(notEmpty),
    Schema.maxLength(
      longestMemory,
      Explain.saying(say("protocol.tooLongFor", longestMemory, say("protocol.oneSentence")))
    )
  )
)

const Importance = Schema.Int.pipe(Schema.between(1, 10)).annotations(
  // In place of whatever is said of a number that is none, or not a whole one.
  Explain.sayingInstead(say("protocol.expectedWithin", 1, 10))
)

const DisplayText = Schema.compose(
  AnyObject,
  Schema.Struct({
    text: Text,
    name: Schema.optionalWith(Text, { nullable: true }),
    avatar: Schema.optionalWith(Text, { nullable: true })
  }),
  { strict: false }
)

const message = <Type extends string, Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), ...fields })

/** What may be asked for by `use-extensions`. */
const extensions = {
  binary_audio: Schema.optionalWith(Explain.oneOf(...AudioChunk.types), { nullable: true }),
  partial_transcripts: Schema.optionalWith(Truth, { nullable: true }),
  tool_consent: Schema.optionalWith(Truth, { nullable: true }),
  config_changes: Schema.optionalWith(Truth, { nullable: true }),
  wake_word_state: Schema.optionalWith(Truth, { nullable: true }),
  /** Whether nobody hears what this client is sent: it brings what others have written. */
  only_writes: Schema.optionalWith(Truth, { nullable: true }),
  /** `null`: whoever the character's `human_name` is. */
  person: Schema.optional(Schema.NullOr(Person))
}

const ofJson = Schema.Union(
  // `from_name`: who says it, for the others who share the session.
  message("text-input", { text: Text, images, from_name: Schema.optionalWith(Text, { nullable: true }) }),
  message("mic-audio-end", { images }),
  // An extension, announced in `set-model-and-conf`: what came by `mic-audio-data` is not to be answered.
  message("mic-audio-cancel", {}),
  message("ai-speak-signal", { idle_time: Schema.optionalWith(Schema.Number, { nullable: true }), images }),
  message("interrupt-signal", {
    text: Schema.optionalWith(Text, { default: () => "", nullable: true })
  }),
  message("audio-play-start", {
    display_text: Schema.optionalWith(DisplayText, { nullable: true }),
    forwarded: Schema.optionalWith(Schema.Boolean, { nullable: true })
  }),
  message("frontend-playback-complete", {
    request_id: Schema.optionalWith(Schema.String, { nullable: true })
  }),
  // `limit` and `before` (the uid after which the list goes on) are extensions, announced in `set-model-and-conf`.
  message("fetch-history-list", {
    limit: Schema.optionalWith(HistoryFields.Limit, { nullable: true }),
    before: Schema.optionalWith(Name, { nullable: true })
  }),
  // Extensions, announced in `set-model-and-conf`.
  message("search-histories", {
    text: HistoryFields.Sought,
    limit: Schema.optionalWith(HistoryFields.Limit, { nullable: true })
  }),
  message("rename-history", { history_uid: Name, title: HistoryFields.Title }),
  message("create-new-history", {}),
  // `limit` is an extension, announced in `set-model-and-conf`.
  message("fetch-and-set-history", {
    history_uid: Name,
    limit: Schema.optionalWith(HistoryFields.Limit, { nullable: true })
  }),
  // An extension, announced in `set-model-and-conf`.
  message("fetch-history-messages", {
    history_uid: Name,
    before: HistoryFields.Place,
    limit: Schema.optionalWith(HistoryFields.Limit, { nullable: true })
  }),
  message("delete-history", { history_uid: Name }),
  message("fetch-configs", {}),
  message("switch-config", { file: Name }),
  message("fetch-backgrounds", {}),
  message("request-init-config", {}),
  message("heartbeat", {}),
  message("add-client-to-group", { invitee_uid: Name }),
  message("remove-client-from-group", { target_uid: Name }),
  message("request-group-info", {}),
  message("mcp-tool-call", {
    tool_name: Name,
    arguments: Schema.optionalWith(AnyObject, { nullable: true })
  }),
  message("adaptive-vad-control", {
    action: Explain.oneOf("start", "adjust", "reset", "stop"),
    volume: Schema.optionalWith(Schema.Number, { nullable: true })
  }),
  // An extension, announced in `set-model-and-conf`: the answer to a `tool-consent-request`.
  message("tool-consent", { tool_id: Name, allowed: Truth }),
  // An extension, announced in `set-model-and-conf`: what a client leaves out stays as it was.
  message("use-extensions", extensions),
  // Extensions, announced in `set-model-and-conf`: what the character has learnt of the person.
  message("fetch-memories", {}),
  message("edit-memory", {
    id: MemoryId,
    text: MemoryText,
    importance: Schema.optionalWith(Importance, { nullable: true })
  }),
  message("delete-memory", {
    id: Schema.optionalWith(MemoryId, { nullable: true }),
    all: Schema.optionalWith(Schema.Boolean, { default: () => false, nullable: true })
  })
)

/**
 * Everything that a client may send, told apart by `type` (the wire format of Open-LLM-VTuber 1.2.1).
 * The two audio messages carry mono samples in [-1, 1] at 16 kHz.
 */
export type ClientMessage =
  | typeof ofJson.Type
  | { readonly type: "mic-audio-data" | "raw-audio-data"; readonly audio: Float32Array }

/** A frame that is no message of the protocol; nothing has changed. `message` is fit for the client. */
export class MalformedMessage extends Schema.TaggedError<MalformedMessage>()("MalformedMessage", {
  words: Words
}) {
  override get message(): string {
    return english(this.words)
  }
}

const malformed = (words: Text) => new MalformedMessage({ words })

const known: ReadonlyArray<string> = [
  ...ofJson.members.map((member) => member.fields.type.literals[0]),
  ...AudioChunk.types
]

const decodeByType = new Map(
  ofJson.members.map((member) => [
    member.fields.type.literals[0] as string,
    // Only the first error: all of a large frame would take minutes and gigabytes.
    Schema.decodeUnknownEither(member as Schema.Schema<typeof ofJson.Type, typeof ofJson.Encoded>)
  ])
)

/** The first key of a `use-extensions` that there is none of. Other messages may have further keys: clients send them. */
const unknownKey = (type: string, value: object): string | undefined => {
  if (type !== "use-extensions") return undefined
  for (const key in value) if (key !== "type" && !Object.hasOwn(extensions, key)) return key
  return undefined
}

/** Reads one text frame. */
export const decode = (frame: string): Either.Either<ClientMessage, MalformedMessage> =>
  Either.flatMap(parseJson(frame), (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return Either.left(malformed(say("protocol.notAnObject")))
    const type = (value as { type?: unknown }).type
    if (typeof type !== "string") return Either.left(malformed(say("protocol.noType")))
    if (AudioChunk.isType(type)) {
      const audio = AudioChunk.read((value as { audio?: unknown }).audio)
      return isText(audio)
        ? Either.left(malformed(say("protocol.wrong", type, [audio])))
        : Either.right({ type, audio } as ClientMessage)
    }
    const decodeFields = decodeByType.get(type)
    if (decodeFields === undefined)
      return Either.left(malformed(say("protocol.unknownType", JSON.stringify(type.slice(0, 60)), known)))
    const unknown = unknownKey(type, value)
    if (unknown !== undefined) {
      const field = JSON.stringify(unknown.slice(0, 60))
      return Either.left(malformed(say("protocol.unknownField", type, field, Object.keys(extensions))))
    }
    return Either.mapLeft(decodeFields(value), (error) =>
      malformed(say("protocol.wrong", type, Explain.explain(error)))
    )
  })

/** Reads a binary frame as the message that the client chose for it with `use-extensions`. */
export const decodeBinary = (
  frame: Buffer,
  type: AudioChunk.Type | undefined
): Either.Either<ClientMessage, MalformedMessage> => {
  if (type === undefined) return Either.left(malformed(say("protocol.unreadBinary")))
  const audio = AudioChunk.readPcm(frame)
  return isText(audio) ? Either.left(malformed(audio)) : Either.right({ type, audio } as ClientMessage)
}

const parseJson = (frame: string): Either.Either<unknown, MalformedMessage> =>
  Either.try({
    try: () => JSON.parse(frame) as unknown,
    catch: () => malformed(say("protocol.notJson"))
  })
