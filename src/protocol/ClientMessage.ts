import { Effect, Schema } from "effect"
import * as AudioChunk from "./AudioChunk.ts"
import * as Explain from "./Explain.ts"

/** A picture sent along with what the user says. `data` is a data URL. */
export const Image = Schema.Struct({
  source: Explain.oneOf("camera", "screen", "clipboard", "upload"),
  data: Schema.String.pipe(
    Schema.pattern(/^data:image\/[\w.+-]+;base64,/, {
      message: () => "expected a data URL of an image (data:image/...;base64,...)"
    })
  ),
  mime_type: Schema.String
}).annotations(Explain.expecting("an image: an object with source, data and mime_type"))
export type Image = typeof Image.Type

/** Most images of one message. */
const mostImages = 16

/** Their number is looked at first: reading the elements of a list takes time for each of them. */
const Images = Schema.Unknown.pipe(
  Schema.filter((list) => !Array.isArray(list) || list.length <= mostImages, {
    message: () => `has too many images: expected at most ${mostImages}`
  }),
  Schema.compose(Schema.Array(Image).annotations(Explain.expecting("a list of images")), { strict: false })
)

const images = Schema.optionalWith(Images, { default: () => [], nullable: true })

/** Passed on as it is, so nothing in it is looked at. */
const AnyObject = Schema.declare(
  (value): value is Readonly<Record<string, unknown>> =>
    typeof value === "object" && value !== null && !Array.isArray(value),
  { message: () => "expected an object" }
)

/** Longest text that a client may send, in characters: an hour of speech. */
const longestText = 32_000

const Text = Schema.String.pipe(
  Schema.maxLength(longestText, {
    message: () => `is longer than ${longestText} characters: send less at once`
  })
)

/** Longest text of a memory, in characters. */
export const longestMemory = 300

/** What names something; answers repeat it. */
const longestName = 1000

const notEmpty = { message: () => "is empty: send a text" }

const Name = Schema.String.pipe(
  Schema.nonEmptyString(notEmpty),
  Schema.maxLength(longestName, { message: () => `is longer than ${longestName} characters` })
)

/** Who speaks. Spaces around a name are no part of it. */
const Person = Schema.compose(
  Schema.Trim,
  Schema.String.pipe(
    Schema.nonEmptyString({ message: () => "is empty: send a name" }),
    Schema.maxLength(100, { message: () => "is longer than 100 characters: send a name" }),
    Schema.pattern(/^\P{Cc}*$/u, { message: () => "has control characters: send a name on one line" })
  )
)

/** On one line, without control characters and spaces around it. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, " ").trim()

/** In place of whatever is said of a number that is none, or not a whole one. */
const instead = (message: string) => ({ message: () => ({ message, override: true }) })

const Truth = Schema.Boolean.annotations(Explain.expecting("true or false"))

/** A memory's number in `memory-list`. */
const MemoryId = Schema.Int.annotations(instead("expected a whole number"))

/** What a memory says, as it is kept. */
const MemoryText = Schema.compose(
  Schema.transform(Schema.String, Schema.String, { strict: true, decode: oneLine, encode: (text) => text }),
  Schema.String.pipe(
    Schema.nonEmptyString(notEmpty),
    Schema.maxLength(longestMemory, {
      message: () => `is longer than ${longestMemory} characters: send one sentence`
    })
  )
)

const Importance = Schema.Int.pipe(Schema.between(1, 10)).annotations(
  instead("expected a whole number from 1 to 10")
)

/** How much of a list is wanted. */
const Limit = Schema.Int.pipe(Schema.between(1, 500)).annotations(
  instead("expected a whole number from 1 to 500")
)

const noControl = (what: string) =>
  Schema.pattern(/^\P{Cc}*$/u, { message: () => `has control characters: send ${what} on one line` })

/** What a person calls a conversation; nothing takes the title away. */
const Title = Schema.compose(
  Schema.Trim,
  Schema.String.pipe(
    Schema.maxLength(100, { message: () => "is longer than 100 characters: send a title" }),
    noControl("a title")
  )
)

/** What is looked for. */
const Sought = Schema.compose(
  Schema.Trim,
  Schema.NonEmptyString.pipe(
    Schema.maxLength(200, { message: () => "is longer than 200 characters: send some words" }),
    noControl("some words")
  )
)

