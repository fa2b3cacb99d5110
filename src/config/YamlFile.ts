import { Path } from "@effect/platform"
import { Array, Effect } from "effect"
import * as Yaml from "yaml"
import { ConfigInvalid, ConfigMissing } from "./ConfigInvalid.ts"
import type { ConfigProblem } from "./ConfigInvalid.ts"
import * as Environment from "./Environment.ts"
import * as RawValue from "./RawValue.ts"
import * as TextFile from "./TextFile.ts"

export type KeyPath = ReadonlyArray<PropertyKey>

/** A YAML file as read, with the places of its keys. */
export interface YamlFile {
  /** The file's name without its folder. */
  readonly name: string
  /** Of its bytes. */
  readonly digest: string
  /** Plain values; numbers are `RawValue.Numeral`, environment variables are put in, or `RawValue.Unset` stands there. */
  readonly value: unknown
  /** Keys that are there twice, and tags that nobody knows. */
  readonly duplicates: ReadonlyArray<ConfigProblem>
  /** A problem at the key, or at the nearest section that is in the file. */
  readonly at: (path: KeyPath, message: string) => ConfigProblem
}

/** Reads a YAML file, or says everything that is wrong with its syntax. `change` may change it before it is looked at. */
export const read = Effect.fn("YamlFile.read")((file: string, change?: (document: Yaml.Document) => void) =>
  parse(file, syntaxMessage, change)
)

/** Reads a JSON file, which is YAML too. */
export const readJson = Effect.fn("YamlFile.readJson")((file: string) =>
  parse(file, () => "this is no JSON: a comma, a quotation mark or a bracket is missing, or one too many")
)

const parse = Effect.fnUntraced(function* (
  file: string,
  explain: (error: Yaml.YAMLParseError) => string,
  change?: (document: Yaml.Document) => void
) {
  const name = (yield* Path.Path).basename(file)
  const { broken, digest, text } = yield* TextFile.read(file).pipe(
    Effect.mapError((cause) => {
      const notFound = cause._tag === "SystemError" && cause.reason === "NotFound"
      return new ConfigMissing({ file, reason: notFound ? "not-found" : "unreadable", cause })
    })
  )
  const lines = new Yaml.LineCounter()
  const document = Yaml.parseDocument(text, {
    lineCounter: lines,
    // The pretty form quotes the source, which may hold a key.
    prettyErrors: false,
    // Found below: a file with a key twice has always been accepted, and the last one counts.
    uniqueKeys: false,
    merge: true
  })
  const problem = (offset: number, path: KeyPath, message: string): ConfigProblem => {
    const { line, col } = lines.linePos(offset)
    return { path: path.map(nameOf).join("."), line, column: col, message }
  }
  const reject = (problems: ReadonlyArray<ConfigProblem>) =>
    Array.isNonEmptyReadonlyArray(problems)
      ? Effect.fail(new ConfigInvalid({ file: name, digest, problems }))
      : Effect.void

  if (broken !== undefined)
    yield* reject([problem(broken, [], "a byte here belongs to no text: save the file as UTF-8")])
  yield* reject(document.errors.map((error) => problem(error.pos[0], [], explain(error))))
  yield* reject(unresolved(document, problem))
  change?.(document)
  yield* prepare(document)
  const value = yield* Effect.try({
    try: (): unknown => document.toJS(),
    catch: () =>
      new ConfigInvalid({
        file: name,
        digest,
        problems: [problem(0, [], "an alias (*name) cannot be resolved")]
      })
  })
  const result: YamlFile = {
    name,
    digest,
    value,
    duplicates: [...duplicates(document, problem), ...unknownTags(document, problem)],
    at: (path, message) => problem(offsetOf(document, path), path, message)
  }
  return result
})

/** A key as it may be told. What stands behind a colon without a space is its value, which may be a secret. */
const nameOf = (key: PropertyKey): string => String(key).replace(/:.+$/su, ":…")

/** The library's words, except where they speak to a programmer. */
const syntaxMessage = ({ code, message }: Yaml.YAMLParseError) =>
  code === "MULTIPLE_DOCS"
    ? "a second document begins here (---): keep one"
    : message.replace(/^Missing closing (.)quote$/u, "the closing quotation mark ($1) of a text is missing")

type Problem = (offset: number, path: KeyPath, message: string) => ConfigProblem

