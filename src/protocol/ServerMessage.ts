import { Schema } from "effect"
import * as Text from "../language/Text.ts"
import type { Language } from "../language/Language.ts"
import type { Words } from "../language/Text.ts"
import * as HistoryFields from "./HistoryFields.ts"

const message = <Type extends string, Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), ...fields })

const Nullable = Schema.NullOr
const Anything = Schema.Record({ key: Schema.String, value: Schema.Unknown })

/** What the page shows beside or instead of the sound. */
export const DisplayText = Schema.Struct({ text: Schema.String, name: Schema.String, avatar: Schema.String })
export type DisplayText = typeof DisplayText.Type

/** What the avatar does with a sentence. */
export const Actions = Schema.Struct({
  expressions: Schema.optional(Schema.Array(Schema.Union(Schema.Number, Schema.String))),
  pictures: Schema.optional(Schema.Array(Schema.String)),
  sounds: Schema.optional(Schema.Array(Schema.String))
})
export type Actions = typeof Actions.Type

/** An avatar: an entry of `model_dict.json`, passed through untouched. */
export const ModelInfo = Schema.Struct(
  { name: Schema.String, url: Schema.String },
  { key: Schema.String, value: Schema.Unknown }
)

export const ControlText = Schema.Literal(
  "start-mic",
  "stop-mic",
  "interrupt",
  "mic-audio-end",
  "conversation-chain-start",
  "conversation-chain-end"
)
export type ControlText = typeof ControlText.Type

/** One spoken (or silent) sentence. `slice_length` is in ms and belongs to `volumes`. */
export const Audio = message("audio", {
  /** A whole WAV file (16-bit PCM) in base64, or null for a silent sentence. */
  audio: Nullable(Schema.String),
  /** Loudness of each slice in [0, 1], relative to the loudest. */
  volumes: Schema.Array(Schema.Number),
  slice_length: Schema.Literal(20),
  display_text: Nullable(DisplayText),
  actions: Nullable(Actions),
  forwarded: Schema.Boolean
})
export type Audio = typeof Audio.Type

export const ToolCallStatus = message("tool_call_status", {
  tool_id: Schema.String,
  tool_name: Schema.String,
  name: Schema.String,
  status: Schema.Literal("running", "completed", "error"),
  content: Schema.String,
  timestamp: Schema.String,
  browser_view: Schema.optional(Anything),
  /** An extension: pictures among the results, as data URLs. */
  images: Schema.optional(Schema.Array(Schema.Struct({ mime_type: Schema.String, data: Schema.String })))
})

/** What a character has learnt of a person. Times are ISO-8601, UTC. */
const Memory = Schema.Struct({
  id: Schema.Number,
  text: Schema.String,
  /** From 1, hardly matters, to 10, must never be forgotten. */
  importance: Schema.Number,
  created: Schema.String,
  updated: Schema.String
})

const Extensions = Schema.Struct({
  /** Binary frames with microphone audio, in place of `number[]`. */
  binary_audio: Schema.Struct({
    format: Schema.Literal("pcm_s16le"),
    sample_rate: Schema.Literal(16_000),
    channels: Schema.Literal(1)
  }),
  /** `user-input-partial`: the transcript while one speaks, if the recogniser can. */
  partial_transcripts: Schema.Boolean,
  /** `mic-audio-cancel`: an utterance that is given up. */
  mic_audio_cancel: Schema.Boolean,
  /** `tool-consent-request` and `tool-consent`: the person is asked before a tool is called that wants it. */
  tool_consent: Schema.Boolean,
  /** `config-changed`: files of the configuration have changed while the server runs. */
  config_changes: Schema.Boolean,
  /** `wake-word-state`: whether the character waits for its wake word, for clients that ask for it. */
  wake_word_state: Schema.Boolean,
  /** `only_writes` of `use-extensions`, and `audience-update`: a client that nobody hears anything through. */
  only_writes: Schema.Boolean,
  /** `person` of `use-extensions`: who speaks, where several people use one character. */
  person: Schema.Boolean,
  /** `fetch-memories`, `edit-memory`, `delete-memory`: what the character has learnt of the person. */
  memories: Schema.Boolean,
  /** `limit` and `before` of `fetch-history-list`: a long list in parts. */
  history_pages: Schema.Boolean,
  /** `search-histories`: what was said, in whatever conversation. */
  history_search: Schema.Boolean,
  /** `rename-history`, and `title` in the list. */
  history_titles: Schema.Boolean,
  /** `limit` of `fetch-and-set-history`, and `fetch-history-messages`: a long conversation in parts. */
  history_messages: Schema.Boolean
})

