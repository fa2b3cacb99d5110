import { Option, ParseResult, Redacted, Schema } from "effect"
import * as Field from "./Field.ts"
import { describeRange, expected, inRange, Mismatch, numberOf, textOf } from "./Field.ts"
import type { Range } from "./Field.ts"
import * as RawValue from "./RawValue.ts"
import * as Suggestion from "./Suggestion.ts"

const text = { words: "a text", json: Field.jsonText }

/** Text; a number or a truth value is taken as it is written. */
export const Text = Field.make(Schema.String, text, (value) =>
  Option.getOrElse(textOf(value), () => expected("a text", value))
)

/** Text for people or models, where `${name}` may be meant as it stands: a variable that is not set stays so. */
export const Prose = Field.make(Schema.String, text, (value) =>
  value instanceof RawValue.Unset
    ? value.text
    : Option.getOrElse(textOf(value), () => expected("a text", value))
)

/** Text of at least one character. */
export const NonEmptyText = Field.make(Schema.String, text, (value) =>
  Option.getOrElse(
    Option.filter(textOf(value), (text) => text.trim() !== ""),
    () => expected("a text", value)
  )
)

/** Text of one kind, which `words` say; it is taken as it is written. */
export const TextSuch = (words: string, isSuch: (text: string) => boolean) =>
  Field.make(Schema.String, { words, json: Field.jsonText }, (value) =>
    Option.match(textOf(value), {
      onNone: () => expected(words, value),
      onSome: (text) =>
        isSuch(text)
          ? text
          : new Mismatch(`expected ${words}, found ${text.trim() === "" ? "an empty" : "another"} text`)
    })
  )

/** Text that can be said: punctuation alone cannot. */
export const SpokenText = TextSuch("a text with letters or digits", (text) =>
  /[\p{Letter}\p{Number}]/u.test(text)
)

/** Text that no log may show. */
export const Secret = Field.make(Schema.RedactedFromSelf(Schema.String), { ...text, secret: true }, (value) =>
  Option.match(textOf(value), { onNone: () => expected("a text", value), onSome: Redacted.make })
)

/** An address that begins with one of these protocols. */
const addressOf = (...protocols: readonly [string, string]) => {
  const words = `an address that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`
  return Field.make(Schema.String, { words, json: { type: "string" } }, (value) =>
    Option.match(textOf(value), {
      onNone: () => expected("an address", value),
      onSome: (text) =>
        URL.canParse(text) && protocols.includes(new URL(text).protocol)
          ? text
          : new Mismatch(`expected ${words}, found another text`)
    })
  )
}

/** An address that begins with `http://` or `https://`. */
export const HttpUrl = addressOf("http:", "https:")

/** An address that begins with `ws://` or `wss://`. */
export const WebSocketUrl = addressOf("ws:", "wss:")

/** A number within limits, both of them allowed. */
export const FloatIn = (range: Range) => numeral(range, false)

/** A whole number within limits, both of them allowed. */
export const IntIn = (range: Range) => numeral(range, true)

const numeral = (range: Range, whole: boolean) => {
  const words = `a ${whole ? "whole " : ""}number${describeRange(range)}`
  return Field.make(Schema.Number, { words, json: Field.jsonNumber(whole, range) }, (value) =>
    Option.match(numberOf(value), {
      onNone: () => expected(words, value),
      onSome: (number) =>
        (!whole || Number.isInteger(number)) && inRange(number, range)
          ? number
          : new Mismatch(`expected ${words}, found ${number}`)
    })
  )
}

export const Float = FloatIn({})
export const Int = IntIn({})

/** How many jobs one engine does at once. */
export const Places = IntIn({ min: 1, max: 64 })

const truths = ["true", "yes", "on", "1", "y", "t"]
const untruths = ["false", "no", "off", "0", "n", "f"]

/** A truth value, in any spelling that YAML 1.1 knows, or its first letter. */
export const Flag = Field.make(Schema.Boolean, { words: "true or false", json: Field.jsonFlag }, (value) => {
  const word = Option.getOrElse(textOf(value), () => "").toLowerCase()
  if (truths.includes(word)) return true
  return untruths.includes(word) ? false : expected("true or false", value)
})

/** One of a few words. */
export const Choice = <const Words extends readonly [string, ...Array<string>]>(...words: Words) => {
  const named = `one of ${words.join(", ")}`
  const shape = { words: named, json: Field.jsonChoice(words), choices: words }
  return Field.make<Words[number]>(Schema.Literal(...words), shape, (value) => {
    const text = Option.getOrUndefined(textOf(value))
    if (text === undefined) return expected(named, value)
    const word = words.find((word) => word === text)
    if (word !== undefined) return word
    return new Mismatch(
      `expected ${named}, found ${JSON.stringify(text.slice(0, 60))}${Suggestion.hint(text, words)}`
    )
  })
}

const missingOr = (what: string, { words }: Field.Shape, value: unknown) =>
  RawValue.isNothing(value) ? `is required: ${words}` : expected(what, value).message

/** What an inner value may be. */
export const shapeOf = (of: Schema.Schema.Any): Field.Shape =>
  (of.ast.annotations[Field.shape] as Field.Shape | undefined) ?? { words: "anything", json: {} }

/** A list of values of one kind. */
export const ListOf = <A>(item: Schema.Schema<A, unknown>): Schema.Schema<ReadonlyArray<A>, unknown> => {
  const { choices, json, words } = shapeOf(item)
  const shape: Field.Shape = {
    words: `a list; each of it is ${words}`,
    json: { type: "array", items: json },
    ...(choices === undefined ? {} : { choices })
  }
  return Schema.transformOrFail(Schema.Unknown, Schema.Array(item), {
    strict: true,
    decode: (value, _, ast) =>
      Array.isArray(value)
        ? ParseResult.succeed(value as ReadonlyArray<unknown>)
        : ParseResult.fail(new ParseResult.Type(ast, value, missingOr("a list", shape, value))),
    encode: ParseResult.succeed
  }).annotations({ [Field.shape]: shape })
}

