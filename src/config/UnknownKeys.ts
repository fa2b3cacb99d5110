import type { Schema, SchemaAST } from "effect"
import * as RawValue from "./RawValue.ts"
import * as Suggestion from "./Suggestion.ts"
import type { KeyPath } from "./YamlFile.ts"

export interface UnknownKey {
  readonly path: KeyPath
  /** What may have been meant, ` (did you mean "port"?)`, or nothing. */
  readonly hint: string
}

/** Keys of a file that its schema does not know, at any depth. */
export const find = (
  schema: Schema.Schema.Any,
  value: unknown,
  path: KeyPath = []
): ReadonlyArray<UnknownKey> => walk(schema.ast, value, path)

const walk = (ast: SchemaAST.AST, value: unknown, path: KeyPath): ReadonlyArray<UnknownKey> => {
  // A field is a transformation from whatever the file holds; its keys are those of what comes out.
  if (ast._tag === "Transformation") return walk(ast.to, value, path)
  if (ast._tag !== "TypeLiteral" || ast.indexSignatures.length > 0 || !RawValue.isMapping(value)) return []
  const known = new Map(ast.propertySignatures.map(({ name, type }) => [String(name), type]))
  return Object.entries(value).flatMap(([key, item]) => {
    const type = known.get(key)
    if (type !== undefined) return walk(type, item, [...path, key])
    return [{ path: [...path, key], hint: Suggestion.hint(key, [...known.keys()]) }]
  })
}
