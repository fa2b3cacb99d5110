import { Effect, Either, Schema } from "effect"
import * as LooseJson from "../llm/LooseJson.ts"
import { longestMemory, oneLine } from "../protocol/ClientMessage.ts"

/** Characters of an answer that are read, and operations of it that are done. */
const longestAnswer = 16_000
const mostOperations = 8

const numberLike = Schema.Union(Schema.Number, Schema.NumberFromString)
const Id = numberLike.pipe(Schema.int())
const Importance = Schema.optionalWith(
  Schema.transform(numberLike, Schema.Number, {
    strict: true,
    decode: (number) => Math.min(10, Math.max(1, Math.round(number) || 1)),
    encode: (number) => number
  }),
  { default: () => 5 }
)

const Text = Schema.transform(Schema.String, Schema.NonEmptyString, {
  strict: true,
  // Small models repeat the example that they were given.
  decode: (text) => (/\p{L}/u.test(text) ? oneLine(text).slice(0, longestMemory).trimEnd() : ""),
  encode: (text) => text
})

const Operation = Schema.Union(
  Schema.Struct({ op: Schema.Literal("add"), text: Text, importance: Importance }),
  Schema.Struct({ op: Schema.Literal("update"), id: Id, text: Text, importance: Importance }),
  Schema.Struct({ op: Schema.Literal("delete"), id: Id })
)
export type Operation = typeof Operation.Type

const decodeOperation = Schema.decodeUnknownEither(Operation)
const isList = Schema.is(Schema.Struct({ operations: Schema.Array(Schema.Unknown) }))

/** The model's answer holds no operations. */
export class NotOperations extends Schema.TaggedError<NotOperations>()("NotOperations", {}) {
  override get message(): string {
    return "The model did not answer with a list of operations."
  }
}

/** Reads what a model has written: JSON, maybe with words around it, maybe broken. What makes no sense in it is left out. */
export const read = (answer: string): Effect.Effect<ReadonlyArray<Operation>, NotOperations> =>
  Effect.suspend(() => {
    const cut = answer.slice(0, longestAnswer)
    return LooseJson.read(cut.slice(Math.max(0, cut.search(/[[{]/))))
  }).pipe(
    Effect.map((value) => (isList(value) ? value.operations : value)),
    Effect.filterOrFail(Array.isArray),
    Effect.mapError(() => new NotOperations()),
    Effect.map((list) =>
      list.flatMap((item) =>
        Either.match(decodeOperation(item), { onLeft: () => [], onRight: (one) => [one] })
      )
    ),
    Effect.map((operations) => operations.slice(0, mostOperations))
  )
