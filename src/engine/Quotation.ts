import { Option, Redacted, Schema } from "effect"
import * as HostPaths from "./HostPaths.ts"

/** Longest quotation, in characters. */
const longest = 160

/**
 * The shapes in which services report an error: `{"error": {"message": …}}`, `{"error": …}`, `{"detail": …}`,
 * `{"detail": {"message": …}}`, `{"message": …}`, `{"err_msg": …}`.
 */
const ErrorBody = Schema.Union(
  Schema.Struct({ error: Schema.Union(Schema.String, Schema.Struct({ message: Schema.String })) }),
  Schema.Struct({ detail: Schema.Union(Schema.String, Schema.Struct({ message: Schema.String })) }),
  Schema.Struct({ message: Schema.String }),
  Schema.Struct({ err_msg: Schema.String })
)
const fromJson = Schema.decodeUnknownOption(Schema.parseJson(ErrorBody))
const fromValue = Schema.decodeUnknownOption(ErrorBody)

/** The text without the secret; one of less than four characters is no secret but a filler. */
export const withoutSecret = (text: string, secret: Redacted.Redacted<string>): string => {
  const value = Redacted.value(secret)
  return value.length < 4 ? text : text.replaceAll(value, "…")
}

/**
 * `: "…"`, to be put behind a clause: what a service said, in one short line, without the secrets that it was sent, and
 * without what only its own people should see: paths, traces of its program, keys. Empty if it said nothing in words.
 * `said`: a body as text or as parsed JSON.
 */
export const quote = (said: unknown, ...secrets: ReadonlyArray<Redacted.Redacted<string>>): string => {
  const words = secrets.reduce(withoutSecret, wordsOf(said)).slice(0, mostRead)
  const line = withoutPlaces(withoutKeys(withoutTrace(words).slice(0, mostCleaned)))
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
  return line === "" ? "" : `: "${line.length > longest ? `${line.slice(0, longest)}…` : line}"`
}

/** How much of it is looked at, in characters. A trace comes before the words that matter. */
const mostRead = 16_384
const mostCleaned = 2000

const wordsOf = (said: unknown): string =>
  (typeof said === "string" ? fromJson(said) : fromValue(said)).pipe(
    Option.map((body) => {
      if ("err_msg" in body) return body.err_msg
      if ("message" in body) return body.message
      const said = "error" in body ? body.error : body.detail
      return typeof said === "string" ? said : said.message
    }),
    // A page of HTML is no message.
    Option.getOrElse(() => (typeof said === "string" && !/^\s*</.test(said) ? said : ""))
  )

/** The lines without those of a stack: Python's are indented below its heading, those of JavaScript and Java begin with `at`. */
const withoutTrace = (text: string): string => {
  // In a body of another shape, line feeds are still written as JSON writes them.
  const lines = (/^\s*[[{]/.test(text) ? text.replaceAll("\\n", "\n") : text).split("\n")
  const isPython = lines.some((line) => pythonHeading.test(line))
  return lines
    .map((line) => line.replace(pythonHeading, ""))
    .filter((line) => !/^\s+at\s/.test(line) && !(isPython && /^\s/.test(line)))
    .join("\n")
}

const pythonHeading = /Traceback \(most recent call last\):\s*$/

/** Words that look like a key or stand where one stands. No name of a model has so long a word of letters and digits. */
export const withoutKeys = (text: string): string =>
  text
    .replaceAll(/\b(bearer|basic) +[^\s"',;]{4,}/gi, "$1 …")
    .replaceAll(
      /\b((?:[\w-]{0,40}[_-])?(?:api[_-]?key|token|secret|password)["']?\s*[=:]\s*["']?)[^\s"'&,;]{4,}/gi,
      "$1…"
    )
    .replaceAll(/\b(?:sk|pk|rk|gsk|hf|gh[a-z]|xox[a-z])[-_][\w-]{8,}/g, "…")
    // As services show a key that they do not take.
    .replaceAll(/[\w-]*\*{3,}[\w*-]*/g, "…")
    .replaceAll(/\beyJ[\w-]+\.[\w.-]+/g, "…")
    .replaceAll(/\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20,}\b/g, "…")

/** Of an address the host, of a path the name of its file. */
const withoutPlaces = (text: string): string =>
  text
    .split(/(\b(?:https?|wss?):\/\/[^\s"'<>()]+)/i)
    .map((part, index) => {
      if (index % 2 === 0) return HostPaths.without(part)
      return URL.canParse(part) ? new URL(part).host : ""
    })
    .join("")
