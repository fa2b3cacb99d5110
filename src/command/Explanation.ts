import type { ConfigKey } from "../config/ConfigKey.ts"
import * as Table from "./Table.ts"

const fallback = ({ fallback, required }: ConfigKey) => {
  if (required) return "none: the key is required"
  if (fallback === undefined) return "none: the key may be absent"
  return fallback === "" ? "empty" : JSON.stringify(fallback)
}

/** A key, what it is for and what it may be; a section with its keys. */
export const ofKey = (key: ConfigKey): string => {
  const { about, keys, path, required, shape } = key
  if (shape === undefined)
    return `${path}: a section${required ? ", required" : ""}\n${indented(about)}\n\n${indented(ofSections(keys))}`
  return [
    path,
    indented(about),
    indented(
      `value:   ${shape.words}${shape.secret === true ? " (a secret: ${NAME} takes it from the environment)" : ""}`
    ),
    indented(`default: ${fallback(key)}`)
  ].join("\n")
}

/** Keys, a line each. */
export const ofSections = (keys: ReadonlyArray<ConfigKey>): string =>
  Table.render(
    ["key", "default", "about"],
    keys.map((key) => [key.name, key.shape === undefined ? "(section)" : short(key), key.about])
  )

/** Keys of one name in many sections, a line each. */
export const ofPaths = (keys: ReadonlyArray<ConfigKey>): string =>
  Table.render(
    ["key", "about"],
    keys.map(({ about, path }) => [path, about])
  )

const short = ({ fallback, required }: ConfigKey) => {
  if (required) return "(required)"
  return fallback === undefined ? "" : JSON.stringify(fallback)
}

const indented = (text: string) => text.replaceAll(/^(?=.)/gmu, "  ")
