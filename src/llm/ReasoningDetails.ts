import { Option, Schema } from "effect"
import type { MetadataExtractor } from "@ai-sdk/openai-compatible"
import { detailsKey } from "./AiSdkAnswer.ts"

/** A chunk of an answer, as far as it is about the model's reasoning. */
const Chunk = Schema.Struct({
  choices: Schema.Array(
    Schema.Struct({
      delta: Schema.Struct({
        reasoning_details: Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
      })
    })
  )
})
const decode = Schema.decodeUnknownOption(Chunk)

type Detail = Record<string, unknown>

/** Pieces of one block of reasoning have the same index; their texts are one text. */
const append = (details: Array<Detail>, piece: Detail): void => {
  const before = details.at(-1)
  if (before === undefined || before["index"] !== piece["index"] || before["type"] !== piece["type"])
    return void details.push({ ...piece })
  for (const [key, value] of Object.entries(piece)) {
    const isText = ["text", "summary", "data"].includes(key)
    before[key] = isText && typeof value === "string" ? `${String(before[key] ?? "")}${value}` : value
  }
}

/** Keeps OpenRouter's `reasoning_details`, which it wants back with the calls that they led to. */
export const extractor: MetadataExtractor = {
  extractMetadata: () => Promise.resolve(undefined),
  createStreamExtractor: () => {
    const details: Array<Detail> = []
    return {
      processChunk: (chunk) => {
        const found = Option.match(decode(chunk), {
          onNone: () => [],
          onSome: ({ choices }) => choices[0]?.delta.reasoning_details ?? []
        })
        for (const piece of found) append(details, piece)
      },
      // It is JSON, as it came.
      buildMetadata: () =>
        details.length === 0 ? undefined : { openrouter: { [detailsKey]: details as never } }
    }
  }
}
