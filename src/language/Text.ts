import { Schema } from "effect"
import { catalogues } from "./Catalogue.ts"
import type { Catalogue } from "./Catalogue.ts"
import type { Language } from "./Language.ts"

type Area = keyof Catalogue & string

/** The name of a text, such as `llm.wrongKey`. */
export type Key = { [A in Area]: `${A}.${keyof Catalogue[A] & string}` }[Area]

type Of<K extends Key> = K extends `${infer A extends Area}.${infer N}`
  ? N extends keyof Catalogue[A]
    ? Catalogue[A][N]
    : never
  : never

type Told = string | number | ReadonlyArray<string>

/** A text is told a name, a number, what somebody else said, or another text. */
type Given<T extends Told> = T extends string
  ? Words
  : T extends ReadonlyArray<string>
    ? ReadonlyArray<Words>
    : T

type Arguments<K extends Key> =
  Of<K> extends (...told: infer T extends ReadonlyArray<Told>) => string
    ? { readonly [I in keyof T]: Given<T[I]> }
    : readonly []

/** A text of the catalogue as data: which one, and what it is told. It may cross processes. */
export interface Text {
  readonly key: Key
  readonly given: ReadonlyArray<Words | number | ReadonlyArray<Words>>
}

/** A text, or what stays as it is in every language: a name, or what a provider, a library or a person said. */
export type Words = Text | string

export const isText = (value: unknown): value is Text =>
  typeof value === "object" && value !== null && "key" in value && "given" in value

/** For the fields of errors. */
export const Words = Schema.declare((value): value is Words => typeof value === "string" || isText(value))

export const say = <K extends Key>(key: K, ...given: Arguments<K>): Text => ({ key, given })

/** The words in that language. */
export const inLanguage = (words: Words, language: Language): string => {
  if (!isText(words)) return words
  const [area, name] = words.key.split(".") as [Area, string]
  const text = (catalogues[language][area] as Readonly<Record<string, unknown>>)[name]
  return typeof text === "function"
    ? (text as (...told: ReadonlyArray<Told>) => string)(...words.given.map((one) => told(one, language)))
    : String(text)
}

const told = (given: Text["given"][number], language: Language): Told => {
  if (typeof given === "number") return given
  return Array.isArray(given)
    ? given.map((one: Words) => inLanguage(one, language))
    : inLanguage(given as Words, language)
}

/** The same with every plain text in it changed. */
export const mapped = (words: Words, change: (plain: string) => string): Words => {
  if (!isText(words)) return change(words)
  const given = words.given.map((one) => {
    if (typeof one === "number") return one
    return Array.isArray(one) ? one.map((each: Words) => mapped(each, change)) : mapped(one as Words, change)
  })
  return { key: words.key, given }
}

/** As the log and the command line say it. */
export const english = (words: Words): string => inLanguage(words, "en")
