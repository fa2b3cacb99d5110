import { Option, ParseResult, Redacted, Schema } from "effect"
import * as RawValue from "./RawValue.ts"
import * as Suggestion from "./Suggestion.ts"

/** What a value is called in a message; never the value itself, which may be a secret. */
const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return "a list"
  if (RawValue.isMapping(value)) return "a section"
  if (typeof value === "string") return value.trim() === "" ? "an empty text" : "a text"
  return typeof value === "boolean" ? "a truth value" : "a number"
}

/** A field read from whatever the file holds; `read` gives the value or what is wrong with it. */
export const field = <A>(
  target: Schema.Schema<A>,
  read: (value: unknown) => A | Mismatch
): Schema.Schema<A, unknown> =>
  Schema.transformOrFail(Schema.Unknown, target, {
    strict: true,
    decode: (value, _, ast) => {
      const result = RawValue.isNothing(value) ? new Mismatch("is required") : read(value)
      return result instanceof Mismatch
        ? ParseResult.fail(new ParseResult.Type(ast, value, result.message))
        : ParseResult.succeed(result)
    },
    encode: ParseResult.succeed
  })

/** What is wrong with a value, a clause that goes on from its key. */
export class Mismatch {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** A variable that is not set says so itself, whatever was expected. */
export const expected = (what: string, value: unknown) =>
  new Mismatch(value instanceof RawValue.Unset ? value.message : `expected ${what}, found ${kindOf(value)}`)

/** A value as it is written, if it is no list and no section. */
export const textOf = (value: unknown): Option.Option<string> => {
  if (value instanceof RawValue.Numeral) return Option.some(value.source)
  if (typeof value === "string") return Option.some(value)
  return typeof value === "number" || typeof value === "boolean" ? Option.some(String(value)) : Option.none()
}

const numberOf = (value: unknown): Option.Option<number> => {
  const bare = value instanceof RawValue.Numeral ? value.value : value
  const number = typeof bare === "string" && bare.trim() !== "" ? Number(bare) : bare
  return typeof number === "number" && Number.isFinite(number) ? Option.some(number) : Option.none()
}

/** Text; a number or a truth value is taken as it is written. */
export const Text = field(Schema.String, (value) =>
  Option.getOrElse(textOf(value), () => expected("a text", value))
)

/** Text of at least one character. */
export const NonEmptyText = field(Schema.String, (value) =>
  Option.getOrElse(
    Option.filter(textOf(value), (text) => text.trim() !== ""),
    () => expected("a text", value)
  )
)

/** Text that no log may show. */
export const Secret = field(Schema.RedactedFromSelf(Schema.String), (value) =>
  Option.match(textOf(value), { onNone: () => expected("a text", value), onSome: Redacted.make })
)

/** An address that begins with `http://` or `https://`. */
export const HttpUrl = field(Schema.String, (value) =>
  Option.match(textOf(value), {
    onNone: () => expected("an address", value),
    onSome: (text) =>
      URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
        ? text
        : new Mismatch("expected an address that begins with http:// or https://")
  })
)

export const Float = field(Schema.Number, (value) =>
  Option.getOrElse(numberOf(value), () => expected("a number", value))
)

interface Range {
  readonly min?: number
  readonly max?: number
}

const inRange = (number: number, { min, max }: Range) =>
  (min === undefined || number >= min) && (max === undefined || number <= max)

const describeRange = ({ min, max }: Range) => {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  return min !== undefined ? ` of at least ${min}` : ""
}

/** A number within limits, both of them allowed. */
export const FloatIn = (range: Range) =>
  field(Schema.Number, (value) =>
    Option.match(numberOf(value), {
      onNone: () => expected(`a number${describeRange(range)}`, value),
      onSome: (number) =>
        inRange(number, range)
          ? number
          : new Mismatch(`expected a number${describeRange(range)}, found ${number}`)
    })
  )

/** A whole number within limits, both of them allowed. */
export const IntIn = (range: Range) =>
  field(Schema.Number, (value) =>
    Option.match(numberOf(value), {
      onNone: () => expected(`a whole number${describeRange(range)}`, value),
      onSome: (number) =>
        Number.isInteger(number) && inRange(number, range)
          ? number
          : new Mismatch(`expected a whole number${describeRange(range)}, found ${number}`)
    })
  )

export const Int = IntIn({})

/** How many jobs one engine does at once. */
export const Places = IntIn({ min: 1, max: 64 })

const truths = ["true", "yes", "on", "1"]
const untruths = ["false", "no", "off", "0"]

/** A truth value, in any spelling that YAML 1.1 knows. */
export const Flag = field(Schema.Boolean, (value) => {
  const word = Option.getOrElse(textOf(value), () => "").toLowerCase()
  if (truths.includes(word)) return true
  return untruths.includes(word) ? false : expected("true or false", value)
})

/** One of a few words. */
export const Choice = <const Words extends readonly [string, ...Array<string>]>(...words: Words) =>
  field<Words[number]>(Schema.Literal(...words), (value) => {
    const text = Option.getOrUndefined(textOf(value))
    if (text === undefined) return expected(`one of ${words.join(", ")}`, value)
    const word = words.find((word) => word === text)
    if (word !== undefined) return word
    return new Mismatch(
      `expected one of ${words.join(", ")}, found ${JSON.stringify(text.slice(0, 60))}${Suggestion.hint(text, words)}`
    )
  })

/** A list of values of one kind. */
export const ListOf = <A>(item: Schema.Schema<A, unknown>): Schema.Schema<ReadonlyArray<A>, unknown> =>
  Schema.transformOrFail(Schema.Unknown, Schema.Array(item), {
    strict: true,
    decode: (value, _, ast) =>
      Array.isArray(value)
        ? ParseResult.succeed(value as ReadonlyArray<unknown>)
        : ParseResult.fail(new ParseResult.Type(ast, value, expected("a list", value).message)),
    encode: ParseResult.succeed
  })

export const TextList = ListOf(Text)
export const IntList = ListOf(Int)

/** Values of one kind by name; a name without a value is left out. */
export const map = <A>(
  of: Schema.Schema<A, unknown>
): Schema.Schema<{ readonly [key: string]: A }, unknown> =>
  Schema.transformOrFail(Schema.Unknown, Schema.Record({ key: Schema.String, value: of }), {
    strict: true,
    decode: (value, _, ast) =>
      RawValue.isMapping(value)
        ? ParseResult.succeed(
            Object.fromEntries(Object.entries(value).filter(([, item]) => !RawValue.isNothing(item)))
          )
        : ParseResult.fail(new ParseResult.Type(ast, value, expected("a section", value).message)),
    encode: ParseResult.succeed
  })

/** Texts by name; a name without a text is left out. */
export const TextMap = map(Text)

/** Anything at all: what belongs to a feature that is not read here. */
export const Anything = field(Schema.Unknown, (value) => {
  const unset = unsetIn(value)
  return unset === undefined ? plain(value) : new Mismatch(unset.message)
})

const unsetIn = (value: unknown): RawValue.Unset | undefined => {
  if (value instanceof RawValue.Unset) return value
  if (Array.isArray(value)) return firstOf(value)
  return RawValue.isMapping(value) ? firstOf(Object.values(value)) : undefined
}

const firstOf = (values: ReadonlyArray<unknown>) => values.map(unsetIn).find((unset) => unset !== undefined)

const plain = (value: unknown): unknown => {
  if (value instanceof RawValue.Numeral) return value.value
  if (Array.isArray(value)) return value.map(plain)
  return RawValue.isMapping(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
    : value
}

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
              RawValue.isNothing(value) ? "is required" : expected("a section of keys", value).message
            )
          ),
    encode: (value) => ParseResult.succeed(value)
  })

