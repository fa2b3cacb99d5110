import { FileSystem } from "@effect/platform"
import { Effect, Option } from "effect"
import { createHash } from "node:crypto"

const decode = (encoding: string) => {
  const decoder = new TextDecoder(encoding, { fatal: true })
  return Option.liftThrowable((bytes: Uint8Array) => decoder.decode(bytes))
}

/** Open-LLM-VTuber reads both, since editors of Chinese Windows write the second one. */
const decoders = [decode("utf-8"), decode("gbk")]

/** A file's text. */
export interface Text {
  readonly text: string
  /** Says whether two files have the same bytes. */
  readonly digest: string
  /** Where it stops being one, in characters: there stands a byte that belongs to no text. */
  readonly broken?: number
}

/** Reads a text in UTF-8, with or without a byte order mark, or in GBK. */
export const read = Effect.fn("TextFile.read")(function* (file: string) {
  const bytes = yield* (yield* FileSystem.FileSystem).readFile(file)
  const digest = createHash("sha256").update(bytes).digest("hex")
  return Option.match(Option.firstSomeOf(decoders.map((decoder) => decoder(bytes))), {
    onSome: (text): Text => ({ text, digest }),
    onNone: (): Text => {
      const text = new TextDecoder().decode(bytes)
      return { text, digest, broken: text.indexOf("\uFFFD") }
    }
  })
})
