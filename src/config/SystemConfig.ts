import { Schema } from "effect"
import * as Fields from "./Fields.ts"

/** The ports there are; 0 lets the system choose. */
export const ports = { min: 0, max: 65_535 }

const promptName = Fields.maybe(Fields.Text)

/** A prompt's purpose to the name of its file in `prompts/utils`, without `.txt`. */
const ToolPrompts = Schema.Struct({
  live2d_expression_prompt: promptName,
  think_tag_prompt: promptName,
  live_prompt: promptName,
  group_conversation_prompt: promptName,
  mcp_prompt: promptName,
  proactive_speak_prompt: promptName,
  speakable_prompt: promptName,
  tool_guidance_prompt: promptName
})
export type ToolPrompts = typeof ToolPrompts.Type

/** The `system_config` section: the server itself. */
export const SystemConfig = Schema.Struct({
  conf_version: Fields.withDefault(Fields.Text, "v1.2.1"),
  /** The address to listen on. Defaults to localhost. */
  host: Fields.withDefault(Fields.NonEmptyText, "localhost"),
  /** The port to listen on; 0 lets the system choose. Defaults to 12393. */
  port: Fields.withDefault(Fields.IntIn(ports), 12_393),
  /** The folder of further characters, relative to the configuration file. Defaults to `characters`. */
  config_alts_dir: Fields.withDefault(Fields.NonEmptyText, "characters"),
  tool_prompts: Fields.withDefault(Fields.section(ToolPrompts), {}),
  enable_proxy: Fields.withDefault(Fields.Flag, false),
  media_server: Fields.maybe(Fields.Anything),
  /** Origins of web pages that may connect, beside the server's own. Defaults to none. */
  allowed_origins: Fields.withDefault(Fields.TextList, []),
  /** The history database: a file, relative to the configuration file, or postgres://… Defaults to `data/history.db`. */
  database: Fields.withDefault(Fields.NonEmptyText, "data/history.db"),
  /** The folder of downloaded models. */
  models_dir: Fields.maybe(Fields.NonEmptyText),
  /** Whether models are only used, and never fetched. Defaults to false. */
  offline: Fields.withDefault(Fields.Flag, false),
  /** Seconds that a model stays loaded without a session. Defaults to 300. */
  engine_idle_seconds: Fields.withDefault(Fields.FloatIn({ min: 0 }), 300),
  /** Seconds beyond the audio's own length to wait for a client's playback. Defaults to 15, at least 10. */
  playback_grace_seconds: Fields.withDefault(Fields.FloatIn({ min: 10 }), 15)
})
export type SystemConfig = typeof SystemConfig.Type
