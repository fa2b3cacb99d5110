import { Option, Schema } from "effect"
import { jsonrepair } from "jsonrepair"

/** A call as a model writes it in its text; `input` is JSON. */
export interface WrittenCall {
  readonly name: string
  readonly input: string
}

export interface Reader {
  /** Takes the next piece of text. Once it answers with calls, nothing that follows is of interest. */
  readonly push: (text: string) => Read
  /** The text has ended: what was held back is a broken call, or text after all. */
  readonly flush: () => Read
}

/** What can be said of the text by now: what is to be passed on, and the calls that it holds. */
export interface Read {
  readonly text: string
  readonly calls: ReadonlyArray<WrittenCall>
}

/** Models know several names for the same keys from their training; upstream's prompt has `tool` and `arguments`. */
const nameKeys = ["tool", "name", "tool_name", "function"]
const inputKeys = ["arguments", "parameters", "args", "input"]

/** Where JSON may begin, with what models like to put around it. */
const opening = /```|<tool_call>|\{|\[\s*\{/u
/** The beginning of an opening at the very end of a text. */
const openingBegun = /(?:`{1,2}|<[a-z_]*|\[\s*)$/u
/** What models put in front of the JSON of a call. */
const fence = /^(?:```(?<language>[a-z_]*)|<tool_call>)/iu
const languages = ["", "json", "tool_call", "tool_code"]
/** The beginning of a call's JSON, up to its first key. */
const prefix = /^\s*\[?\s*(?:\{\s*(?:["']?(?<key>[a-z_]*)(?<whole>["':])?)?)?/iu
const keys: ReadonlySet<string> = new Set([...nameKeys, ...inputKeys, "mcp_server", "server", "type", "id"])

const Mapping = Schema.Record({ key: Schema.String, value: Schema.Unknown })
const isMapping = Schema.is(Mapping)
const isName = Schema.is(Schema.NonEmptyTrimmedString)

const pick = (value: typeof Mapping.Type, names: ReadonlyArray<string>): unknown =>
  value[names.find((name) => value[name] !== undefined && value[name] !== null) ?? ""]

const parse = (text: string): Option.Option<unknown> => Option.liftThrowable(JSON.parse)(text)
const repair = (text: string): Option.Option<unknown> =>
  Option.flatMap(Option.liftThrowable(jsonrepair)(text), parse)

/** Arguments come as an object, or as a text that holds one. */
const inputOf = (value: unknown): string => {
  if (typeof value === "string") return value.trim() === "" ? "{}" : value
  return JSON.stringify(value ?? {})
}

const callOf = (value: unknown): ReadonlyArray<WrittenCall> => {
  if (!isMapping(value)) return []
  const name = pick(value, nameKeys)
  // OpenAI's own shape: {"type": "function", "function": {"name": …, "arguments": …}}
  if (isMapping(name)) return callOf(name)
  return isName(name) ? [{ name, input: inputOf(pick(value, inputKeys)) }] : []
}

const callsOf = (value: unknown): ReadonlyArray<WrittenCall> =>
  Array.isArray(value) ? value.flatMap(callOf) : callOf(value)

/** The JSON in a text that begins with an opening. */
const jsonIn = (held: string): string => held.slice(Math.max(0, held.search(/[{[]/u)))

/** Whether a text may still become a call; anything else is let go at once. */
const mayBecomeCall = (held: string): boolean => {
  const opened = fence.exec(held)
  const json = held.slice(opened?.[0].length ?? 0)
  const language = opened?.groups?.["language"]
  if (language !== undefined && json === "") return languages.some((known) => known.startsWith(language))
  if (language !== undefined && !languages.includes(language)) return false
  const match = prefix.exec(json)!
  const { key = "", whole } = match.groups ?? {}
  // Something follows that is neither a key nor its beginning.
  if (whole === undefined && match[0].length < json.length) return false
  return whole === undefined ? [...keys].some((known) => known.startsWith(key)) : key === "" || keys.has(key)
}

/**
 * Finds calls that a model writes as JSON in the midst of its text. Text is passed on as it comes, up to where a call may
 * begin; what turns out to be none is passed on as well. JSON that is broken at the end of the text is repaired.
 */
export const reader = (): Reader => {
  let held = ""

  const push = (piece: string): Read => {
    held += piece
    let text = ""
    for (;;) {
      const at = held.search(opening)
      if (at < 0) {
        const keep = openingBegun.exec(held)?.[0].length ?? 0
        text += held.slice(0, held.length - keep)
        held = held.slice(held.length - keep)
        return { text, calls: [] }
      }
      text += held.slice(0, at)
      held = held.slice(at)
      if (mayBecomeCall(held)) break
      const length = opening.exec(held)![0].length
      text += held.slice(0, length)
      held = held.slice(length)
    }
    if (!/[}\]]/u.test(piece)) return { text, calls: [] }
    const calls = complete(held)
    if (calls.length > 0) held = ""
    return { text, calls }
  }

  const flush = (): Read => {
    const rest = held
    held = ""
    const calls = mayBeJson(rest)
      ? Option.match(repair(jsonIn(rest)), { onNone: () => [], onSome: callsOf })
      : []
    return calls.length > 0 ? { text: "", calls } : { text: rest, calls: [] }
  }

  return { push, flush }
}

const mayBeJson = (text: string): boolean => /[{[]/u.test(text)

/** The calls of a text whose JSON has come to its end, whatever follows it. */
const complete = (held: string): ReadonlyArray<WrittenCall> => {
  const json = jsonIn(held)
  const end = json.startsWith("[") ? "]" : "}"
  for (let at = json.indexOf(end); at >= 0; at = json.indexOf(end, at + 1)) {
    const value = parse(json.slice(0, at + 1))
    if (Option.isSome(value)) return callsOf(value.value)
  }
  return []
}
