import { FileSystem } from "@effect/platform"
import { Effect, Option } from "effect"
import { createHash } from "node:crypto"

const decode = (encoding: string) => {
  const decoder = new TextDecoder(encoding, { fatal: true })
  return Option.liftThrowable((bytes: Uint8Array) => decoder.decode(bytes))
}

/** Open-LLM-VTuber reads both, since editors of Chinese Windows write the second one. */
const encodings = ["utf-8", "gbk"] as const
const decoders = encodings.map((encoding) => ({ encoding, decode: decode(encoding) }))

const mark = [0xef, 0xbb, 0xbf]

/** A file's text. */
export interface Text {
  readonly text: string
  /** Says whether two files have the same bytes. */
  readonly digest: string
  readonly encoding: (typeof encodings)[number]
  /** Whether a byte order mark stands before it. */
  readonly marked: boolean
  /** Where it stops being one, in characters: there stands a byte that belongs to no text. */
  readonly broken?: number
}

/** Reads a text in UTF-8, with or without a byte order mark, or in GBK. */
export const read = Effect.fn("TextFile.read")(function* (file: string) {
  const bytes = yield* (yield* FileSystem.FileSystem).readFile(file)
  const digest = createHash("sha256").update(bytes).digest("hex")
  const marked = mark.every((byte, index) => bytes[index] === byte)
  const found = decoders.map(({ decode, encoding }) =>
    Option.map(decode(bytes), (text): Text => ({ text, digest, encoding, marked }))
  )
  return Option.match(Option.firstSomeOf(found), {
    onSome: (text) => text,
    onNone: (): Text => {
      const text = new TextDecoder().decode(bytes)
      return { text, digest, encoding: "utf-8", marked, broken: text.indexOf("\uFFFD") }
    }
  })
})

/** Another text as a file's bytes, in that file's encoding; undefined if that has no bytes for it. */
export const bytesLike = ({ encoding, marked }: Text, text: string): Uint8Array | undefined => {
  if (encoding === "utf-8") return new TextEncoder().encode(marked ? `\uFEFF${text}` : text)
  const known = gbkBytes()
  const bytes = Array.from(text, (letter) => (letter < "\u0080" ? [letter.charCodeAt(0)] : known.get(letter)))
  return bytes.includes(undefined) ? undefined : Uint8Array.from(bytes.flatMap((pair) => pair ?? []))
}

/** What the platform writes is UTF-8 alone: every pair of bytes is read once. */
const gbkBytes = (): ReadonlyMap<string, ReadonlyArray<number>> => {
  const decoder = new TextDecoder("gbk")
  const known = new Map<string, ReadonlyArray<number>>()
  for (let first = 0x81; first <= 0xfe; first++)
    for (let second = 0x40; second <= 0xfe; second++) {
      const letter = decoder.decode(Uint8Array.of(first, second))
      if (letter.length === 1 && letter !== "\uFFFD" && !known.has(letter)) known.set(letter, [first, second])
    }
  return known
}