/** What this version understands beyond the protocol. */
export const extensions: typeof Extensions.Type = {
  binary_audio: { format: "pcm_s16le", sample_rate: 16_000, channels: 1 },
  partial_transcripts: true,
  mic_audio_cancel: true,
  tool_consent: true,
  config_changes: true,
  wake_word_state: true,
  only_writes: true,
  person: true,
  memories: true,
  history_pages: true,
  history_search: true,
  history_titles: true,
  history_messages: true
}

/** Everything that the server may send, told apart by `type` (the wire format of Open-LLM-VTuber 1.2.1). */
export const ServerMessage = Schema.Union(
  message("control", { text: ControlText }),
  message("full-text", { text: Schema.String }),
  message("set-model-and-conf", {
    model_info: ModelInfo,
    conf_name: Schema.String,
    conf_uid: Schema.NonEmptyString,
    client_uid: Schema.String,
    /** What this server understands beyond the protocol; a client asks for it with `use-extensions`. */
    extensions: Schema.optional(Extensions)
  }),
  message("user-input-transcription", {
    text: Schema.String,
    /** What another client of the proxy has sent along, as it came. */
    images: Schema.optional(Schema.Array(Anything)),
    from_name: Schema.optional(Schema.String)
  }),
  // Extensions: sent only to clients that asked for them.
  message("user-input-partial", { text: Schema.String }),
  message("extensions-in-use", {
    binary_audio: Schema.NullOr(Schema.String),
    partial_transcripts: Schema.Boolean,
    tool_consent: Schema.Boolean,
    config_changes: Schema.Boolean,
    wake_word_state: Schema.Boolean,
    only_writes: Schema.Boolean,
    person: Schema.NullOr(Schema.String)
  }),
  // To those of a shared session that only write: how many others there are.
  message("audience-update", { listeners: Schema.Number }),
  // New sessions and switches have it; what runs goes on as it is.
  message("config-changed", { files: Schema.Array(Schema.String), message: Schema.String }),
  // Extensions: answers to a client that asked.
  message("memory-list", { memories: Schema.Array(Memory) }),
  message("memory-edited", { success: Schema.Boolean, id: Schema.Number }),
  message("memory-deleted", { success: Schema.Boolean, deleted: Schema.Number }),
  message("history-search-results", {
    /** What was looked for. */
    text: Schema.String,
    /** Newest first. */
    results: Schema.Array(HistoryFields.HistoryMatch),
    more: Schema.Boolean
  }),
  message("history-renamed", { success: Schema.Boolean, history_uid: Schema.String, title: Schema.String }),
  message("tool-consent-request", {
    tool_id: Schema.String,
    tool_name: Schema.String,
    /** The character that wants to call it. */
    name: Schema.String,
    arguments: Schema.Unknown,
    /** Seconds to answer in; after that it is a no. */
    expires_in: Schema.Number
  }),
  Audio,
  ToolCallStatus,
  message("backend-synth-complete", {}),
  message("force-new-message", {}),
  message("history-list", {
    histories: Schema.Array(
      Schema.Struct({
        uid: Schema.String,
        latest_message: HistoryFields.HistoryMessage,
        timestamp: Schema.String,
        /** An extension: what the person calls it, if they have named it. */
        title: Schema.optional(Schema.String)
      })
    ),
    /** An extension, in answer to a `limit`: whether there are older ones. */
    more: Schema.optional(Schema.Boolean)
  }),
  message("history-data", {
    messages: Schema.Array(HistoryFields.HistoryMessage),
    /** An extension, in answer to a `limit`: the place of the first of them among all of the conversation's, from 0. */
    first: Schema.optional(Schema.Number)
  }),
  message("history-messages", {
    history_uid: Schema.String,
    messages: Schema.Array(HistoryFields.HistoryMessage),
    /** The place of the first of them, from 0. */
    first: Schema.Number
  }),
  message("new-history-created", { history_uid: Schema.String }),
  message("history-deleted", { success: Schema.Boolean, history_uid: Schema.String }),
  message("config-files", {
    configs: Schema.Array(Schema.Struct({ filename: Schema.String, name: Schema.String }))
  }),
  message("config-switched", { message: Schema.String }),
  message("background-files", { files: Schema.Array(Schema.String) }),
  message("group-update", { members: Schema.Array(Schema.String), is_owner: Schema.Boolean }),
  message("group-operation-result", { success: Schema.Boolean, message: Schema.String }),
  message("interrupt-signal", { text: Schema.Literal("conversation-interrupted") }),
  message("error", { message: Schema.String }),
  message("heartbeat-ack", {}),
  message("mcp-tool-response", {
    tool_name: Schema.String,
    result: Schema.optional(Schema.Unknown),
    error: Schema.optional(Schema.String)
  }),
  message("adaptive-vad-response", {
    action: Schema.String,
    success: Schema.optional(Schema.Boolean),
    message: Schema.optional(Schema.String),
    error: Schema.optional(Schema.String)
  }),
  message("wake-word-state", {
    client_uid: Schema.String,
    action: Schema.Literal("wake_up", "sleep", "ignored"),
    matched_word: Schema.String,
    language: Schema.String,
    current_state: Schema.Literal("listening", "active"),
    stats: Schema.Struct({
      wake_count: Schema.Number,
      end_count: Schema.Number,
      ignored_count: Schema.Number,
      // Extensions: how often it fell asleep by itself, how often nothing was said in between, when it last woke.
      timeout_count: Schema.optional(Schema.Number),
      false_start_count: Schema.optional(Schema.Number),
      last_wake: Schema.optional(Nullable(Schema.String))
    }),
    advertisement_control: Schema.Struct({
      should_show_ads: Schema.Boolean,
      control_action: Schema.Literal("start_ads", "stop_ads"),
      trigger_reason: Schema.String
    })
  })
)
export type ServerMessage = typeof ServerMessage.Type

