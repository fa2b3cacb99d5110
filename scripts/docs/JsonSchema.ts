import * as ConfigKey from "../../src/config/ConfigKey.ts"
import type { JsonSchema } from "../../src/config/Field.ts"

interface Options {
  /** Whether keys may be left out that the whole needs: a character's file holds what differs. */
  readonly partial: boolean
}

/** Null stands for an absent key. */
const orNull = (schema: JsonSchema): JsonSchema => {
  const { anyOf, type } = schema
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...anyOf, { type: "null" }] }
  if (type === undefined) return schema
  return { ...schema, type: [type, "null"].flat() }
}

/** So does an empty text. */
const orEmpty = (schema: JsonSchema): JsonSchema =>
  Array.isArray(schema["anyOf"]) ? { ...schema, anyOf: [...schema["anyOf"], { const: "" }] } : schema

const isPlain = (value: unknown) => typeof value !== "object" || (Array.isArray(value) && value.length > 0)

const ofKey = (key: ConfigKey.ConfigKey, options: Options): JsonSchema => {
  // A section that may be left out is read only if something chooses it: until then it may lack keys.
  const chosen = key.required || key.fallback !== undefined
  const own =
    key.shape === undefined ? ofSection(key.keys, chosen ? options : { partial: true }) : key.shape.json
  const value = key.emptyIsNone === true ? orEmpty(own) : own
  return {
    description: key.about,
    ...(key.required && !options.partial ? value : orNull(value)),
    ...(key.fallback !== undefined && isPlain(key.fallback) ? { default: key.fallback } : {})
  }
}

const ofSection = (keys: ReadonlyArray<ConfigKey.ConfigKey>, options: Options): JsonSchema => {
  const required = options.partial ? [] : keys.filter(({ required }) => required).map(({ name }) => name)
  return {
    type: "object",
    properties: Object.fromEntries(keys.map((key) => [key.name, ofKey(key, options)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false
  }
}

const document = (title: string, keys: ReadonlyArray<ConfigKey.ConfigKey>, options: Options) =>
  `${JSON.stringify(
    { $schema: "http://json-schema.org/draft-07/schema#", title, ...ofSection(keys, options) },
    null,
    1
  )}\n`

/** For editors: `conf.yaml`. */
export const config = () => document("conf.yaml of seiyuu", ConfigKey.ofConfig, { partial: false })

/** For editors: a file of `characters/`. */
export const character = () =>
  document(
    "A character of seiyuu",
    ConfigKey.ofConfig.filter(({ name }) => name === "character_config"),
    { partial: true }
  )
