import { Effect, Schema } from "effect"
import * as Explain from "./Explain.ts"

/** Longest text that is spoken at once, in characters. */
const longestText = 10_000

/** What a client of `/tts-ws` sends: a text to be spoken. */
export const SpeechRequest = Schema.Struct({
  text: Schema.String.pipe(
    Schema.maxLength(longestText, {
      message: () => `is longer than ${longestText} characters: send less at once`
    }),
    Schema.filter((text) => text.trim() !== "", {
      message: () => "is empty: there is nothing to speak"
    })
  )
})
export type SpeechRequest = typeof SpeechRequest.Type

/** What the server answers on `/tts-ws`. `audioPath` is the path of a WAV file, such as `/cache/….wav`. */
export const SpeechMessage = Schema.Union(
  Schema.Struct({ status: Schema.Literal("partial"), audioPath: Schema.String, text: Schema.String }),
  Schema.Struct({ status: Schema.Literal("complete") }),
  Schema.Struct({ status: Schema.Literal("error"), message: Schema.String })
)
export type SpeechMessage = typeof SpeechMessage.Type

/** A frame that is no request. `message` is fit for the client. */
export class MalformedRequest extends Schema.TaggedError<MalformedRequest>()("MalformedRequest", {
  problem: Schema.String
}) {
  override get message(): string {
    return this.problem
  }
}

const expected = 'expected one JSON object per text frame, such as {"text":"Hello."}'

const decodeFields = Schema.decodeUnknown(SpeechRequest)

/** Reads one frame; a binary one is none. */
export const decode = (frame: string | Uint8Array): Effect.Effect<SpeechRequest, MalformedRequest> =>
  Effect.try({
    try: (): unknown => JSON.parse(typeof frame === "string" ? frame : ""),
    catch: () => new MalformedRequest({ problem: `The frame is not JSON: ${expected}.` })
  }).pipe(
    Effect.filterOrFail(
      (value) => typeof value === "object" && value !== null && !Array.isArray(value),
      () => new MalformedRequest({ problem: `The frame is no object: ${expected}.` })
    ),
    Effect.flatMap((value) =>
      Effect.mapError(
        decodeFields(value),
        (error) => new MalformedRequest({ problem: `tts-ws: ${Explain.explain(error)}` })
      )
    )
  )

export const encode = (message: SpeechMessage): string => JSON.stringify(message)
