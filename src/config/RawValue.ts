/** A number as it stands in the file: `api_key: 0123` is the text `0123` where text is wanted. */
export class Numeral {
  readonly value: number
  readonly source: string
  constructor(value: number, source: string) {
    this.value = value
    this.source = source
  }
}

export type Mapping = { readonly [key: string]: unknown }

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Numeral)

export const isNothing = (value: unknown) => value === undefined || value === null

export const isEmpty = (value: unknown) =>
  isNothing(value) || (typeof value === "string" && value.trim() === "")
