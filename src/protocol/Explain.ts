import { Array as Arr, ParseResult } from "effect"

/** Most fields and most characters a field that one error names. */
const mostFields = 5
const longest = 200

/** Says in one line which fields are wrong and what was expected. */
export const explain = (error: ParseResult.ParseError): string => {
  const issues = ParseResult.ArrayFormatter.formatIssueSync(withoutBulk(error.issue))
  // A field that may be left out has further alternatives, which tell nothing more.
  return Arr.dedupeWith(issues, (one, other) => one.path.join(".") === other.path.join("."))
    .slice(0, mostFields)
    .map(({ message, path }) => {
      const text = message.length > longest ? `${message.slice(0, longest)}...` : message
      return path.length === 0 ? text : `field \`${path.map(String).join(".")}\` ${text}`
    })
    .join("; ")
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
  return name === undefined ? value : named(name)
}

/** What a value that may be of any size is called in an error; undefined for others, which are shown. */
export const bulk = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return "a list"
  return typeof value === "object" && value !== null ? "an object" : undefined
}
