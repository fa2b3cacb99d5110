import { english, isText } from "../../src/language/Text.ts"

/** The same data with each text of the catalogue in English. */
export const of = (value: unknown): unknown => {
  if (isText(value)) return english(value)
  if (Array.isArray(value)) return value.map(of)
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, of(item)]))
    : value
}
