import type { ToolResult } from "./McpClient.ts"

type Mapping = Readonly<Record<string, unknown>>

/** The key by which such an object is known: the address of a page that shows the browser. */
const key = "debuggerFullscreenUrl"

/** Longest text that is looked through, in characters. */
const longest = 100_000

/** How deep objects are looked into. */
const deepest = 4

/** Where a browser that the tool drives can be watched, if any part of its answer says so (as Browserbase and Stagehand do). */
export const find = (parts: ReadonlyArray<unknown>): ToolResult["browserView"] => {
  for (const part of parts) {
    const found = within(typeof part === "string" ? parse(part) : part, deepest)
    if (found !== undefined) return found
  }
  return undefined
}

/** The JSON object in a text, which may have words around it. */
const parse = (text: string): unknown => {
  if (text.length > longest || !text.includes(key)) return undefined
  try {
    return JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1))
  } catch {
    return undefined
  }
}

const within = (value: unknown, depth: number): Mapping | undefined => {
  if (typeof value !== "object" || value === null || depth < 0) return undefined
  const object = value as Mapping
  if (isPage(object[key])) return object
  for (const inner of Object.values(object)) {
    const found = within(inner, depth - 1)
    if (found !== undefined) return { ...outline(object), ...found }
  }
  return undefined
}

/** The session's name stands beside the addresses, not with them. */
const outline = ({ sessionId }: Mapping): Mapping => (typeof sessionId === "string" ? { sessionId } : {})

/** Clients show it in a frame: a script must not come that way. */
const isPage = (address: unknown): boolean =>
  typeof address === "string" && URL.canParse(address) && /^https?:$/u.test(new URL(address).protocol)