const DisplayText = Schema.compose(
  AnyObject,
  Schema.Struct({
    text: Schema.String,
    name: Schema.optionalWith(Schema.String, { nullable: true }),
    avatar: Schema.optionalWith(Schema.String, { nullable: true })
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
  /** `null`: whoever the character's `human_name` is. */
  person: Schema.optional(Schema.NullOr(Person))
}

const ofJson = Schema.Union(
  message("text-input", { text: Text, images }),
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
    limit: Schema.optionalWith(Limit, { nullable: true }),
    before: Schema.optionalWith(Name, { nullable: true })
  }),
  // Extensions, announced in `set-model-and-conf`.
  message("search-histories", { text: Sought, limit: Schema.optionalWith(Limit, { nullable: true }) }),
  message("rename-history", { history_uid: Name, title: Title }),
  message("create-new-history", {}),
  message("fetch-and-set-history", { history_uid: Name }),
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
  problem: Schema.String
}) {
  override get message(): string {
    return this.problem
  }
}

const known: ReadonlyArray<string> = [
  ...ofJson.members.map((member) => member.fields.type.literals[0]),
  ...AudioChunk.types
]

const decodeByType = new Map(
  ofJson.members.map((member) => [
    member.fields.type.literals[0] as string,
    // Only the first error: all of a large frame would take minutes and gigabytes.
    Schema.decodeUnknown(member as Schema.Schema<typeof ofJson.Type, typeof ofJson.Encoded>)
  ])
)

/** The first key of a `use-extensions` that there is none of. Other messages may have further keys: clients send them. */
const unknownKey = (type: string, value: object): string | undefined => {
  if (type !== "use-extensions") return undefined
  for (const key in value) if (key !== "type" && !Object.hasOwn(extensions, key)) return key
  return undefined
}

/** Reads one text frame. */
export const decode = Effect.fnUntraced(function* (frame: string) {
  const value = yield* parseJson(frame)
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return yield* new MalformedMessage({ problem: "A message must be a JSON object with a `type`." })
  }
  const type = (value as { type?: unknown }).type
  if (typeof type !== "string") {
    return yield* new MalformedMessage({ problem: "The message has no `type`: expected a string." })
  }
  if (AudioChunk.isType(type)) {
    const audio = AudioChunk.read((value as { audio?: unknown }).audio)
    if (typeof audio === "string") return yield* new MalformedMessage({ problem: `${type}: ${audio}` })
    return { type, audio } as ClientMessage
  }
  const decodeFields = decodeByType.get(type)
  if (decodeFields === undefined) {
    return yield* new MalformedMessage({
      problem: `Unknown message type ${JSON.stringify(type.slice(0, 60))}: expected one of ${known.join(", ")}.`
    })
  }
  const unknown = unknownKey(type, value)
  if (unknown !== undefined) {
    const keys = Object.keys(extensions).join(", ")
    return yield* new MalformedMessage({
      problem: `${type}: unknown field ${JSON.stringify(unknown.slice(0, 60))}: expected one of ${keys}`
    })
  }
  return yield* decodeFields(value).pipe(
    Effect.mapError((error) => new MalformedMessage({ problem: `${type}: ${Explain.explain(error)}` })),
    Effect.map((message): ClientMessage => message)
  )
})

/** Reads a binary frame as the message that the client chose for it with `use-extensions`. */
export const decodeBinary = (
  frame: Buffer,
  type: AudioChunk.Type | undefined
): Effect.Effect<ClientMessage, MalformedMessage> => {
  if (type === undefined)
    return new MalformedMessage({
      problem:
        "Binary frames are understood after use-extensions has said what they are (binary_audio); expected one JSON object per text frame."
    })
  const audio = AudioChunk.readPcm(frame)
  return typeof audio === "string"
    ? new MalformedMessage({ problem: audio })
    : Effect.succeed({ type, audio } as ClientMessage)
}

const parseJson = (frame: string): Effect.Effect<unknown, MalformedMessage> =>
  Effect.try({
    try: () => JSON.parse(frame) as unknown,
    catch: () =>
      new MalformedMessage({ problem: "The frame is not JSON: expected one JSON object per text frame." })
  })
