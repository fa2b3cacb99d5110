import { PbfReader, PbfWriter } from "pbf"
import * as Schema from "effect/Schema"
import { writeMetadata } from "./OnnxGraph.ts"

/** What is needed of a piper voice's `.onnx.json`. */
const PiperConfig = Schema.Struct({
  audio: Schema.Struct({ sample_rate: Schema.Int.pipe(Schema.positive()) }),
  /** How text becomes sounds; voices of the first years do not say it. */
  phoneme_type: Schema.optionalWith(Schema.String, { default: () => "espeak", nullable: true }),
  espeak: Schema.optionalWith(Schema.Struct({ voice: Schema.NonEmptyString }), { nullable: true }),
  num_speakers: Schema.optionalWith(Schema.Int.pipe(Schema.positive()), { default: () => 1, nullable: true }),
  language: Schema.optionalWith(
    Schema.Struct({
      code: Schema.optional(Schema.NonEmptyString),
      name_english: Schema.optional(Schema.NonEmptyString)
    }),
    { nullable: true }
  ),
  phoneme_id_map: Schema.Record({ key: Schema.String, value: Schema.NonEmptyArray(Schema.Int) })
})
export type PiperConfig = typeof PiperConfig.Type

/** A voice that sherpa-onnx can speak with: it makes sounds of text with eSpeak NG. */
export type SpokenConfig = PiperConfig & { readonly espeak: NonNullable<PiperConfig["espeak"]> }

export const fromJson = Schema.parseJson(PiperConfig)

export const isSpoken = (config: PiperConfig): config is SpokenConfig =>
  config.phoneme_type === "espeak" && config.espeak !== undefined

/** What sherpa-onnx reads about a piper voice from its metadata. */
const metadataOf = ({ audio, espeak, language, num_speakers }: SpokenConfig) => ({
  model_type: "vits",
  comment: "piper",
  language: language?.name_english ?? "English",
  voice: espeak.voice,
  has_espeak: "1",
  n_speakers: String(num_speakers),
  sample_rate: String(audio.sample_rate)
})

/** Numbers of the fields of onnx.proto's `ModelProto`. */
const graph = 7
const metadataProps = 14

const keyOf = (reader: PbfReader): string =>
  reader.readMessage(
    (field, entry: { key: string }, message) => {
      if (field === 1) entry.key = message.readString()
    },
    { key: "" }
  ).key

/** The keys of the metadata that an ONNX model has; `undefined` if the bytes are no ONNX model. */
const keysIn = (model: Uint8Array): ReadonlySet<string> | undefined => {
  const reader = new PbfReader(model)
  const keys = new Set<string>()
  let hasGraph = false
  try {
    for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
      if (field === graph && reader.type === 2) hasGraph = true
      if (field === metadataProps) keys.add(keyOf(reader))
    }
  } catch {
    return undefined
  }
  // The reader skips without looking whether so much is there.
  return hasGraph && reader.pos === model.length ? keys : undefined
}

/** The bytes to append to a voice so that sherpa-onnx knows it; `undefined` if `model` is no ONNX model. */
export const appendix = (model: Uint8Array, config: SpokenConfig): Uint8Array | undefined => {
  const known = keysIn(model)
  if (known === undefined) return undefined
  const writer = new PbfWriter()
  writeMetadata(
    writer,
    Object.fromEntries(Object.entries(metadataOf(config)).filter(([key]) => !known.has(key)))
  )
  return writer.finish()
}

/** sherpa-onnx's `tokens.txt`: a line for each phoneme, with its number. */
export const tokensOf = ({ phoneme_id_map }: PiperConfig): string =>
  Object.entries(phoneme_id_map)
    .map(([phoneme, [id]]) => `${phoneme} ${id}\n`)
    .join("")
