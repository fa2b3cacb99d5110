import type { Tool as ServerTool } from "@modelcontextprotocol/sdk/types.js"
import { Effect } from "effect"
import { chooses } from "../config/McpServerConfig.ts"
import type { McpServerEntry } from "../config/McpServerConfig.ts"
import * as Suggestion from "../config/Suggestion.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as EntrySecrets from "./EntrySecrets.ts"
import { ToolFailed } from "./McpClient.ts"
import type { McpClient, Tool } from "./McpClient.ts"
import type { McpServer } from "./McpServer.ts"
import * as ToolAnswer from "./ToolAnswer.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** A server that a session holds. */
export interface Held {
  readonly entry: McpServerEntry
  readonly server: McpServer
}

/** A server that a session asks for; neither `held` nor `failure` while it is still being started. */
export interface Opening {
  readonly name: string
  held: Held | undefined
  failure: EngineUnavailable | undefined
}

/** `why`: a clause and a sentence, both fit for a client. */
export const unavailable = (
  name: string,
  { advice, reason }: { readonly reason: Words; readonly advice: Words },
  cause?: unknown
) => new EngineUnavailable({ kind: "mcp", engine: `MCP server ${name}`, reason, advice, cause })

const late = {
  reason: say("tools.stillStarting"),
  advice: say("tools.whenReady")
}

/** A tool with its server. */
interface Offered extends Held {
  readonly name: string
  readonly definition: ServerTool
}

/** The tools of several servers as one client has them. */
export const clientOf = (opening: ReadonlyArray<Opening>): McpClient => {
  const offered = Effect.forEach(opening, ({ held, name }) =>
    held === undefined
      ? Effect.succeed([])
      : Effect.map(held.server.tools, (tools) =>
          tools.map((definition): Offered => ({ ...held, name, definition }))
        )
  ).pipe(Effect.map((tools) => named(tools.flat())))

  const call: McpClient["call"] = Effect.fn("McpClient.call")(
    function* (name, input, seen) {
      const tools = yield* offered
      const found = tools.get(name)
      if (found === undefined) return yield* unknown(name, [...tools.keys()])
      if (seen !== undefined && !isSame(seen, describe(name, found))) return yield* replaced(name)
      const answer = yield* found.server
        .call(found.definition.name, input)
        .pipe(Effect.mapError((verdict) => new ToolFailed({ tool: name, ...verdict })))
      return ToolAnswer.read(answer, EntrySecrets.cleaning(found.entry))
    },
    (called, name) =>
      // A server's answer that we stumble over must not end the conversation.
      Effect.catchAllDefect(called, (defect) =>
        Effect.zipRight(Effect.logError(`the call of tool ${name} died`, defect), stumbled(name))
      )
  )

  return {
    problems: opening.flatMap(({ failure, held, name }) =>
      held === undefined ? [failure ?? unavailable(name, late)] : []
    ),
    tools: Effect.map(offered, (tools) => [...tools].map(([name, tool]) => describe(name, tool))),
    call
  }
}

const describe = (name: string, { definition, entry, name: server }: Offered): Tool => ({
  server,
  name,
  description: definition.description ?? definition.title ?? "",
  inputSchema: definition.inputSchema,
  confirm: chooses(entry.confirm, definition.name),
  clientMayCall: chooses(entry.client_calls, definition.name)
})

/** Whether a tool does what it did when it was looked at, as far as can be told: its server and the need for consent. */
const isSame = (seen: Tool, now: Tool): boolean =>
  seen.server === now.server && seen.confirm === now.confirm && seen.clientMayCall === now.clientMayCall

const stumbled = (tool: string) =>
  new ToolFailed({
    tool,
    reason: "refused",
    detail: say("tools.unreadableAnswer"),
    advice: say("tools.doElseLog")
  })

const replaced = (tool: string) =>
  new ToolFailed({
    tool,
    reason: "unknown-tool",
    detail: say("tools.replaced"),
    advice: say("tools.lookAgain")
  })

const unknown = (tool: string, names: ReadonlyArray<string>) =>
  new ToolFailed({
    tool,
    reason: "unknown-tool",
    detail: say("tools.noToolHint", Suggestion.hint(tool, names)),
    advice: names.length === 0 ? say("tools.noTools") : say("tools.useAnother")
  })

/** What providers of models take for the name of a tool. */
const longestName = 64

const plain = (text: string): string => text.replaceAll(/[^\w-]+/gu, "_").slice(0, longestName)

/**
 * A name of its own for each tool. The first server that has a name keeps it; another one's tool gets its server before it
 * (`memory_search`), and a number behind it if that is taken too.
 */
const named = (tools: ReadonlyArray<Offered>): ReadonlyMap<string, Offered> => {
  const named = new Map<string, Offered>()
  for (const tool of tools) {
    const own = plain(tool.definition.name)
    const stem = named.has(own) ? plain(`${tool.name}_${tool.definition.name}`) : own
    let name = stem
    for (let copy = 2; named.has(name); copy++) name = `${stem.slice(0, longestName - 4)}_${copy}`
    named.set(name, tool)
  }
  return named
}
