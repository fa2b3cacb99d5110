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
  if (isAddress(object[key], web)) return viewOf(object)
  for (const inner of Object.values(object)) {
    const found = within(inner, depth - 1)
    // The session's name stands beside the addresses, not with them.
    if (found !== undefined) return { ...pick(object, { sessionId: isShort }), ...found }
  }
  return undefined
}

type Check = (value: unknown) => boolean

/** What is kept of an object: these keys, where their values pass. Clients get nothing else of what a server says. */
const pick = (object: Mapping, checks: Readonly<Record<string, Check>>): Mapping =>
  Object.fromEntries(
    Object.entries(checks).flatMap(([name, check]) =>
      Object.hasOwn(object, name) && check(object[name]) ? [[name, object[name]]] : []
    )
  )

/** Longest values, in characters, and the pages that are told of. */
const most = { address: 4096, text: 300, pages: 16 }

/** Clients show some of them in a frame: a script must not come that way. */
const isAddress = (value: unknown, protocol: RegExp): boolean =>
  typeof value === "string" &&
  value.length <= most.address &&
  URL.canParse(value) &&
  protocol.test(new URL(value).protocol)

const web = /^https?:$/u
const isWeb: Check = (value) => isAddress(value, web)
const isSocket: Check = (value) => isAddress(value, /^wss?:$/u)
const isShort: Check = (value) => typeof value === "string" && value.length <= most.text

const addresses = { debuggerFullscreenUrl: isWeb, debuggerUrl: isWeb }
const ofView = { sessionId: isShort, ...addresses, wsUrl: isSocket }
const ofPage = { id: isShort, url: isWeb, title: isShort, faviconUrl: isWeb, ...addresses }

const viewOf = (object: Mapping): Mapping => {
  const pages = Array.isArray(object["pages"]) ? (object["pages"] as ReadonlyArray<unknown>) : undefined
  return {
    ...pick(object, ofView),
    ...(pages === undefined ? {} : { pages: pages.slice(0, most.pages).filter(isMapping).map(pageOf) })
  }
}

const isMapping = (value: unknown): value is Mapping => typeof value === "object" && value !== null

const pageOf = (page: Mapping): Mapping => pick(page, ofPage)
