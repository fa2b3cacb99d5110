import { Schema } from "effect"
import * as Explain from "./Explain.ts"

/** How much of a list is wanted. */
export const Limit = Schema.Int.pipe(Schema.between(1, 500)).annotations(
  Explain.instead("expected a whole number from 1 to 500")
)

/** The place of a message among those of its conversation that are shown, from 0. */
export const Place = Schema.Int.pipe(Schema.nonNegative()).annotations(
  Explain.instead("expected a whole number from 0")
)

const noControl = (what: string) =>
  Schema.pattern(/^\P{Cc}*$/u, { message: () => `has control characters: send ${what} on one line` })

/** What a person calls a conversation; nothing takes the title away. */
export const Title = Schema.compose(
  Schema.Trim,
  Schema.String.pipe(
    Schema.maxLength(100, { message: () => "is longer than 100 characters: send a title" }),
    noControl("a title")
  )
)

/** What is looked for. */
export const Sought = Schema.compose(
  Schema.Trim,
  Schema.NonEmptyString.pipe(
    Schema.maxLength(200, { message: () => "is longer than 200 characters: send some words" }),
    noControl("some words")
  )
)
