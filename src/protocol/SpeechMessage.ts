import { Effect, Schema } from "effect"
import { english, inLanguage, say, Words } from "../language/Text.ts"
import type { Language } from "../language/Language.ts"
import type { Text } from "../language/Text.ts"
import * as Explain from "./Explain.ts"

/** Longest text that is spoken at once, in characters. */
const longestText = 10_000

/** What a client of `/tts-ws` sends: a text to be spoken. */
export const SpeechRequest = Schema.Struct({
  text: Schema.String.pipe(
    Schema.maxLength(longestText, Explain.saying(say("protocol.tooLongText", longestText))),
    Schema.filter((text) => text.trim() !== "", Explain.saying(say("protocol.nothingToSpeak")))
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

/** The same with its text for people still in no language. */
export type Outgoing =
  | Exclude<SpeechMessage, { readonly status: "error" }>
  | { readonly status: "error"; readonly message: Words }

/** A frame that is no request. `message` is fit for the client. */
export class MalformedRequest extends Schema.TaggedError<MalformedRequest>()("MalformedRequest", {
  words: Words
}) {
  override get message(): string {
    return english(this.words)
  }
}

const malformed = (words: Text) => new MalformedRequest({ words })

const example = '{"text":"Hello."}'

const decodeFields = Schema.decodeUnknown(SpeechRequest)

/** Reads one frame; a binary one is none. */
export const decode = (frame: string | Uint8Array): Effect.Effect<SpeechRequest, MalformedRequest> =>
  Effect.try({
    try: (): unknown => JSON.parse(typeof frame === "string" ? frame : ""),
    catch: () => malformed(say("protocol.noSpeechJson", example))
  }).pipe(
    Effect.filterOrFail(
      (value) => typeof value === "object" && value !== null && !Array.isArray(value),
      () => malformed(say("protocol.noSpeechObject", example))
    ),
    Effect.flatMap((value) =>
      Effect.mapError(decodeFields(value), (error) =>
        malformed(say("protocol.wrong", "tts-ws", Explain.explain(error)))
      )
    )
  )

/** Writes one text frame in the client's language. */
export const encode = (message: Outgoing, language: Language): string =>
  JSON.stringify(
    message.status === "error" ? { ...message, message: inLanguage(message.message, language) } : message
  )
