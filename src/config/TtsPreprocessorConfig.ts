import { Schema } from "effect"
import * as Fields from "./Fields.ts"

const flag = Fields.withDefault(Fields.Flag, true)
const text = Fields.required(Fields.Text)

/** A server that speaks DeepLX's API. */
const DeepLxConfig = Schema.Struct({
  deeplx_target_lang: Fields.required(Fields.NonEmptyText),
  /** The whole address, such as `http://localhost:1188/translate`. */
  deeplx_api_endpoint: Fields.required(Fields.HttpUrl)
})
export type DeepLxConfig = typeof DeepLxConfig.Type

/** Tencent Cloud's machine translation. */
const TencentConfig = Schema.Struct({
  secret_id: Fields.required(Fields.Secret),
  secret_key: Fields.required(Fields.Secret),
  region: text,
  source_lang: text,
  target_lang: text,
  endpoint: Fields.withDefault(Fields.NonEmptyText, "tmt.tencentcloudapi.com")
})
export type TencentConfig = typeof TencentConfig.Type

/** The `translator_config` section: in which language sentences are spoken. What is shown stays as it was written. */
const TranslatorConfig = Schema.Struct({
  translate_audio: Fields.withDefault(Fields.Flag, false),
  translate_provider: Fields.maybe(Fields.Choice("deeplx", "tencent", "llm")),
  deeplx: Fields.maybe(Fields.section(DeepLxConfig)),
  tencent: Fields.maybe(Fields.section(TencentConfig)),
  /** The character's own model. `target_lang` in words, such as `Japanese`. */
  llm: Fields.maybe(Fields.section(Schema.Struct({ target_lang: Fields.required(Fields.NonEmptyText) })))
})
export type TranslatorConfig = typeof TranslatorConfig.Type

/** The `tts_preprocessor_config` section: what of a sentence is spoken. */
export const TtsPreprocessorConfig = Schema.Struct({
  /** Speak letters, numbers, punctuation and white space only. Defaults to true. */
  remove_special_char: flag,
  ignore_brackets: flag,
  ignore_parentheses: flag,
  ignore_asterisks: flag,
  ignore_angle_brackets: flag,
  translator_config: Fields.withDefault(Fields.section(TranslatorConfig), {})
})
export type TtsPreprocessorConfig = typeof TtsPreprocessorConfig.Type
