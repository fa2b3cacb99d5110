/** What XML 1.0 has no place for: control characters and halves of surrogate pairs (its section 2.2). */
const impossible = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;"
}

/** Text as it stands in XML, in an element or in quotation marks. */
export const escape = (text: string): string =>
  text.replaceAll(impossible, " ").replaceAll(/[&<>"']/g, (character) => entities[character]!)

export interface Speech {
  readonly voice: string
  readonly text: string
  /** As SSML has it: `+10%`, `high`. */
  readonly pitch: string
  /** As SSML has it: `1.2`, `+10%`, `slow`. */
  readonly rate: string
}

/** A document that has a voice say something (SSML 1.1, as Microsoft's services read it). */
export const document = ({ pitch, rate, text, voice }: Speech): string =>
  `<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="${languageOf(voice)}">` +
  `<voice name="${escape(voice)}"><prosody pitch="${escape(pitch)}" rate="${escape(rate)}">` +
  `${escape(text)}</prosody></voice></speak>`

/** Names of voices begin with their language, such as `zh-CN-XiaoxiaoNeural`. */
const languageOf = (voice: string): string =>
  /^[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}(?=-)/.exec(voice)?.[0] ?? "en-US"
