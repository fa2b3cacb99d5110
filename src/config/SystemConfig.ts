import { Schema } from "effect"
import * as Fields from "./Fields.ts"

/** The ports there are; 0 lets the system choose. */
export const ports = { min: 0, max: 65_535 }

const promptName = (about: string) => Fields.maybe(Fields.Text, about)

/** A prompt's purpose to the name of its file in `prompts/utils`, without `.txt`. */
const ToolPrompts = Schema.Struct({
  live2d_expression_prompt: promptName("Tells the model which emotion keywords the avatar knows."),
  think_tag_prompt: promptName("Asks the model to write thoughts that are shown and not spoken."),
  live_prompt: promptName("Tells the model that it reads the chat of a live stream."),
  group_conversation_prompt: promptName("Tells the model who takes part in a group conversation."),
  mcp_prompt: promptName(
    "Tells a model that has no calls of its own how to write one. Without the key: `mcp_prompt`."
  ),
  proactive_speak_prompt: promptName("What the model is told when it may speak up by itself."),
  speakable_prompt: promptName("Asks the model for text that a voice can say."),
  tool_guidance_prompt: promptName("Tells the model when to use tools.")
})
export type ToolPrompts = typeof ToolPrompts.Type

/** How clients talk in groups. */
const Groups = Schema.Struct({
  speakers: Fields.withDefault(
    Fields.Choice("round_robin", "addressed", "model"),
    "round_robin",
    "Whose character speaks next: one after the other; whoever was addressed by name; or whom the model of the last speaker names."
  ),
  patience_seconds: Fields.withDefault(
    Fields.FloatIn({ min: 1, max: 600 }),
    30,
    "Seconds that a group waits for a member whose client takes nothing or whose model writes nothing, before the next one speaks."
  )
})

/** Phrases that voices have spoken, kept for the next time. */
const VoiceCache = Schema.Struct({
  memory_mb: Fields.withDefault(
    Fields.IntIn({ min: 0, max: 4096 }),
    16,
    "MiB of sound that is kept in memory, for all voices: a phrase that recurs is not synthesised again. 0: none."
  ),
  disk_mb: Fields.withDefault(
    Fields.IntIn({ min: 0, max: 1_000_000 }),
    0,
    "MiB of sound that is kept on the disk, of phrases that have been spoken twice. 0: none."
  ),
  folder: Fields.withDefault(
    Fields.NonEmptyText,
    "cache/voices",
    "Where that is kept, relative to the configuration file."
  )
})

/** The `system_config` section: the server itself. */
export const SystemConfig = Schema.Struct({
  conf_version: Fields.withDefault(
    Fields.Text,
    "v1.2.1",
    "The version of the format that the file is written in. Older ones are read as the newest; `seiyuu config migrate` rewrites them."
  ),
  host: Fields.withDefault(
    Fields.NonEmptyText,
    "localhost",
    "The address to listen on; `0.0.0.0` lets other machines connect."
  ),
  port: Fields.withDefault(Fields.IntIn(ports), 12_393, "The port to listen on; 0 lets the system choose."),
  config_alts_dir: Fields.withDefault(
    Fields.NonEmptyText,
    "characters",
    "The folder of further characters, relative to the configuration file."
  ),
  tool_prompts: Fields.withDefault(
    Fields.section(ToolPrompts),
    {},
    "What the model is told beside the persona: each key names a file of `prompts/utils`, without `.txt`."
  ),
  enable_proxy: Fields.withDefault(Fields.Flag, false, "Whether clients may connect to one shared session."),
  media_server: Fields.maybe(Fields.Anything, "The kiosk's media server."),
  language: Fields.withDefault(
    Fields.Choice("auto", "en", "zh"),
    "auto",
    "The language of messages to clients, English or Chinese; `auto`: what each client asks for (`Accept-Language`), else English."
  ),
  allowed_origins: Fields.withDefault(
    Fields.TextList,
    [],
    "Origins of web pages that may connect, beside the server's own."
  ),
  database: Fields.withDefault(
    Fields.NonEmptyText,
    "data/history.db",
    "The history database: a file, relative to the configuration file, or `postgres://…`."
  ),
  models_dir: Fields.maybe(
    Fields.NonEmptyText,
    "The folder of downloaded models. Without the key: a folder of the user's cache."
  ),
  offline: Fields.withDefault(Fields.Flag, false, "Whether models are only used, and never fetched."),
  engine_idle_seconds: Fields.withDefault(
    Fields.FloatIn({ min: 0 }),
    300,
    "Seconds that a model stays loaded without a session."
  ),
  voice_cache: Fields.withDefault(
    Fields.section(VoiceCache),
    {},
    "Phrases that voices have spoken, kept for the next time."
  ),
  playback_grace_seconds: Fields.withDefault(
    Fields.FloatIn({ min: 10 }),
    15,
    "Seconds beyond the audio's own length to wait for a client's playback."
  ),
  groups: Fields.withDefault(Fields.section(Groups), {}, "How several clients talk in one conversation.")
})
export type SystemConfig = typeof SystemConfig.Type
