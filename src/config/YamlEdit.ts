import * as Yaml from "yaml"

/** A part of a text, in characters, and what comes in its place. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The text with parts of it replaced; they do not overlap. */
export const apply = (text: string, edits: ReadonlyArray<Edit>): string =>
  edits
    .toSorted((a, b) => b.start - a.start || b.end - a.end)
    .reduce((done, { end, start, text }) => done.slice(0, start) + text + done.slice(end), text)

/** A key that goes into a section beside it, such as `a.key` to `a.under.key`. */
export interface Nesting {
  readonly section: string
  readonly key: string
  readonly under: string
}

const isKey = (name: string) => (pair: Yaml.Pair) => Yaml.isScalar(pair.key) && pair.key.value === name

/** The pair of a key: of several the last one, which counts. */
export const pairOf = (map: unknown, name: string): Yaml.Pair | undefined =>
  Yaml.isMap(map) ? map.items.findLast(isKey(name)) : undefined

export const pairsOf = (map: Yaml.YAMLMap, name: string): ReadonlyArray<Yaml.Pair> =>
  map.items.filter(isKey(name))

export const isEmpty = (value: unknown) =>
  value === undefined || value === null || (Yaml.isScalar(value) && value.value === null)

/** What a scalar is replaced by, in the quotation marks that it has. */
export const replaceScalar = (text: string, { range }: Yaml.Scalar, value: string): ReadonlyArray<Edit> => {
  if (!range) return []
  const [start, end] = range
  const mark = /^["']/u.exec(text.slice(start, end))?.[0] ?? ""
  return [{ start, end, text: `${mark}${value}${mark}` }]
}

/** How the key is moved, with the comments above and beside it; undefined if that takes more than moving lines. */
export const nest = (
  text: string,
  document: Yaml.Document,
  { key, section, under }: Nesting
): ReadonlyArray<Edit> | undefined => {
  const parent = pairOf(document.contents, section)?.value
  if (!Yaml.isMap(parent)) return undefined
  const olds = pairsOf(parent, key)
  const old = olds.at(-1)
  if (old === undefined) return undefined
  const target = pairOf(parent, under)
  const others = olds.slice(0, -1).map((pair) => remove(text, parent, pair))
  const present = pairOf(target?.value, key)
  if (present !== undefined && !isEmpty(present.value)) return [...others, remove(text, parent, old)]
  const inText = { text, parent, old, present }
  const moved =
    Yaml.isMap(target?.value) && !target.value.flow
      ? intoLines(inText, target.value)
      : target === undefined || Yaml.isMap(target.value) || parent.flow
        ? intoBraces(inText, under, target)
        : belowEmpty(inText, target)
  return moved === undefined ? undefined : [...others, ...moved]
}

interface InText {
  readonly text: string
  readonly parent: Yaml.YAMLMap
  readonly old: Yaml.Pair
  /** An empty one that is there already. */
  readonly present: Yaml.Pair | undefined
}

const startOf = (node: unknown): number => (Yaml.isNode(node) ? (node.range?.[0] ?? 0) : 0)

/** Where a key with its value ends, without the comment beside it. */
const endOf = (text: string, { key, value }: Yaml.Pair): number => {
  const end = Math.max(...[key, value].map((node) => (Yaml.isNode(node) ? (node.range?.[1] ?? 0) : 0)))
  // What follows a key without a value is its colon.
  const after = isEmpty(value) ? (/^\s*:/u.exec(text.slice(end))?.[0].length ?? 0) : 0
  return end + after - (/\s*$/u.exec(text.slice(0, end + after))?.[0].length ?? 0)
}

const lineStart = (text: string, at: number) => text.lastIndexOf("\n", at - 1) + 1

const lineEnd = (text: string, at: number) => {
  const end = text.indexOf("\n", at)
  return end === -1 ? text.length : end + 1
}

const indentOf = (text: string, pair: Yaml.Pair) =>
  text.slice(lineStart(text, startOf(pair.key)), startOf(pair.key))

/** The lines of a key: `from` with the comments right above it, `start` without. */
const linesOf = (text: string, pair: Yaml.Pair) => {
  const start = lineStart(text, startOf(pair.key))
  const comment = `${indentOf(text, pair)}#`
  let from = start
  while (from > 0 && text.startsWith(comment, lineStart(text, from - 1))) from = lineStart(text, from - 1)
  return { from, start, end: lineEnd(text, endOf(text, pair)) }
}

const remove = (text: string, map: Yaml.YAMLMap, pair: Yaml.Pair): Edit => {
  if (!map.flow) {
    const { end, from } = linesOf(text, pair)
    return { start: from, end, text: "" }
  }
  const index = map.items.indexOf(pair)
  const [before, next] = [map.items[index - 1], map.items[index + 1]]
  if (next !== undefined) return { start: startOf(pair.key), end: startOf(next.key), text: "" }
  const start = before === undefined ? startOf(pair.key) : endOf(text, before)
  return { start, end: endOf(text, pair), text: "" }
}

const newline = (text: string) => (text.includes("\r\n") ? "\r\n" : "\n")

/** The lines of a key, further inside. */
const indented = ({ old, text }: InText, indent: string): string => {
  const { end, from } = linesOf(text, old)
  const more = indent.slice(indentOf(text, old).length)
  const lines = text.slice(from, end).replaceAll(/^(?=[^\r\n])/gmu, more)
  return lines.endsWith("\n") ? lines : lines + newline(text)
}

/** Whole lines at a place where a line begins, or at the end of the text. */
const insert = (text: string, at: number, lines: string): Edit => ({
  start: at,
  end: at,
  text: at > 0 && text[at - 1] !== "\n" ? newline(text) + lines : lines
})

const intoLines = (inText: InText, target: Yaml.YAMLMap): ReadonlyArray<Edit> | undefined => {
  const { old, parent, present, text } = inText
  const [first, last] = [target.items[0], target.items.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const lines = present === undefined ? undefined : linesOf(text, present)
  return [
    remove(text, parent, old),
    ...(lines === undefined ? [] : [{ start: lines.start, end: lines.end, text: "" }]),
    insert(text, linesOf(text, last).end, indented(inText, indentOf(text, first)))
  ]
}

/** Below a key without a value, and below the comments there: they may be keys that were left out. */
const belowEmpty = (inText: InText, target: Yaml.Pair): ReadonlyArray<Edit> => {
  const { old, parent, text } = inText
  const own = indentOf(text, target)
  let at = lineEnd(text, endOf(text, target))
  let indent = own + (own === "" ? "  " : own)
  for (;;) {
    const comment = /^(\s+)#/u.exec(text.slice(at, lineEnd(text, at)))?.[1]
    if (comment === undefined || comment.length <= own.length) break
    indent = comment
    at = lineEnd(text, at)
  }
  const value = Yaml.isNode(target.value) ? target.value.range : undefined
  return [
    remove(text, parent, old),
    ...(value && value[1] > value[0] ? [{ start: value[0], end: value[1], text: "" }] : []),
    insert(text, at, indented(inText, indent))
  ]
}

/** Into a section in braces, or into a new section in the key's place. */
const intoBraces = (
  inText: InText,
  under: string,
  target: Yaml.Pair | undefined
): ReadonlyArray<Edit> | undefined => {
  const { old, parent, present, text } = inText
  const [start, end] = [startOf(old.key), endOf(text, old)]
  const entry = text.slice(start, end)
  if (target === undefined) {
    if (parent.flow) return [{ start, end, text: `${under}: { ${entry} }` }]
    const own = indentOf(text, old)
    const { end: lastEnd, from } = linesOf(text, old)
    const head = `${own}${under}:${newline(text)}`
    return [{ start: from, end: lastEnd, text: head + indented(inText, own + own) }]
  }
  // Lines of their own do not go into braces.
  if (!parent.flow && entry.includes("\n")) return undefined
  const removal = parent.flow ? remove(text, parent, old) : lineWithoutComment(text, old)
  return [removal, intoValue(text, target, present, entry)]
}

const intoValue = (text: string, target: Yaml.Pair, present: Yaml.Pair | undefined, entry: string): Edit => {
  if (present !== undefined) return { start: startOf(present.key), end: endOf(text, present), text: entry }
  const { value } = target
  const last = Yaml.isMap(value) ? value.items.at(-1) : undefined
  if (last !== undefined) {
    const at = endOf(text, last)
    return { start: at, end: at, text: `, ${entry}` }
  }
  if (Yaml.isMap(value)) return { start: startOf(value) + 1, end: startOf(value) + 1, text: ` ${entry} ` }
  const range = Yaml.isNode(value) ? value.range : undefined
  if (range && range[1] > range[0]) return { start: range[0], end: range[1], text: `{ ${entry} }` }
  const at = endOf(text, target)
  return { start: at, end: at, text: `${text[at - 1] === ":" ? "" : ":"} { ${entry} }` }
}

/** The comments of a key that goes into braces stay where they are. */
const lineWithoutComment = (text: string, pair: Yaml.Pair): Edit => {
  const { end, start } = linesOf(text, pair)
  const after = endOf(text, pair)
  const comment = text.slice(after, end).indexOf("#")
  return comment === -1
    ? { start, end, text: "" }
    : { start: startOf(pair.key), end: after + comment, text: "" }
}