/** The fields that a person reads, and that are the server's own words. */
const readable = {
  "full-text": ["text"],
  error: ["message"],
  "config-changed": ["message"],
  "config-switched": ["message"],
  "group-operation-result": ["message"],
  tool_call_status: ["content"],
  "mcp-tool-response": ["error"],
  "adaptive-vad-response": ["message", "error"]
} as const

type Readable = typeof readable

type InWords<Message> = Message extends { readonly type: infer Type extends keyof Readable }
  ? {
      readonly [Field in keyof Message]: Field extends Readable[Type][number]
        ? Message[Field] | Text.Text
        : Message[Field]
    }
  : Message

/** A message as it is sent within the server: what people read of it is in no language yet. */
export type Outgoing = InWords<ServerMessage>

/** The message as it goes out. All texts of a session become those of its client here. */
export const inLanguage = (message: Outgoing, language: Language): ServerMessage => {
  if (!(message.type in readable)) return message as ServerMessage
  const said: Record<string, unknown> = { ...message }
  for (const field of readable[message.type as keyof Readable])
    if (Text.isText(said[field])) said[field] = Text.inLanguage(said[field], language)
  return said as ServerMessage
}

/** Messages that carry nothing but their type or one text. */
export const control = (text: ControlText): ServerMessage => ({ type: "control", text })
export const fullText = (text: Words): Outgoing => ({ type: "full-text", text })
export const failure = (message: Words): Outgoing => ({ type: "error", message })