/** Puts environment variables into texts and keeps numbers as they are written. */
const prepare = Effect.fnUntraced(function* (document: Yaml.Document) {
  const references: Array<Yaml.Scalar> = []
  Yaml.visit(document, {
    Scalar: (key, node) => {
      if (key === "key") return
      if (typeof node.value === "number") {
        node.value = new RawValue.Numeral(node.value, node.source ?? String(node.value))
      } else if (typeof node.value === "string" && Environment.mentions(node.value)) {
        references.push(node)
      }
    }
  })
  for (const node of references) {
    const { text, missing } = yield* Environment.substitute(String(node.value))
    node.value = missing.length === 0 ? text : new RawValue.Unset(missing, text)
  }
})

const keyOf = (pair: Yaml.Pair): string => {
  const key = Yaml.isScalar(pair.key) ? pair.key.value : pair.key
  // `<<` is one.
  return typeof key === "symbol" ? (key.description ?? "") : String(key)
}

/** The key path of a node from what the visitor says of it: its ancestors, and its own place in the last of them. */
const pathOf = (ancestors: ReadonlyArray<unknown>, key: unknown): KeyPath => {
  const path: Array<PropertyKey> = []
  for (const [index, ancestor] of ancestors.entries()) {
    if (Yaml.isPair(ancestor)) path.push(keyOf(ancestor))
    if (Yaml.isSeq(ancestor)) {
      const child = ancestors[index + 1]
      path.push(child === undefined ? Number(key) : ancestor.items.indexOf(child))
    }
  }
  return path
}

const duplicates = (document: Yaml.Document, problem: Problem): ReadonlyArray<ConfigProblem> => {
  const found: Array<ConfigProblem> = []
  Yaml.visit(document, {
    Map: (key, map, ancestors) => {
      const seen = new Set<string>()
      for (const pair of map.items) {
        const name = keyOf(pair)
        // `<<` may be there as often as one likes.
        if (seen.has(name) && name !== "<<") {
          const path = [...pathOf(ancestors, key), name]
          found.push(problem(startOf(pair.key), path, "is there twice; the last one counts"))
        }
        seen.add(name)
      }
    }
  })
  return found
}

/** Aliases of nothing, and what `<<` cannot take in. */
const unresolved = (document: Yaml.Document, problem: Problem): ReadonlyArray<ConfigProblem> => {
  const found: Array<ConfigProblem> = []
  // An alias of nothing is told as that.
  const isSection = (node: unknown) => {
    const meant = Yaml.isAlias(node) ? node.resolve(document) : node
    return meant === undefined || Yaml.isMap(meant)
  }
  Yaml.visit(document, {
    Alias: (key, alias, ancestors) => {
      if (alias.resolve(document) !== undefined) return
      const message = "this alias (*name) stands for nothing: write &name before what it means, further up"
      found.push(problem(startOf(alias), pathOf(ancestors, key), message))
    },
    Pair: (_, pair, ancestors) => {
      if (keyOf(pair) !== "<<" || !Yaml.isNode(pair.value)) return
      const taken = Yaml.isSeq(pair.value) ? pair.value.items : [pair.value]
      if (!taken.every(isSection))
        found.push(
          problem(startOf(pair.key), [...pathOf(ancestors, ""), "<<"], "expected sections to take in")
        )
    }
  })
  return found
}

/** What begins with an exclamation mark is no text. A tag may be a secret whose quotation marks are missing. */
const unknownTags = (document: Yaml.Document, problem: Problem): ReadonlyArray<ConfigProblem> => {
  const found: Array<ConfigProblem> = []
  Yaml.visit(document, {
    Node: (key, node, ancestors) => {
      if (Yaml.isAlias(node) || node.tag === undefined || !node.tag.startsWith("!")) return
      const message = "a tag (!…) stands here, which is ignored: if it is a text, put it in quotation marks"
      found.push(problem(startOf(node), pathOf(ancestors, key), message))
    }
  })
  return found
}

const startOf = (node: unknown): number => (Yaml.isNode(node) ? (node.range?.[0] ?? 0) : 0)

/** Where the key of the path stands, or the nearest section above it. */
const offsetOf = (document: Yaml.Document, path: KeyPath): number => {
  let node: unknown = document.contents
  let offset = 0
  for (const key of path) {
    if (Yaml.isAlias(node)) node = node.resolve(document)
    if (Yaml.isMap(node)) {
      const pair: Yaml.Pair | undefined = node.items.findLast((pair) => keyOf(pair) === String(key))
      if (pair === undefined) return offset
      offset = startOf(pair.key)
      node = pair.value
    } else if (Yaml.isSeq(node)) {
      node = node.items[Number(key)]
      if (node === undefined) return offset
      offset = startOf(node)
    } else return offset
  }
  return offset
}
