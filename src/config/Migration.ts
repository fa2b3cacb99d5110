import { Effect, Option } from "effect"
import { isDeepStrictEqual } from "node:util"
import * as Yaml from "yaml"
import * as YamlEdit from "./YamlEdit.ts"
import * as YamlFile from "./YamlFile.ts"

/** The version of the format that is read; older ones are changed into it. */
export const newest = "v1.2.1"

/** From which version on the format is as the step leaves it. */
interface Step {
  readonly to: readonly [major: number, minor: number, patch: number]
  readonly name: string
  readonly nestings: ReadonlyArray<YamlEdit.Nesting>
}

/**
 * Moves a key with its value. One that is there already, or an empty one, is not replaced: the old one goes. Gives what it
 * has changed, a sentence without a full stop.
 */
const nest = (document: Yaml.Document, { key, section, under }: YamlEdit.Nesting): string | undefined => {
  const parent = YamlEdit.pairOf(document.contents, section)?.value
  const pair = YamlEdit.pairOf(parent, key)
  if (!Yaml.isMap(parent) || pair === undefined || !Yaml.isScalar(pair.key)) return undefined
  const place = YamlEdit.pairOf(parent, under)
  // Something else than a section stands there: that is told as what it is.
  if (!YamlEdit.isEmpty(place?.value) && !Yaml.isMap(place?.value)) return undefined
  withoutAliasesOf(document, pair)
  const olds = new Set(YamlEdit.pairsOf(parent, key))
  parent.items = parent.items.filter((item) => !olds.has(item))
  const [old, now] = [`${section}.${key}`, `${section}.${under}.${key}`]
  if (!YamlEdit.isEmpty(YamlEdit.pairOf(place?.value, key)?.value))
    return `${old} was given up: ${now} counts`
  const target = Yaml.isMap(place?.value) ? place.value : new Yaml.YAMLMap()
  const empty = new Set(YamlEdit.pairsOf(target, key))
  target.items = [...target.items.filter((item) => !empty.has(item)), pair]
  if (place === undefined) parent.items.push(new Yaml.Pair(new Yaml.Scalar(under), target))
  else place.value = target
  return `${old} has become ${now}`
}

/** What an alias of the pair's value means in the alias's place: what it stands for goes, or comes later. */
const withoutAliasesOf = (document: Yaml.Document, { value }: Yaml.Pair) => {
  if (!Yaml.isNode(value)) return
  const own = new Set<unknown>()
  Yaml.visit(value, { Node: (_, node) => void own.add(node) })
  Yaml.visit(document, {
    Alias: (_, alias) => {
      const meant = alias.resolve(document)
      return meant !== undefined && own.has(meant) && !own.has(alias) ? meant : undefined
    }
  })
}

/**
 * What has changed in Open-LLM-VTuber's format, oldest first. From v1.0 to v1.1 keys were only added. New defaults of
 * its template (another avatar, no voice activity detection) are no changes of the format: a file keeps what it says.
 */
const steps: ReadonlyArray<Step> = [
  { to: [1, 1, 0], name: "v1.0 to v1.1", nestings: [] },
  {
    to: [1, 2, 0],
    name: "v1.1 to v1.2",
    nestings: [{ section: "system_config", key: "group_conversation_prompt", under: "tool_prompts" }]
  }
]

/** The scalar that says the version. */
const versionOf = (document: Yaml.Document) => {
  const node = YamlEdit.pairOf(
    YamlEdit.pairOf(document.contents, "system_config")?.value,
    "conf_version"
  )?.value
  return Yaml.isScalar(node) ? node : undefined
}

/** The numbers of a version such as `v1.1.0-alpha.1`. */
const numbersOf = (version: string) => {
  const found = /^v?(\d+)\.(\d+)(?:\.(\d+))?/u.exec(version.trim())
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)]
}

const isBefore = (version: ReadonlyArray<number>, other: ReadonlyArray<number>): boolean => {
  const index = version.findIndex((number, index) => number !== other[index])
  return index !== -1 && version[index]! < (other[index] ?? 0)
}

export interface Migrated {
  /** `conf_version` as the file has it; undefined if it says none. */
  readonly from: string | undefined
  /** Whether the file's version is an older one. */
  readonly older: boolean
  /** What was changed, each with the name of its step. */
  readonly changes: ReadonlyArray<string>
}

/** What of the steps a document still needs. One that says no version goes through all. */
const dueOf = (document: Yaml.Document) => {
  const node = versionOf(document)
  // `1.1` is a number.
  const from = typeof node?.value === "number" ? (node.source ?? String(node.value)) : node?.value
  const version = typeof from === "string" ? numbersOf(from) : undefined
  return {
    node,
    from: typeof from === "string" ? from : undefined,
    older: version !== undefined && isBefore(version, numbersOf(newest) ?? []),
    steps: steps.filter(({ to }) => version === undefined || isBefore(version, to))
  }
}

/** Changes a document into the newest form. */
export const apply = (document: Yaml.Document): Migrated => {
  const { from, node, older, steps } = dueOf(document)
  const changes = steps.flatMap(({ name, nestings }) =>
    nestings.flatMap((nesting) => {
      const what = nest(document, nesting)
      return what === undefined ? [] : [`${name}: ${what}`]
    })
  )
  if (older && node !== undefined) node.value = newest
  return { from, older, changes }
}

/** A file as it is read, and what of it had to be changed for that. */
export interface Read {
  readonly yaml: YamlFile.YamlFile
  readonly migrated: Migrated
}

/** Reads a `conf.yaml` of any version as one of the newest. */
export const read = Effect.fn("Migration.read")(function* (file: string) {
  let migrated: Migrated = { from: undefined, older: false, changes: [] }
  const yaml = yield* YamlFile.read(file, (document) => {
    migrated = apply(document)
  })
  const result: Read = { yaml, migrated }
  return result
})

const parse = (text: string) => Yaml.parseDocument(text, { uniqueKeys: false, merge: true })

/** A file in the newest form. */
interface Rewritten extends Migrated {
  /** All but what the changes are about is as it was; undefined if that cannot be had. */
  readonly text: string | undefined
}

/** Brings the text of a file into the newest form. */
export const rewrite = (text: string): Rewritten => {
  const document = parse(text)
  const migrated = apply(document)
  if (!migrated.older && migrated.changes.length === 0) return { ...migrated, text }
  const edited = edit(text)
  return { ...migrated, text: means(edited, document) ? edited : undefined }
}

const edit = (text: string): string => {
  const { older, steps } = dueOf(parse(text))
  const moved = steps
    .flatMap(({ nestings }) => nestings)
    .reduce((text, nesting) => {
      const edits = YamlEdit.nest(text, parse(text), nesting)
      return edits === undefined ? text : YamlEdit.apply(text, edits)
    }, text)
  const node = older ? versionOf(parse(moved)) : undefined
  return node === undefined ? moved : YamlEdit.apply(moved, YamlEdit.replaceScalar(moved, node, newest))
}

/** Whether a text says what a document does. */
const means = (text: string, document: Yaml.Document): boolean => {
  const read = parse(text)
  const meant = toJs(document)
  return read.errors.length === 0 && Option.isSome(meant) && isDeepStrictEqual(toJs(read), meant)
}

/** An alias that comes before what it stands for has no value. */
const toJs = Option.liftThrowable((document: Yaml.Document): unknown => document.toJS())
