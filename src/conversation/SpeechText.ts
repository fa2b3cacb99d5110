import type { TtsPreprocessorConfig } from "../config/TtsPreprocessorConfig.ts"

/** What of a text is spoken, by `tts_preprocessor_config`. "" if nothing of it is. */
export const filter = (config: TtsPreprocessorConfig, text: string): string => {
  let spoken = text
  if (config.ignore_asterisks) spoken = withoutAsterisks(spoken)
  if (config.ignore_brackets) spoken = withoutNested(spoken, "[", "]")
  if (config.ignore_parentheses) spoken = withoutNested(withoutNested(spoken, "(", ")"), "（", "）")
  if (config.ignore_angle_brackets) spoken = withoutNested(spoken, "<", ">")
  if (config.remove_special_char) spoken = withoutSpecialCharacters(spoken)
  spoken = spoken.replace(/\s+/gu, " ").trim()
  return isSpeakable(spoken) ? spoken : ""
}

/** Whether there is a letter or a digit to speak. */
const isSpeakable = (text: string): boolean => /[\p{L}\p{N}]/u.test(text)

/** Takes out everything between `open` and its own `close`, nested pairs included. What never closes stays. */
const withoutNested = (text: string, open: string, close: string): string => {
  if (!text.includes(open)) return text
  let kept = ""
  let depth = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === open) {
      if (depth === 0) {
        kept += text.slice(from, at)
        from = at
      }
      depth++
    } else if (text[at] === close && depth > 0) {
      depth--
      if (depth === 0) from = at + 1
    }
  }
  return kept + text.slice(from)
}

/** `*smiles*` and `**bold**` alike: what stands between asterisks is stage direction. */
const withoutAsterisks = (text: string): string => text.replace(/(\*{1,3})(?!\s)[^*]+\1/gu, "")

/** Compatibility forms become plain ones (NFKC); letters, marks, numbers, punctuation and white space stay. */
const withoutSpecialCharacters = (text: string): string =>
  text.normalize("NFKC").replace(/[^\p{L}\p{M}\p{N}\p{P}\s]/gu, "")
