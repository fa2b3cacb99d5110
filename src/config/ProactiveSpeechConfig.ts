import { Schema } from "effect"
import * as Fields from "./Fields.ts"

/** When a character speaks of its own accord. */
export const ProactiveSpeechConfig = Schema.Struct({
  idle_seconds: Fields.maybe(
    Fields.FloatIn({ min: 1 }),
    "Seconds in which nobody has said anything after which the character speaks of its own accord. Without the key: never, unless a client asks for it."
  ),
  most_unanswered: Fields.withDefault(
    Fields.IntIn({ min: 1 }),
    3,
    "How often in a row it does so without an answer. Then it waits until somebody says something."
  )
})
export type ProactiveSpeechConfig = typeof ProactiveSpeechConfig.Type
