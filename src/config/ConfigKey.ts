import type { Schema, SchemaAST } from "effect"
import * as Field from "./Field.ts"
import { McpServerEntry } from "./McpServerConfig.ts"
import { SeiyuuConfig } from "./SeiyuuConfig.ts"
import * as Suggestion from "./Suggestion.ts"

/** A key of a file as its schema describes it. */
export interface ConfigKey extends Field.KeyNote {
  readonly name: string
  /** From the file's root: `system_config.port`. */
  readonly path: string
  /** What its value may be; undefined for a section. */
  readonly shape: Field.Shape | undefined
  /** The keys of a section, in the schema's order. */
  readonly keys: ReadonlyArray<ConfigKey>
}

const keysOf = (ast: SchemaAST.AST, path: string): ReadonlyArray<ConfigKey> => {
  // A section is a transformation from whatever the file holds; its keys are those of what comes out.
  if (ast._tag === "Transformation") return keysOf(ast.to, path)
  if (ast._tag !== "TypeLiteral") return []
  return ast.propertySignatures.map(({ annotations, name, type }) => {
    const note = annotations[Field.note] as Field.KeyNote
    const own = path === "" ? String(name) : `${path}.${String(name)}`
    const shape = type.annotations[Field.shape] as Field.Shape | undefined
    return {
      ...note,
      name: String(name),
      path: own,
      shape,
      keys: shape === undefined ? keysOf(type, own) : []
    }
  })
}

const all = (schema: Schema.Schema.Any) => keysOf(schema.ast, "")

/** The keys of `conf.yaml`. */
export const ofConfig: ReadonlyArray<ConfigKey> = all(SeiyuuConfig)

/** The keys of one server in `mcp_servers.json`. */
export const ofMcpServer: ReadonlyArray<ConfigKey> = all(McpServerEntry)

/** Every key below these, sections before their own keys. */
export const flatten = (keys: ReadonlyArray<ConfigKey>): ReadonlyArray<ConfigKey> =>
  keys.flatMap((key) => [key, ...flatten(key.keys)])

/** What of `conf.yaml` is meant by a path, a part of one from its end, or a single name. */
export const find = (wanted: string): ReadonlyArray<ConfigKey> => {
  const keys = flatten(ofConfig)
  const exact = keys.filter(({ path }) => path === wanted)
  return exact.length > 0 ? exact : keys.filter(({ path }) => path.endsWith(`.${wanted}`))
}

/** What may have been meant by a path that is not there: ` (did you mean "system_config.port"?)`, or nothing. */
export const hint = (wanted: string): string => {
  let keys = ofConfig
  let path = ""
  for (const name of wanted.split(".")) {
    const key = keys.find((key) => key.name === name)
    if (key === undefined) {
      const near = Suggestion.nearest(name, path === "" ? names : keys.map(({ name }) => name))
      return near === undefined ? "" : Suggestion.mention(path === "" ? near : `${path}.${near}`)
    }
    keys = key.keys
    path = key.path
  }
  return ""
}

const names = [...new Set(flatten(ofConfig).map(({ name }) => name))]
