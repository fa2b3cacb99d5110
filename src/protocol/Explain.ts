import { Array as Arr, ParseResult, Schema } from "effect"

/** Most fields and most characters a field that one error names. */
const mostFields = 5
const longest = 200

/** Says in one line which fields are wrong and what was expected. */
export const explain = (error: ParseResult.ParseError): string => {
  const issues = ParseResult.ArrayFormatter.formatIssueSync(withoutBulk(error.issue))
  // A field that may be null has that as a further alternative, which tells nothing more.
  const said = issues.filter(({ path }) => !issues.some((other) => isWithin(path, other.path)))
  return Arr.dedupeWith(said, (one, other) => one.path.join(".") === other.path.join("."))
    .slice(0, mostFields)
    .map(({ message, path }) => {
      const text = message.length > longest ? `${message.slice(0, longest)}...` : message
      return path.length === 0 ? text : `field \`${path.map(String).join(".")}\` ${text}`
    })
    .join("; ")
}

/** Whether `inner` is the path of a part of what lies at `outer`. */
const isWithin = (outer: ReadonlyArray<PropertyKey>, inner: ReadonlyArray<PropertyKey>): boolean =>
  inner.length > outer.length && outer.every((key, at) => inner[at] === key)

/** Annotations of a schema whose own words would be those of TypeScript: what is expected, in English. */
export const expecting = (what: string) => ({
  message: ({ actual }: ParseResult.ParseIssue) => `expected ${what}, actual ${shown(actual)}`
})

/** In place of whatever is said of a number that is none, or not a whole one. */
export const instead = (message: string) => ({ message: () => ({ message, override: true }) })

/** The same for one of some words; all of them are told. */
export const oneOf = <const Words extends Arr.NonEmptyReadonlyArray<string>>(...words: Words) =>
  Schema.Literal(...words).annotations({
    message: ({ actual }) => ({
      message: `expected one of ${words.map((word) => JSON.stringify(word)).join(", ")}, actual ${shown(actual)}`,
      // Each of the words has an issue of its own.
      override: true
    })
  })

const shown = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : String(value)

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
  return name === undefined ? value : named(name)
}

/** What a value that may be of any size is called in an error; undefined for others, which are shown. */
export const bulk = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return "a list"
  return typeof value === "object" && value !== null ? "an object" : undefined
}
