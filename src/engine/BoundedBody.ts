import type { HttpClientResponse } from "@effect/platform"
import { Effect, Stream } from "effect"

/** A body as text, or `undefined` if it has more than `longest` bytes, perhaps without end: the rest is not read then. */
export const text = (response: HttpClientResponse.HttpClientResponse, longest: number) =>
  Effect.suspend(() => {
    let bytes = 0
    return response.stream.pipe(
      Stream.takeWhile((chunk) => (bytes += chunk.byteLength) <= longest),
      Stream.decodeText(),
      Stream.mkString,
      Effect.map((text) => (bytes > longest ? undefined : text))
    )
  })
