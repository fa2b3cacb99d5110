/** A number as it stands in the file: `api_key: 0123` is the text `0123` where text is wanted. */
export class Numeral {
  readonly value: number
  readonly source: string
  constructor(value: number, source: string) {
    this.value = value
    this.source = source
  }
}

/** A text that names environment variables which are not set: wrong only where somebody reads it. */
export class Unset {
  readonly variables: ReadonlyArray<string>
  /** The text, with these as they stand there. */
  readonly text: string
  constructor(variables: ReadonlyArray<string>, text: string) {
    this.variables = variables
    this.text = text
  }

  get message(): string {
    const [first, ...others] = this.variables
    const named =
      others.length === 0
        ? `the environment variable ${first} is`
        : `the environment variables ${this.variables.join(", ")} are`
    return `${named} not set: set ${others.length === 0 ? "it" : "them"}, or write \${${first}:-default}`
  }
}

export type Mapping = { readonly [key: string]: unknown }

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Numeral) &&
  !(value instanceof Unset)

export const isNothing = (value: unknown) => value === undefined || value === null

export const isEmpty = (value: unknown) =>
  isNothing(value) || (typeof value === "string" && value.trim() === "")

/** The same with numbers as such; a text whose variables are not set stays as it is. */
export const plain = (value: unknown): unknown => {
  if (value instanceof Numeral) return value.value
  if (Array.isArray(value)) return value.map(plain)
  return isMapping(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
    : value
}
