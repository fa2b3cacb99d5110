import type { HttpClientResponse } from "@effect/platform"
import { Effect, Stream } from "effect"

/** Bytes of an answer that doctor reads: the longest lists of models have some hundred kB. */
const longest = 4 * 2 ** 20

/** An answer's body as text; empty if it is longer than any that is asked for, perhaps without end. */
export const text = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.suspend(() => {
    let bytes = 0
    return response.stream.pipe(
      Stream.takeWhile((chunk) => (bytes += chunk.length) <= longest),
      Stream.decodeText(),
      Stream.mkString,
      Effect.map((text) => (bytes <= longest ? text : ""))
    )
  })
