import { Option, Schema } from "effect"
import * as LooseJson from "./LooseJson.ts"

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

/** Arguments come as an object, or as a text that holds one. */
const inputOf = (value: unknown): string => {
  if (typeof value === "string") return value.trim() === "" ? "{}" : value
  return JSON.stringify(value ?? {})
}

const callOf = (value: unknown): ReadonlyArray<WrittenCall> => {
  if (!isMapping(value)) return []
  const outer = pick(value, nameKeys)
  // OpenAI's own shape: {"type": "function", "function": {"name": …, "arguments": …}}
  const call = isMapping(outer) ? outer : value
  const name = pick(call, nameKeys)
  return isName(name) ? [{ name, input: inputOf(pick(call, inputKeys)) }] : []
}

/** Whether JSON with a name is meant as a call, and not as an answer about somebody of that name. */
const isMeant = (value: unknown, tools: ReadonlySet<string>): boolean => {
  if (Array.isArray(value)) return value.length > 0 && value.every((one) => isMeant(one, tools))
  const [call] = callOf(value)
  if (call === undefined || !isMapping(value)) return false
  return tools.has(call.name) || [...inputKeys, "function"].some((key) => value[key] !== undefined)
}

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

/** Longest call, in characters: what is longer is text. */
const longestCall = 65_536

/** Looks for the end of a JSON value in text that comes in pieces, each character once. */
const endFinder = () => {
  let depth = 0
  let inText = false
  let escaped = false
  let looked = 0
  /** Where the value that begins in `text` ends, if it does; `text` only ever grows. */
  return (text: string): number | undefined => {
    for (; looked < text.length; looked++) {
      const character = text[looked]!
      if (escaped) escaped = false
      else if (inText) {
        if (character === "\\") escaped = true
        else if (character === '"') inText = false
      } else if (character === '"') inText = depth > 0
      else if (character === "{" || character === "[") depth++
      else if ((character === "}" || character === "]") && depth > 0 && --depth === 0) return ++looked
    }
    return undefined
  }
}

/**
 * Finds calls that a model writes as JSON in the midst of its text. Text is passed on as it comes, up to where a call may
 * begin; what turns out to be none is passed on as well. JSON that is broken at the end of the text is repaired.
 * `tools`: the names of those that there are.
 */
export const reader = (tools: ReadonlySet<string>): Reader => {
  let held = ""
  /** Set while `held` begins with what may become a call. */
  let findEnd: ReturnType<typeof endFinder> | undefined

  const callsIn = (json: string): ReadonlyArray<WrittenCall> =>
    Option.match(LooseJson.read(json), {
      onNone: () => [],
      onSome: (value) => {
        if (!isMeant(value, tools)) return []
        return Array.isArray(value) ? value.flatMap(callOf) : callOf(value)
      }
    })

  /** Lets go of the first characters of what is held. */
  const release = (length: number): string => {
    const text = held.slice(0, length)
    held = held.slice(length)
    findEnd = undefined
    return text
  }

  const push = (piece: string): Read => {
    held += piece
    let text = ""
    for (;;) {
      if (findEnd === undefined) {
        const at = held.search(opening)
        if (at < 0) {
          const keep = openingBegun.exec(held)?.[0].length ?? 0
          return { text: text + release(held.length - keep), calls: [] }
        }
        text += release(at)
        findEnd = endFinder()
      }
      if (!mayBecomeCall(held) || held.length > longestCall) {
        text += release(opening.exec(held)![0].length)
        continue
      }
      const end = findEnd(held)
      if (end === undefined) return { text, calls: [] }
      const calls = callsIn(jsonIn(held.slice(0, end)))
      if (calls.length > 0) {
        held = ""
        return { text, calls }
      }
      text += release(end)
    }
  }

  const flush = (): Read => {
    const begun = findEnd !== undefined
    const rest = release(held.length)
    const calls = begun && /[{[]/u.test(rest) ? callsIn(jsonIn(rest)) : []
    return calls.length > 0 ? { text: "", calls } : { text: rest, calls: [] }
  }

  return { push, flush }
}
