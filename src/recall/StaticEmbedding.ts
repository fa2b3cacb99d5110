import { Tokenizer } from "@huggingface/tokenizers"
import { Effect, Schema } from "effect"
import { readFile } from "node:fs/promises"

/** Characters of a text that are looked at: a fact is a sentence, and what is said begins with what it is about. */
const longest = 2000

/** The files of a model with one vector per token. */
export interface Files {
  /** `.safetensors` with one tensor of 16-bit numbers, a row per token. */
  readonly weights: string
  /** `tokenizer.json` */
  readonly tokenizer: string
}

/** The files are not those of such a model. */
export class NotAModel extends Schema.TaggedError<NotAModel>()("NotAModel", { cause: Schema.Defect }) {
  override get message(): string {
    return "its files are missing or broken"
  }
}

/** The meaning of a text as a direction; 8 bits a number, the largest of them ±127. */
export type Embed = (text: string) => Int8Array

const Header = Schema.parseJson(
  Schema.Record({
    key: Schema.String,
    value: Schema.Struct({
      dtype: Schema.Literal("F16"),
      shape: Schema.Tuple(Schema.Number, Schema.Number),
      data_offsets: Schema.Tuple(Schema.Number, Schema.Number)
    })
  })
)

/** Loads a model whose meaning of a text is the mean of its tokens' vectors: it takes microseconds a sentence. */
export const load = Effect.fn("StaticEmbedding.load")(
  function* (files: Files) {
    const file = yield* Effect.tryPromise(() => readFile(files.weights))
    const text = yield* Effect.tryPromise(() => readFile(files.tokenizer, "utf8"))
    const from = 8 + Number(file.readBigUInt64LE(0))
    const header = yield* Schema.decode(Header)(file.toString("utf8", 8, from))
    const { data_offsets, shape } = Object.values(header)[0]!
    const [rows, width] = shape
    const start = file.byteOffset + from + data_offsets[0]
    // A copy: the numbers may begin at an odd place.
    const table = new Uint16Array(file.buffer.slice(start, start + 2 * rows * width))
    const tokenizer = yield* Effect.try(
      () => new Tokenizer(JSON.parse(text) as ConstructorParameters<typeof Tokenizer>[0], {})
    )

    const embed: Embed = (text) => {
      const { ids } = tokenizer.encode(text.slice(0, longest), { add_special_tokens: false })
      const sum = new Float64Array(width)
      for (const id of ids) {
        if (id >= rows) continue
        for (let place = 0; place < width; place++) sum[place]! += halves[table[id * width + place]!]!
      }
      const largest = sum.reduce((most, number) => Math.max(most, Math.abs(number)), 0)
      return Int8Array.from(sum, (number) => (largest === 0 ? 0 : Math.round((127 * number) / largest)))
    }
    return embed
  },
  Effect.catchAllCause((cause) => new NotAModel({ cause }))
)

/** Every number of 16 bits (IEEE 754 half precision). */
const halves = Float32Array.from({ length: 2 ** 16 }, (_, bits) => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
})
