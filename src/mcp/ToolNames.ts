import type { Tool } from "@modelcontextprotocol/sdk/types.js"
import type { McpServerEntry } from "../config/McpServerConfig.ts"
import * as Suggestion from "../config/Suggestion.ts"

/** What is wrong with the names of tools in a server's entry: each that the server does not have, with what may have been meant. */
export const warnings = (
  server: string,
  entry: Pick<McpServerEntry, "confirm" | "client_calls">,
  tools: ReadonlyArray<Pick<Tool, "name">>
): ReadonlyArray<string> => {
  const names = tools.map(({ name }) => name)
  return (["confirm", "client_calls"] as const).flatMap((key) => {
    const choice = entry[key]
    if (typeof choice === "boolean") return []
    return choice
      .filter((name) => !names.includes(name))
      .map(
        (name) =>
          `mcp_servers.json: ${key} of ${server} names ${JSON.stringify(name)}, a tool that the server does not have` +
          Suggestion.hint(name, names)
      )
  })
}
