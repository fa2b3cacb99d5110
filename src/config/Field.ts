import { Option, ParseResult, Schema } from "effect"
import * as RawValue from "./RawValue.ts"

export type JsonSchema = { readonly [key: string]: unknown }

/** What a value in a file may be. */
export interface Shape {
  /** As messages say it: `a whole number from 0 to 65535`. */
  readonly words: string
  /** The same for editors. */
  readonly json: JsonSchema
  /** The words of a choice. */
  readonly choices?: ReadonlyArray<string>
  /** Whether no log may show it. */
  readonly secret?: boolean
}

/** The annotation of a value's schema that holds its `Shape`. */
export const shape: unique symbol = Symbol.for("seiyuu/config/Field/shape")

/** A text with an environment variable in it may stand anywhere. */
const variable: JsonSchema = { type: "string", pattern: "\\$\\{" }

const integer = { type: "integer" }
const number = { type: "number" }

/** A number, or the text of one. */
export const jsonNumber = (whole: boolean, { max, min }: Range): JsonSchema => ({
  anyOf: [
    {
      ...(whole ? integer : number),
      ...(min === undefined ? {} : { minimum: min }),
      ...(max === undefined ? {} : { maximum: max })
    },
    { type: "string", pattern: "\\$\\{|^[-+.0-9eE]+$" }
  ]
})

export const jsonText: JsonSchema = { type: ["string", "number", "boolean"] }

export const jsonFlag: JsonSchema = {
  anyOf: [
    { type: "boolean" },
    { enum: [0, 1] },
    {
      type: "string",
      pattern:
        "^([Yy]([Ee][Ss])?|[Nn][Oo]?|[Oo][Nn]|[Oo][Ff][Ff]|[Tt]([Rr][Uu][Ee])?|[Ff]([Aa][Ll][Ss][Ee])?|[01])$"
    },
    variable
  ]
}

export const jsonChoice = (words: ReadonlyArray<string>): JsonSchema => ({
  anyOf: [{ enum: words }, variable]
})

/** What a value is called in a message; never the value itself, which may be a secret. */
const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return "a list"
  if (RawValue.isMapping(value)) return "a section"
  if (typeof value === "string") return value.trim() === "" ? "an empty text" : "a text"
  return typeof value === "boolean" ? "a truth value" : "a number"
}

/** A field read from whatever the file holds; `read` gives the value or what is wrong with it. */
export const make = <A>(
  target: Schema.Schema<A>,
  described: Shape,
  read: (value: unknown) => A | Mismatch
): Schema.Schema<A, unknown> =>
  Schema.transformOrFail(Schema.Unknown, target, {
    strict: true,
    decode: (value, _, ast) => {
      const result = RawValue.isNothing(value) ? new Mismatch(`is required: ${described.words}`) : read(value)
      return result instanceof Mismatch
        ? ParseResult.fail(new ParseResult.Type(ast, value, result.message))
        : ParseResult.succeed(result)
    },
    encode: ParseResult.succeed
  }).annotations({ [shape]: described })

export class Mismatch {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** A variable that is not set says so itself, whatever was expected. */
export const expected = (what: string, value: unknown) =>
  new Mismatch(value instanceof RawValue.Unset ? value.message : `expected ${what}, found ${kindOf(value)}`)

export const textOf = (value: unknown): Option.Option<string> => {
  if (value instanceof RawValue.Numeral) return Option.some(value.source)
  if (typeof value === "string") return Option.some(value)
  return typeof value === "number" || typeof value === "boolean" ? Option.some(String(value)) : Option.none()
}

export const numberOf = (value: unknown): Option.Option<number> => {
  const bare = value instanceof RawValue.Numeral ? value.value : value
  const number = typeof bare === "string" && bare.trim() !== "" ? Number(bare) : bare
  return typeof number === "number" && Number.isFinite(number) ? Option.some(number) : Option.none()
}

export interface Range {
  readonly min?: number
  readonly max?: number
}

export const inRange = (number: number, { min, max }: Range) =>
  (min === undefined || number >= min) && (max === undefined || number <= max)

export const describeRange = ({ min, max }: Range) => {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  return min !== undefined ? ` of at least ${min}` : ""
}

/** What is known of a key beside its value's schema. */
export interface KeyNote {
  /** One or two sentences about it. */
  readonly about: string
  /** Whether it must be there. */
  readonly required: boolean
  /** Whether an empty text stands for an absent key. */
  readonly emptyIsNone?: boolean
  /** What takes its place when it is absent, written as in the file. */
  readonly fallback?: unknown
}

/** The annotation of a key that holds its `KeyNote`. */
export const note: unique symbol = Symbol.for("seiyuu/config/Field/note")
