import { Effect } from "effect"
import * as Yaml from "yaml"
import * as Sections from "../config/Sections.ts"
import * as TextFile from "../config/TextFile.ts"
import * as YamlEdit from "../config/YamlEdit.ts"
import * as Places from "./Places.ts"

const parse = (text: string) =>
  Yaml.parseDocument(text, { prettyErrors: false, uniqueKeys: false, merge: true })

/** Only the value is replaced; one in several lines keeps its last line break. */
const edits = (text: string, document: Yaml.Document, key: Places.Key): ReadonlyArray<YamlEdit.Edit> => {
  const section = YamlEdit.pairOf(document.contents, "system_config")?.value
  const value = YamlEdit.pairOf(section, key)?.value
  if (!Yaml.isAlias(value) && !Yaml.isScalar(value)) return []
  if (!value.range) return []
  const [start, end] = value.range
  const space = /\s*$/u.exec(text.slice(start, end))?.[0] ?? ""
  return [{ start, end, text: Places.usual[key] + space }]
}

/**
 * The bytes of a configuration with the usual places for these keys, or undefined where they cannot be put in: the key
 * may come from elsewhere by an alias, or the text is too deep to be read.
 */
export const withUsual = Effect.fn("ConfigurationCopy.withUsual")(
  function* (path: string, keys: ReadonlyArray<Places.Key>) {
    const file = yield* TextFile.read(path)
    const document = parse(file.text)
    const text = YamlEdit.apply(
      file.text,
      keys.flatMap((key) => edits(file.text, document, key))
    )
    const value: unknown = parse(text).toJS()
    const isDone = keys.every((key) => Sections.at(value, ["system_config", key]) === Places.usual[key])
    return isDone ? TextFile.bytesLike(file, text) : undefined
  },
  Effect.orElseSucceed(() => undefined),
  Effect.catchAllDefect(() => Effect.sync(() => undefined))
)
