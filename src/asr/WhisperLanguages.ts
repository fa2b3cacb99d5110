/**
 * The languages of Whisper's multilingual models, by ISO 639-1 code where there is one (the list is that of the models'
 * own tokens). The library ends its process over any other word.
 */
const codes =
  "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is it " +
  "ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so " +
  "sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh"

const known = new Set(codes.split(" "))

export const isKnown = (language: string): boolean => language === "auto" || known.has(language)
