import { Schema } from "effect"
import * as Fields from "./Fields.ts"

const flag = Fields.withDefault(Fields.Flag, true)
const text = Fields.required(Fields.Text)

const TranslatorConfig = Schema.Struct({
  translate_audio: Fields.withDefault(Fields.Flag, false),
  translate_provider: Fields.maybe(Fields.Choice("deeplx", "tencent")),
  deeplx: Fields.maybe(
    Fields.section(Schema.Struct({ deeplx_target_lang: text, deeplx_api_endpoint: text }))
  ),
  tencent: Fields.maybe(
    Fields.section(
      Schema.Struct({
        secret_id: Fields.required(Fields.Secret),
        secret_key: Fields.required(Fields.Secret),
        region: text,
        source_lang: text,
        target_lang: text
      })
    )
  )
})

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
