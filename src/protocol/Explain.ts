import { Array as Arr, Option, ParseResult, Schema } from "effect"
import { english, isText, say } from "../language/Text.ts"
import type { Text, Words } from "../language/Text.ts"

/** Most fields and most characters a field that one error names. */
const mostFields = 5
const longest = 200

/** Which fields are wrong and what was expected. */
export const explain = (error: ParseResult.ParseError): ReadonlyArray<Words> => {
  const issues = ParseResult.ArrayFormatter.formatIssueSync(withoutBulk(error.issue))
  // A field that may be null has that as a further alternative, which tells nothing more.
  const said = issues.filter(({ path }) => !issues.some((other) => isWithin(path, other.path)))
  return Arr.dedupeWith(said, (one, other) => one.path.join(".") === other.path.join("."))
    .slice(0, mostFields)
    .map(({ message, path }) => {
      const problem = wordsOf(message)
      return path.length === 0 ? problem : say("protocol.field", path.map(String).join("."), problem)
    })
}

/** Effect's own message for a value of another kind. */
const mismatch = /^Expected ([^]+), actual ([^]*)$/u

const wordsOf = (message: string): Words => {
  const own = Option.getOrUndefined(carried(message))
  if (own !== undefined) return own
  const text = message.length > longest ? `${message.slice(0, longest)}...` : message
  if (text === "is missing") return say("protocol.missing")
  const [, kind, actual] = mismatch.exec(text) ?? []
  return kind === undefined || actual === undefined
    ? text
    : say("protocol.expectedKind", kind, names.get(actual) ?? actual)
}

/** A schema's message can only be a string, so a text of ours travels in it as JSON. */
const carry = (text: Text): string => JSON.stringify(text)
const parse = Option.liftThrowable((json: string): unknown => JSON.parse(json))
const carried = (message: string): Option.Option<Text> =>
  message.startsWith("{") ? Option.filter(parse(message), isText) : Option.none()

/** Annotations of a schema that say a text. */
export const saying = (text: Text) => ({ message: () => carry(text) })

/** The same, in place of whatever else would be said. */
export const sayingInstead = (text: Text) => ({ message: () => ({ message: carry(text), override: true }) })

/** Whether `inner` is the path of a part of what lies at `outer`. */
const isWithin = (outer: ReadonlyArray<PropertyKey>, inner: ReadonlyArray<PropertyKey>): boolean =>
  inner.length > outer.length && outer.every((key, at) => inner[at] === key)

/** Annotations of a schema whose own words would be those of TypeScript: what is expected. */
export const expecting = (what: Text) => ({
  message: ({ actual }: ParseResult.ParseIssue) => carry(say("protocol.expected", what, shown(actual)))
})

/** The same for one of some words; all of them are told. */
export const oneOf = <const Words extends Arr.NonEmptyReadonlyArray<string>>(...words: Words) =>
  Schema.Literal(...words).annotations({
    message: ({ actual }) => ({
      message: carry(
        say(
          "protocol.expectedOneOf",
          words.map((word) => JSON.stringify(word)),
          shown(actual)
        )
      ),
      // Each of the words has an issue of its own.
      override: true
    })
  })

const shown = (value: unknown): Words => {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60))
  const name = String(value)
  return names.get(name) ?? name
}

/**
 * The same issue, with lists and objects named instead of shown: writing out a value of millions of elements, or of as many
 * levels, takes seconds or ends in a stack overflow.
 */
const withoutBulk = (issue: ParseResult.ParseIssue): ParseResult.ParseIssue => {
  const actual = brief(issue.actual)
  switch (issue._tag) {
    case "Pointer":
      return new ParseResult.Pointer(issue.path, actual, withoutBulk(issue.issue))
    case "Composite":
      return new ParseResult.Composite(
        issue.ast,
        actual,
        Arr.isArray(issue.issues)
          ? Arr.map(issue.issues as Arr.NonEmptyReadonlyArray<ParseResult.ParseIssue>, withoutBulk)
          : withoutBulk(issue.issues as ParseResult.ParseIssue)
      )
    case "Refinement":
      return new ParseResult.Refinement(issue.ast, actual, issue.kind, withoutBulk(issue.issue))
    case "Transformation":
      return new ParseResult.Transformation(issue.ast, actual, issue.kind, withoutBulk(issue.issue))
    case "Type":
      return new ParseResult.Type(issue.ast, actual, issue.message)
    default:
      return issue
  }
}

/** Stands for a value, unquoted, in a message. */
const named = (name: string) => ({ toString: () => name })

const brief = (value: unknown): unknown => {
  if (typeof value === "string") return value.slice(0, longest)
  const name = bulk(value)
  return name === undefined ? value : named(english(name))
}

/** What a value that may be of any size is called in an error; undefined for others, which are shown. */
export const bulk = (value: unknown): Text | undefined => {
  if (Array.isArray(value)) return aList
  return typeof value === "object" && value !== null ? anObject : undefined
}

const aList = say("protocol.list")
const anObject = say("protocol.object")

/** What stands for a value of any size, by its name. */
const names = new Map([aList, anObject].map((text) => [english(text), text]))
