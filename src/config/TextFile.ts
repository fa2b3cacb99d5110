import { FileSystem } from "@effect/platform"
import { Effect, Option } from "effect"

const decode = (encoding: string) => {
  const decoder = new TextDecoder(encoding, { fatal: true })
  return Option.liftThrowable((bytes: Uint8Array) => decoder.decode(bytes))
}

/** Open-LLM-VTuber reads both, since editors of Chinese Windows write the second one. */
const decoders = [decode("utf-8"), decode("gbk")]

/** How many bytes of it are UTF-8 before the first that is none. */
const soundBytes = (bytes: Uint8Array): number => {
  let [sound, broken] = [0, bytes.length]
  while (sound < broken) {
    const middle = Math.ceil((sound + broken) / 2)
    // A character may go on behind the middle.
    const decoder = new TextDecoder("utf-8", { fatal: true })
    const isSound = Option.isSome(
      Option.liftThrowable(() => decoder.decode(bytes.subarray(0, middle), { stream: true }))()
    )
    if (isSound) sound = middle
    else broken = middle - 1
  }
  return sound
}

/** A file's text, or the part of it before the first byte that belongs to no text. */
export interface Text {
  readonly text: string
  readonly isWhole: boolean
}

/** Reads a text in UTF-8, with or without a byte order mark, or in GBK. */
export const read = Effect.fn("TextFile.read")(function* (file: string) {
  const bytes = yield* (yield* FileSystem.FileSystem).readFile(file)
  const text = Option.firstSomeOf(decoders.map((decoder) => decoder(bytes)))
  return Option.match(text, {
    onSome: (text): Text => ({ text, isWhole: true }),
    onNone: (): Text => ({
      text: new TextDecoder().decode(bytes.subarray(0, soundBytes(bytes)), { stream: true }),
      isWhole: false
    })
  })
})
