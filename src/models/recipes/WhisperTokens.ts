import * as Schema from "effect/Schema"
import type { Dimensions } from "./WhisperLayers.ts"

/** What is needed of a `tokenizer.json`. */
const Tokenizer = Schema.parseJson(
  Schema.Struct({
    added_tokens: Schema.Array(Schema.Struct({ id: Schema.Int, content: Schema.String })),
    model: Schema.Struct({ vocab: Schema.Record({ key: Schema.String, value: Schema.Int }) })
  })
)
export type Tokenizer = typeof Tokenizer.Type

/** Throws if the text is none. */
export const read = Schema.decodeSync(Tokenizer)

const special = ({ added_tokens }: Tokenizer) => {
  const ids = new Map(added_tokens.map(({ content, id }) => [content, id]))
  return (name: string): number | undefined => ids.get(`<|${name}|>`)
}

const needed = (tokenizer: Tokenizer) => {
  const find = special(tokenizer)
  return (name: string): number => {
    const id = find(name)
    if (id === undefined) throw new Error(`its tokenizer lacks <|${name}|>`)
    return id
  }
}

/** From this size of the vocabulary on, a Whisper knows several languages. */
const manyLanguages = 51_865
/** The token of a single space. */
const blank = 220

/** What sherpa-onnx reads about a Whisper from the encoder's metadata. */
export const metadataOf = (
  tokenizer: Tokenizer,
  dimensions: Dimensions
): Readonly<Record<string, string>> => {
  const { audioContext, decoder, encoder, mels, textContext, vocabulary, width } = dimensions
  const find = special(tokenizer)
  const id = needed(tokenizer)
  const [start, transcribe, translate] = [id("startoftranscript"), id("transcribe"), id("translate")]
  const multilingual = vocabulary >= manyLanguages
  const languages = tokenizer.added_tokens.filter(
    ({ content, id }) => /^<\|[a-z]{2,3}\|>$/.test(content) && id > start && id < translate
  )
  const metadata = {
    model_type: "whisper",
    version: 1,
    n_mels: mels,
    n_audio_ctx: audioContext,
    n_audio_state: width,
    n_audio_head: encoder.heads,
    n_audio_layer: encoder.layers,
    n_vocab: vocabulary,
    n_text_ctx: textContext,
    n_text_state: width,
    n_text_head: decoder.heads,
    n_text_layer: decoder.layers,
    sot_sequence: multilingual ? `${start},${id("en")},${transcribe}` : start,
    all_language_tokens: languages.map(({ id }) => id).join(","),
    all_language_codes: languages.map(({ content }) => content.slice(2, -2)).join(","),
    sot: start,
    sot_index: 0,
    eot: id("endoftext"),
    blank_id: blank,
    is_multilingual: multilingual ? 1 : 0,
    no_speech: find("nospeech") ?? find("nocaptions") ?? transcribe + 3,
    non_speech_tokens: "",
    transcribe,
    translate,
    sot_prev: id("startofprev"),
    sot_lm: id("startoflm"),
    no_timestamps: id("notimestamps")
  }
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, String(value)]))
}

/**
 * The characters by which byte-level BPE writes bytes (as GPT-2's tokenizer does): printable ones stand for themselves,
 * the others have characters from 256 on, in their order.
 */
const byteOfCharacter: ReadonlyMap<number, number> = (() => {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  const characters = new Map<number, number>()
  let others = 0
  for (let byte = 0; byte < 256; byte++) characters.set(printable(byte) ? byte : 256 + others++, byte)
  return characters
})()

/** sherpa-onnx's `tokens.txt`: a line for each token of text, its bytes in base64 and its id. */
export const textOf = (tokenizer: Tokenizer): string => {
  const end = needed(tokenizer)("endoftext")
  const base64 = (token: string) =>
    Buffer.from(
      Array.from(token, (character) => byteOfCharacter.get(character.codePointAt(0)!) ?? 0)
    ).toString("base64")
  return Object.entries(tokenizer.model.vocab)
    .filter(([token, id]) => id < end && token !== "")
    .sort(([, a], [, b]) => a - b)
    .map(([token, id]) => `${base64(token)} ${id}\n`)
    .join("")
}
