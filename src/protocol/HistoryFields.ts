import { Schema } from "effect"
import { say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"
import * as Explain from "./Explain.ts"

/** How much of a list is wanted. */
export const Limit = Schema.Int.pipe(Schema.between(1, 500)).annotations(
  Explain.sayingInstead(say("protocol.expectedWithin", 1, 500))
)

/** The place of a message among those of its conversation that are shown, from 0. */
export const Place = Schema.Int.pipe(Schema.nonNegative()).annotations(
  Explain.sayingInstead(say("protocol.expectedFrom", 0))
)

/** Text on one line, of at most so many characters. */
export const line = (most: number, what: Text) =>
  Schema.String.pipe(
    Schema.maxLength(most, Explain.saying(say("protocol.tooLongFor", most, what))),
    Schema.pattern(/^\P{Cc}*$/u, Explain.saying(say("protocol.controlCharacters", what)))
  )

/** What a person calls a conversation; nothing takes the title away. */
export const Title = Schema.compose(Schema.Trim, line(100, say("protocol.aTitle")))

/** What is looked for. */
export const Sought = Schema.compose(
  Schema.Trim,
  line(200, say("protocol.someWords")).pipe(
    Schema.nonEmptyString(Explain.saying(say("protocol.emptyFor", say("protocol.someWords"))))
  )
)

/** A message of a conversation, as clients get it. */
export const HistoryMessage = Schema.Struct({
  role: Schema.Literal("human", "ai", "system"),
  timestamp: Schema.String,
  content: Schema.String,
  name: Schema.optional(Schema.String),
  avatar: Schema.optional(Schema.String)
})

/** A message in which something was found. */
export const HistoryMatch = Schema.Struct({
  uid: Schema.String,
  title: Schema.optional(Schema.String),
  role: Schema.Literal("human", "ai"),
  timestamp: Schema.String,
  name: Schema.optional(Schema.String),
  /** The part of the message around what was found. */
  excerpt: Schema.String
})