export const TextList = ListOf(Text)
export const IntList = ListOf(Int)

/** Values of one kind by name; a name without a value is left out. */
export const map = <A>(
  of: Schema.Schema<A, unknown>
): Schema.Schema<{ readonly [key: string]: A }, unknown> => {
  const { json, secret = false, words } = shapeOf(of)
  const shape: Field.Shape = {
    words: `a section of ${words.startsWith("a list") ? "lists" : "texts"} by name`,
    json: { type: "object", additionalProperties: { anyOf: [json, { type: "null" }] } },
    secret
  }
  return Schema.transformOrFail(Schema.Unknown, Schema.Record({ key: Schema.String, value: of }), {
    strict: true,
    decode: (value, _, ast) =>
      RawValue.isMapping(value)
        ? ParseResult.succeed(
            Object.fromEntries(Object.entries(value).filter(([, item]) => !RawValue.isNothing(item)))
          )
        : ParseResult.fail(new ParseResult.Type(ast, value, missingOr(shape.words, shape, value))),
    encode: ParseResult.succeed
  }).annotations({ [Field.shape]: shape })
}

/** Texts by name; a name without a text is left out. */
export const TextMap = map(Text)

/** The same for what no log may show. */
export const SecretMap = Schema.Redacted(TextMap).annotations({
  [Field.shape]: { ...shapeOf(TextMap), secret: true }
})

/** Anything at all: what belongs to a feature that is not read here. */
export const Anything = Field.make(Schema.Unknown, { words: "anything", json: {} }, (value) => {
  const unset = unsetIn(value)
  return unset === undefined ? RawValue.plain(value) : new Mismatch(unset.message)
})

const unsetIn = (value: unknown): RawValue.Unset | undefined => {
  if (value instanceof RawValue.Unset) return value
  if (Array.isArray(value)) return firstOf(value)
  return RawValue.isMapping(value) ? firstOf(Object.values(value)) : undefined
}

const firstOf = (values: ReadonlyArray<unknown>) => values.map(unsetIn).find((unset) => unset !== undefined)

/** A section of keys. */
export const section = <A, I>(keys: Schema.Schema<A, I>): Schema.Schema<A, unknown> =>
  Schema.transformOrFail(Schema.Unknown, keys, {
    strict: true,
    decode: (value, _, ast) =>
      RawValue.isMapping(value)
        ? ParseResult.succeed(value as I)
        : ParseResult.fail(
            new ParseResult.Type(
              ast,
              value,
              RawValue.isNothing(value)
                ? "is required: a section of keys"
                : expected("a section of keys", value).message
            )
          ),
    encode: (value) => ParseResult.succeed(value)
  })

// The ways of a key. All of them take the key as absent or null in the first phase of decoding and
// look at the value in the second, so that one pass finds every problem of a section. `about` says in a sentence or
// two what the key is for: docs/configuration.md and `seiyuu config explain` are made of it.

const noted = (of: Field.KeyNote) => ({ [Field.note]: of })

/** The key must be there. */
export const required = <A>(of: Schema.Schema<A, unknown>, about: string) =>
  Schema.optionalToRequired(Schema.Unknown, of, {
    decode: Option.getOrNull,
    encode: Option.some
  }).annotations(noted({ about, required: true }))

/** The key may be absent or null. */
export const maybe = <A>(of: Schema.Schema<A, unknown>, about: string) =>
  Schema.optionalToOptional(Schema.Unknown, of, {
    decode: Option.filter((value) => !RawValue.isNothing(value)),
    encode: (value) => value
  }).annotations(noted({ about, required: false }))

/** The key may be absent or null; then `fallback`, written as in the file, takes its place. */
export const withDefault = <A>(of: Schema.Schema<A, unknown>, fallback: unknown, about: string) =>
  Schema.optionalToRequired(Schema.Unknown, of, {
    decode: Option.match({
      onNone: () => fallback,
      onSome: (value) => (RawValue.isNothing(value) ? fallback : value)
    }),
    encode: Option.some
  }).annotations(noted({ about, required: false, fallback }))

/** The key may be absent, null or an empty text: none of them is chosen. */
export const maybeNone = <A>(of: Schema.Schema<A, unknown>, about: string) =>
  Schema.optionalToOptional(Schema.Unknown, of, {
    decode: Option.filter((value) => !RawValue.isEmpty(value)),
    encode: (value) => value
  }).annotations(noted({ about, required: false, emptyIsNone: true }))

const absent = Symbol("absent")

/** The key must be there; null or an empty text means that none of them is chosen. */
export const requiredOrNone = <A>(of: Schema.Schema<A, unknown>, about: string) => {
  const { json, ...shape } = shapeOf(of)
  return Schema.optionalToRequired(
    Schema.Unknown,
    Schema.transformOrFail(Schema.Unknown, Schema.UndefinedOr(Schema.typeSchema(of)), {
      strict: true,
      decode: (value, options, ast) =>
        value === absent
          ? ParseResult.fail(
              new ParseResult.Type(ast, null, `is required: ${shape.words}; leave it empty for none`)
            )
          : RawValue.isEmpty(value)
            ? ParseResult.succeed(undefined)
            : ParseResult.decodeUnknown(of)(value, options),
      encode: ParseResult.succeed
    }).annotations({ [Field.shape]: { ...shape, json: { anyOf: [json, { enum: ["", null] }] } } }),
    { decode: Option.getOrElse((): unknown => absent), encode: Option.some }
  ).annotations(noted({ about, required: true }))
}