// The ways of a key. All of them take the key as absent or null in the first phase of decoding and
// look at the value in the second, so that one pass finds every problem of a section.

/** The key must be there. */
export const required = <A>(of: Schema.Schema<A, unknown>) =>
  Schema.optionalToRequired(Schema.Unknown, of, { decode: Option.getOrNull, encode: Option.some })

/** The key may be absent or null. */
export const maybe = <A>(of: Schema.Schema<A, unknown>) =>
  Schema.optionalToOptional(Schema.Unknown, of, {
    decode: Option.filter((value) => !RawValue.isNothing(value)),
    encode: (value) => value
  })

/** The key may be absent or null; then `fallback`, written as in the file, takes its place. */
export const withDefault = <A>(of: Schema.Schema<A, unknown>, fallback: unknown) =>
  Schema.optionalToRequired(Schema.Unknown, of, {
    decode: Option.match({
      onNone: () => fallback,
      onSome: (value) => (RawValue.isNothing(value) ? fallback : value)
    }),
    encode: Option.some
  })

/** The key may be absent, null or an empty text: none of them is chosen. */
export const maybeNone = <A>(of: Schema.Schema<A, unknown>) =>
  Schema.optionalToOptional(Schema.Unknown, of, {
    decode: Option.filter((value) => !RawValue.isEmpty(value)),
    encode: (value) => value
  })

const absent = Symbol("absent")

/** The key must be there; null or an empty text means that none of them is chosen. */
export const requiredOrNone = <A>(of: Schema.Schema<A, unknown>) =>
  Schema.optionalToRequired(
    Schema.Unknown,
    Schema.transformOrFail(Schema.Unknown, Schema.UndefinedOr(Schema.typeSchema(of)), {
      strict: true,
      decode: (value, options, ast) =>
        value === absent
          ? ParseResult.fail(new ParseResult.Type(ast, null, "is required; leave it empty for none"))
          : RawValue.isEmpty(value)
            ? ParseResult.succeed(undefined)
            : ParseResult.decodeUnknown(of)(value, options),
      encode: ParseResult.succeed
    }),
    { decode: Option.getOrElse((): unknown => absent), encode: Option.some }
  )
