import { Redacted } from "effect"
import type { McpServerEntry } from "../config/McpServerConfig.ts"
import * as Quotation from "../engine/Quotation.ts"

/** A text without the secrets of a server's entry. */
export type Clean = (text: string) => string

/** Shorter values, in characters, are no secrets: `1`, `true`, `UTC`. */
const shortest = 8

/**
 * Takes out of a text what the entry keeps to itself: the values of its variables and headers, and their words (what is
 * said about a refused `Bearer` token often holds the token alone), what its address lets one in with, and anything
 * else that looks like a key.
 */
export const cleaning = (
  entry: Pick<McpServerEntry, "env" | "headers"> & Partial<Pick<McpServerEntry, "url" | "oauth">>
): Clean => {
  const values = [
    ...Object.values(Redacted.value(entry.env)),
    ...Object.values(Redacted.value(entry.headers)),
    ...(entry.oauth === undefined ? [] : [Redacted.value(entry.oauth.client_secret)]),
    ...inAddress(entry.url)
  ]
  const secrets = [...new Set(values.flatMap((value) => [value, ...value.split(/\s+/u)]))]
    .filter((value) => value.length >= shortest)
    // One that holds another goes first.
    .sort((a, b) => b.length - a.length)
    .map((value) => Redacted.make(value))
  return (text) => Quotation.withoutKeys(secrets.reduce(Quotation.withoutSecret, text))
}

const inAddress = (url = ""): ReadonlyArray<string> => {
  if (!URL.canParse(url)) return []
  const { password, search, searchParams } = new URL(url)
  return [password, decoded(password), search.slice(1), ...searchParams.values()]
}

/** A part of an address as it was meant; as it is where it is not written as such a part. */
export const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
