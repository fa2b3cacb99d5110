import type { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { PaginatedResultSchema, ToolSchema } from "@modelcontextprotocol/sdk/types.js"
import type { Tool } from "@modelcontextprotocol/sdk/types.js"
import { Cause, Duration, Effect, identity, Option, Queue } from "effect"
import type { Scope } from "effect"
import * as WarnOnce from "../config/WarnOnce.ts"
import * as CallFailure from "./CallFailure.ts"
import type { Clean } from "./EntrySecrets.ts"
import * as NestedDepth from "./NestedDepth.ts"
import { NotConnected } from "./NotConnected.ts"
import { english, say } from "../language/Text.ts"

export interface Options {
  readonly client: Client
  /** What the log calls the server. */
  readonly name: string
  /** Has something in it when the server says that its tools have changed. */
  readonly changes: Queue.Dequeue<void>
  /** How long a whole list may take, in ms. */
  readonly time: number
  /** What the first list fails with if it takes longer. */
  readonly slow: CallFailure.Raw
  /** Takes the entry's secrets out of what is logged. */
  readonly clean?: Clean
}

export interface ToolList {
  /** Those of the moment. */
  readonly tools: Effect.Effect<ReadonlyArray<Tool>>
}

/** What is taken of a list. A tool's size is that of its definition as JSON, in characters; so is that of all together. */
const most = { pages: 50, tools: 500, toolSize: 16_384, toolDepth: 32, size: 2 ** 20 }

/** How long a change waits until the tools are listed again, twice as long each time that further ones come within that. */
const wait = { first: Duration.seconds(1), longest: Duration.minutes(1) }

/** Lists the tools of a server, and lists them again in the background when they have changed. */
export const open = Effect.fn("ToolList.open")(function* ({
  changes,
  clean = identity,
  client,
  name,
  slow,
  time
}: Options): Effect.fn.Return<ToolList, CallFailure.Raw, Scope.Scope> {
  const warnOnce = WarnOnce.make()
  const warn = (what: string) => warnOnce(`MCP server ${name}: ${what}`)
  const list = Effect.timeoutFail(all(client, warn), { duration: time, onTimeout: () => slow })
  let tools = yield* list
  let pause = Duration.zero
  yield* Effect.timed(Queue.take(changes)).pipe(
    Effect.flatMap(([quiet]) => {
      pause = Duration.lessThan(quiet, pause)
        ? Duration.min(Duration.times(pause, 2), wait.longest)
        : wait.first
      return Effect.sleep(pause)
    }),
    // One list tells of all that has changed meanwhile.
    Effect.zipRight(Queue.takeAll(changes)),
    Effect.zipRight(list),
    Effect.tap((listed) => Effect.sync(() => (tools = listed))),
    // Defects too: nobody else would hear of them, nor of any further change.
    Effect.catchAllCause((cause) =>
      Option.match(Cause.failureOption(cause), {
        onNone: () => Effect.logError(`listing the tools of MCP server ${name} died`, cause),
        onSome: ({ error }) =>
          Effect.logWarning(
            `The tools of MCP server ${name} could not be listed again: ${english(CallFailure.notConnected(error, clean).reason)}`
          )
      })
    ),
    Effect.forever,
    Effect.forkScoped
  )
  return { tools: Effect.sync(() => tools) }
})

/** All pages of the list, one after the other. Tools that cannot be called in one step are left out. */
const all = Effect.fnUntraced(function* (client: Client, warn: (what: string) => Effect.Effect<void>) {
  if (client.getServerCapabilities()?.tools === undefined) return []
  const tools: Array<Tool> = []
  let cursor: string | undefined
  let seen = 0
  let size = 0
  for (let page = 0; page < most.pages; page++) {
    const params = cursor === undefined ? {} : { cursor }
    const answer = yield* CallFailure.attempt((signal) =>
      client.request({ method: "tools/list", params }, PaginatedResultSchema, { signal })
    )
    const { nextCursor, tools: sent } = answer
    if (!Array.isArray(sent)) return yield* noList
    for (const one of sent as ReadonlyArray<unknown>) {
      if (++seen > most.tools) break
      // One by one: a tool that is no tool must not take the others with it.
      const read = ToolSchema.safeParse(one)
      if (!read.success) {
        yield* warn(`its tool ${calledOf(one, seen)} is left out: ${problemOf(read.error.issues[0]?.path)}`)
        continue
      }
      const listed = read.data
      if (listed.execution?.taskSupport === "required") continue
      if (listed.name === "") {
        yield* warn("a tool that has no name is left out")
        continue
      }
      const tool = needed(listed)
      const own = sizeOf(tool)
      if (own > most.toolSize) {
        yield* warn(
          `tools whose definition has more than ${most.toolSize} characters or ${most.toolDepth} levels are left out`
        )
      } else if (size + own > most.size) {
        yield* warn(`its list of tools has more than ${most.size} characters: the others are left out`)
        return tools
      } else {
        size += own
        tools.push(tool)
      }
    }
    cursor = nextCursor
    if (cursor === undefined && seen <= most.tools) return tools
    if (seen >= most.tools) break
  }
  yield* warn(`it has more than ${most.tools} tools, or ${most.pages} pages of them: the others are left out`)
  return tools
})

const noList = new CallFailure.Raw({
  error: new NotConnected({
    reason: say("tools.listNoProtocol"),
    advice: say("tools.newerVersion")
  })
})

/** What people know a tool by that cannot be read; `place` counts from 1. */
const calledOf = (sent: unknown, place: number): string =>
  typeof sent === "object" && sent !== null && "name" in sent && typeof sent.name === "string" && sent.name
    ? JSON.stringify(sent.name.slice(0, 100))
    : `number ${place}`

const problemOf = (path: ReadonlyArray<PropertyKey> = []): string =>
  path.length === 0
    ? "it is none as the protocol has it"
    : `its ${path.map(String).join(".").slice(0, 100)} is not as the protocol has it`

/** Without icons and the like, which may be large and are of no use. */
const needed = ({ description, inputSchema, name, title }: Tool): Tool => ({
  name,
  inputSchema,
  ...(title === undefined ? {} : { title }),
  ...(description === undefined ? {} : { description })
})

/** In characters of JSON; making that, as most that is done with a schema, takes a level of the stack for each of its own. */
const sizeOf = (tool: Tool): number =>
  NestedDepth.isMoreThan(tool, most.toolDepth) ? Number.POSITIVE_INFINITY : JSON.stringify(tool).length
