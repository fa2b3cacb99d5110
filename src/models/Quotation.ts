import { Option, Redacted, Schema } from "effect"

/** Longest quotation, in characters. */
const longest = 160

/** The two shapes in which services report an error: `{"error": {"message": …}}` and `{"error": …}`. */
const ErrorBody = Schema.Struct({
  error: Schema.Union(Schema.String, Schema.Struct({ message: Schema.String }))
})
const fromJson = Schema.decodeUnknownOption(Schema.parseJson(ErrorBody))
const fromValue = Schema.decodeUnknownOption(ErrorBody)

/** The text without the secret; one of less than four characters is no secret but a filler. */
export const withoutSecret = (text: string, secret: Redacted.Redacted<string>): string => {
  const value = Redacted.value(secret)
  return value.length < 4 ? text : text.replaceAll(value, "…")
}

/**
 * `: "…"`, to be put behind a clause: what a service said, in one short line, without the secret that it was
 * sent. Empty if it said nothing in words. `said`: a body as text or as parsed JSON.
 */
export const quote = (said: unknown, secret: Redacted.Redacted<string>): string => {
  const line = withoutSecret(wordsOf(said), secret).replaceAll(/\s+/g, " ").trim()
  return line === "" ? "" : `: "${line.length > longest ? `${line.slice(0, longest)}…` : line}"`
}

const wordsOf = (said: unknown): string =>
  (typeof said === "string" ? fromJson(said) : fromValue(said)).pipe(
    Option.map(({ error }) => (typeof error === "string" ? error : error.message)),
    // A page of HTML is no message.
    Option.getOrElse(() => (typeof said === "string" && !/^\s*</.test(said) ? said : ""))
  )
