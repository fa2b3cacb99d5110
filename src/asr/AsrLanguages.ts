import type { SherpaAsrModel } from "./SherpaAsrModel.ts"

/**
 * Of Whisper's multilingual models, by ISO 639-1 code where there is one: the list is that of the models' own tokens.
 * Cantonese is missing: only the third large model has a token of its own for it.
 */
const whisper =
  "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is it " +
  "ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so " +
  "sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh"

/** Languages by type of model, as sherpa-onnx 1.13 has them: it ends its process over any other word. */
const languages: Partial<Readonly<Record<SherpaAsrModel["type"], ReadonlyArray<string>>>> = {
  whisper: whisper.split(" "),
  sense_voice: ["zh", "en", "ja", "ko", "yue"],
  canary: ["en", "es", "de", "fr"],
  cohere_transcribe: "ar de el en es fr it ja ko nl pl pt vi zh".split(" ")
}

/** Whether a model of this type has to be told which language is spoken. Others are left alone with it. */
export const isTold = (type: SherpaAsrModel["type"]): boolean => languages[type] !== undefined

/** The languages that a model of this type can be told, if it does not know this one. `auto` is known to all. */
export const unknownTo = (
  type: SherpaAsrModel["type"],
  language: string
): ReadonlyArray<string> | undefined => {
  const known = languages[type]
  return language === "auto" || known?.includes(language) !== false ? undefined : known
}
