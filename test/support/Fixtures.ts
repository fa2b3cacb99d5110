import type { TtsPreprocessorConfig } from "../../src/config/TtsPreprocessorConfig.ts"

/** Leave everything out that can be left out. */
export const preprocessor: TtsPreprocessorConfig = {
  remove_special_char: true,
  ignore_brackets: true,
  ignore_parentheses: true,
  ignore_asterisks: true,
  ignore_angle_brackets: true,
  translator_config: { translate_audio: false, translate_provider: undefined, deeplx: undefined, tencent: undefined }
}
