import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { NodeContext } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import type { Duration } from "effect"
import { McpEntries } from "../../src/config/McpEntries.ts"
import { Settings } from "../../src/config/Settings.ts"
import type { AgentConfig } from "../../src/config/AgentConfig.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { McpClients } from "../../src/mcp/McpClient.ts"
import * as McpServers from "../../src/mcp/McpServers.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as Fixtures from "../support/Fixtures.ts"

const require = createRequire(import.meta.url)

export const everythingProgram = require.resolve("@modelcontextprotocol/server-everything/dist/index.js")

type Entry = Readonly<Record<string, unknown>>

const node = (...args: ReadonlyArray<string>): Entry => ({ command: process.execPath, args })

/** Entries of `mcp_servers.json` for the reference servers. */
export const everything = node(everythingProgram, "stdio")
export const memory = node(require.resolve("@modelcontextprotocol/server-memory/dist/index.js"))
export const filesystem = (folder: string) =>
  node(require.resolve("@modelcontextprotocol/server-filesystem/dist/index.js"), folder)
/** One for the server of `support/mcp-server.mjs`. */
export const own = (...args: ReadonlyArray<string>) =>
  node(fileURLToPath(new URL("../support/mcp-server.mjs", import.meta.url)), ...args)

export interface Options {
  readonly idle?: Duration.DurationInput
  readonly patience?: Duration.DurationInput
}

/** The MCP clients of a folder with these servers. */
export const layer = (servers: Readonly<Record<string, Entry>> | string, options: Options = {}) =>
  Layer.unwrapScoped(
    Effect.map(
      ConfigFolder.make({
        "mcp_servers.json": typeof servers === "string" ? servers : JSON.stringify({ mcp_servers: servers })
      }),
      (folder) => inFolder(folder, options)
    )
  ).pipe(Layer.provideMerge(NodeContext.layer))

export const inFolder = (folder: string, { idle = 0, patience }: Options = {}) =>
  McpServers.layer(patience === undefined ? {} : { patience }).pipe(
    Layer.provideMerge(McpEntries.layer),
    Layer.provideMerge(EnginePool.layer({ idleTimeToLive: idle })),
    Layer.provideMerge(Layer.succeed(Settings, { folder, system: Fixtures.systemConfig }))
  )

const config = (...servers: ReadonlyArray<string>): AgentConfig => {
  const { agent_config } = Fixtures.characterConfig("a")
  const { basic_memory_agent } = agent_config.agent_settings
  return {
    ...agent_config,
    agent_settings: {
      basic_memory_agent: { ...basic_memory_agent!, use_mcpp: true, mcp_enabled_servers: servers }
    }
  }
}

/** A client with the tools of these servers, for as long as the scope is open. */
export const open = (...servers: ReadonlyArray<string>) =>
  Effect.flatMap(McpClients, (clients) => clients.open(config(...servers)))
