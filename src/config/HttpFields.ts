import { Option, Redacted, Schema } from "effect"
import * as Field from "./Field.ts"
import { expected, Mismatch, textOf } from "./Field.ts"
import * as Fields from "./Fields.ts"

const text = { words: "a text", json: Field.jsonText }
const secretText = { ...text, secret: true }

/** A key that goes into an HTTP header. No message shows it. */
export const HeaderKey = Field.make(Schema.RedactedFromSelf(Schema.String), secretText, (value) =>
  Option.match(textOf(value), {
    onNone: () => expected("a text", value),
    onSome: (text) =>
      /^[\x20-\x7e]*$/.test(text)
        ? Redacted.make(text)
        : new Mismatch(
            "holds a character that no key can have, perhaps a line break or a letter with an accent: take it out"
          )
  })
)

/** A host name, with or without a port, or an address that begins with one of these words and `://`. */
export const Host = (...schemes: ReadonlyArray<string>) => {
  const words = `a host name, or an address that begins with ${schemes.map((name) => `${name}://`).join(" or ")}`
  return Field.make(Schema.String, { words, json: Field.jsonText }, (value) =>
    Option.match(textOf(value), {
      onNone: () => expected("a host name", value),
      onSome: (text) => {
        const given = text.trim()
        const scheme = /^([a-z][\w+.-]*):\/\//i.exec(given)?.[1]?.toLowerCase()
        const isHost = URL.canParse(scheme === undefined ? `http://${given}` : given) && !/[\s@]/.test(given)
        return isHost && (scheme === undefined ? !/[/?#]/.test(given) : schemes.includes(scheme))
          ? given
          : new Mismatch(`expected ${words}`)
      }
    })
  )
}

/** What HTTP lets a header hold: Latin text without line breaks. No message shows it. */
const headerText = (value: unknown): string | Mismatch =>
  Option.match(textOf(value), {
    onNone: () => expected("a text", value),
    onSome: (text) =>
      /^[\t\x20-\x7e\x80-\xff]*$/.test(text)
        ? text
        : new Mismatch(
            "holds a character that no HTTP header can have, perhaps a line break at its end: take it out"
          )
  })

const HeaderValue = Field.make(Schema.RedactedFromSelf(Schema.String), secretText, (value) => {
  const text = headerText(value)
  return text instanceof Mismatch ? text : Redacted.make(text)
})

const badNames = (headers: object) =>
  Object.keys(headers)
    .filter((name) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name))
    .map((name) => ({ path: [name], message: "is no name of an HTTP header" }))

const headerValues = Fields.map(HeaderValue)
const shape = { [Field.shape]: Fields.shapeOf(headerValues) }

/** HTTP headers; their values are secrets. */
export const Headers = headerValues.pipe(Schema.filter(badNames, shape))

/** The same as one secret. */
export const SecretHeaders = Schema.Redacted(
  Fields.map(Field.make(Schema.String, secretText, headerText)).pipe(Schema.filter(badNames))
).annotations(shape)
