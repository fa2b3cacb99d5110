import { Effect } from "effect"
import * as Yaml from "yaml"
import * as YamlFile from "./YamlFile.ts"

/** The version of the format that is read; older ones are changed into it. */
export const newest = "v1.2.1"

/** What a step does to a document; gives what it has changed, a sentence without a full stop each. */
type Change = (document: Yaml.Document) => ReadonlyArray<string>

/** From which version on the format is as the step leaves it. */
interface Step {
  readonly to: readonly [major: number, minor: number, patch: number]
  readonly name: string
  readonly change: Change
}

/** A section in place of a key without a value, with the comments that stand there: they may be keys that were left out. */
const emptySection = (before: unknown): Yaml.YAMLMap => {
  const section = new Yaml.YAMLMap()
  if (!Yaml.isScalar(before)) return section
  const comments = [before.commentBefore, before.comment].filter((comment) => typeof comment === "string")
  if (comments.length > 0) section.commentBefore = comments.join("\n")
  return section
}

/** Moves a key with its value and its comments. One that is there already, or an empty one, is not replaced: the old one goes. */
const move =
  (from: ReadonlyArray<string>, to: ReadonlyArray<string>): Change =>
  (document) => {
    const parent = document.getIn(from.slice(0, -1))
    if (!Yaml.isMap(parent)) return []
    const pair = parent.items.find(({ key }) => Yaml.isScalar(key) && key.value === from.at(-1))
    if (pair === undefined || !Yaml.isScalar(pair.key)) return []
    const place = to.slice(0, -1)
    const section = document.getIn(place)
    // Something else than a section stands there: that is told as what it is.
    if (section !== undefined && section !== null && !Yaml.isMap(section)) return []
    parent.delete(from.at(-1))
    const [old, now] = [from.join("."), to.join(".")]
    if (document.getIn(to) !== undefined && document.getIn(to) !== null)
      return [`${old} was given up: ${now} counts`]
    if (!Yaml.isMap(section)) document.setIn(place, emptySection(document.getIn(place, true)))
    const target = document.getIn(place)
    if (!Yaml.isMap(target)) return []
    target.delete(to.at(-1))
    pair.key.value = to.at(-1)
    target.items.push(pair)
    return [`${old} has become ${now}`]
  }

/**
 * What has changed in Open-LLM-VTuber's format, oldest first. From v1.0 to v1.1 keys were only added. New defaults of
 * its template (another avatar, no voice activity detection) are no changes of the format: a file keeps what it says.
 */
const steps: ReadonlyArray<Step> = [
  { to: [1, 1, 0], name: "v1.0 to v1.1", change: () => [] },
  {
    to: [1, 2, 0],
    name: "v1.1 to v1.2",
    change: move(
      ["system_config", "group_conversation_prompt"],
      ["system_config", "tool_prompts", "group_conversation_prompt"]
    )
  }
]

const versionPath = ["system_config", "conf_version"]

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

/** Changes a document into the newest form. One that says no version goes through all steps. */
export const apply = (document: Yaml.Document): Migrated => {
  const written = document.getIn(versionPath)
  const from = typeof written === "string" ? written : undefined
  const version = from === undefined ? undefined : numbersOf(from)
  const due = steps.filter(({ to }) => version === undefined || isBefore(version, to))
  const changes = due.flatMap(({ change, name }) => change(document).map((what) => `${name}: ${what}`))
  const older = version !== undefined && isBefore(version, numbersOf(newest) ?? [])
  if (older) {
    const node = document.getIn(versionPath, true)
    if (Yaml.isScalar(node)) node.value = newest
  }
  return { from, older, changes }
}

/** Reads a `conf.yaml` of any version as one of the newest. */
export const read = Effect.fn("Migration.read")(function* (file: string) {
  let migrated: Migrated = { from: undefined, older: false, changes: [] }
  const yaml = yield* YamlFile.read(file, (document) => {
    migrated = apply(document)
  })
  return { yaml, migrated }
})

const isNumber = (tag: unknown): tag is Yaml.ScalarTag =>
  typeof tag === "object" && tag !== null && "tag" in tag && /:(int|float)$/u.test(String(tag.tag))

/** A number as it is written: `0123` would become `123`, and `1.50` would become `1.5`. */
const asWritten = (tags: Yaml.Tags): Yaml.Tags =>
  tags.map((tag) =>
    isNumber(tag) ? { ...tag, stringify: (node: Yaml.Scalar) => node.source ?? String(node.value) } : tag
  )

/** The text of a file in the newest form, comments included. */
export const rewrite = (text: string): Migrated & { readonly text: string } => {
  const document = Yaml.parseDocument(text, { uniqueKeys: false, merge: true, customTags: asWritten })
  const migrated = apply(document)
  return { ...migrated, text: document.toString({ lineWidth: 0 }) }
}
