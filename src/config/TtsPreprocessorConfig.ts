import { Schema } from "effect"
import * as Fields from "./Fields.ts"

const unspoken = (what: string) =>
  Fields.withDefault(Fields.Flag, true, `Do not speak what stands in ${what}.`)
const text = (about: string) => Fields.required(Fields.Text, about)

/** A server that speaks DeepLX's API. */
const DeepLxConfig = Schema.Struct({
  deeplx_target_lang: Fields.required(Fields.NonEmptyText, "The language that is spoken, such as `JA`."),
  deeplx_api_endpoint: Fields.required(
    Fields.HttpUrl,
    "The whole address, such as `http://localhost:1188/translate`."
  )
})
export type DeepLxConfig = typeof DeepLxConfig.Type

/** Tencent Cloud's machine translation. */
const TencentConfig = Schema.Struct({
  secret_id: Fields.required(Fields.Secret, "The id of the account's key."),
  secret_key: Fields.required(Fields.Secret, "The account's key."),
  region: text("The region that is asked, such as `ap-guangzhou`."),
  source_lang: text("The language that is written, such as `en`."),
  target_lang: text("The language that is spoken, such as `ja`."),
  endpoint: Fields.withDefault(Fields.NonEmptyText, "tmt.tencentcloudapi.com", "The host that is asked.")
})
export type TencentConfig = typeof TencentConfig.Type

/** The character's own model. */
const ModelTranslation = Schema.Struct({
  target_lang: Fields.required(
    Fields.NonEmptyText,
    "The language that is spoken, in words, such as `Japanese`."
  )
})

/** The `translator_config` section: in which language sentences are spoken. What is shown stays as it was written. */
const TranslatorConfig = Schema.Struct({
  translate_audio: Fields.withDefault(
    Fields.Flag,
    false,
    "Whether sentences are translated before they are spoken."
  ),
  translate_provider: Fields.maybe(Fields.Choice("deeplx", "tencent", "llm"), "What translates."),
  deeplx: Fields.maybe(Fields.section(DeepLxConfig), "A server that speaks DeepLX's API."),
  tencent: Fields.maybe(Fields.section(TencentConfig), "Tencent Cloud's machine translation."),
  llm: Fields.maybe(Fields.section(ModelTranslation), "The character's own model translates.")
})
export type TranslatorConfig = typeof TranslatorConfig.Type

/** The `tts_preprocessor_config` section: what of a sentence is spoken. */
export const TtsPreprocessorConfig = Schema.Struct({
  remove_special_char: Fields.withDefault(
    Fields.Flag,
    true,
    "Speak letters, numbers, punctuation and white space only."
  ),
  ignore_brackets: unspoken("square brackets"),
  ignore_parentheses: unspoken("parentheses"),
  ignore_asterisks: unspoken("asterisks"),
  ignore_angle_brackets: unspoken("angle brackets"),
  translator_config: Fields.withDefault(
    Fields.section(TranslatorConfig),
    {},
    "In which language sentences are spoken. What is shown stays as it was written."
  )
})
export type TtsPreprocessorConfig = typeof TtsPreprocessorConfig.Type
