import { Console, Effect } from "effect"
import { basicSettings } from "../../config/AgentConfig.ts"
import type { CharacterConfig } from "../../config/CharacterConfig.ts"
import { McpClients } from "../../mcp/McpClient.ts"
import * as Report from "./Report.ts"

/** How long a server may take to start, in ms: shorter than a check, so that the row can say what it waits for. */
export const patience = (Report.limit - 5) * 1000

/** How many servers are tried at once. */
const mostAtOnce = 8

/** How many tools are named. */
const shown = 5

/** A row for each MCP server that a character asks for: it is started, lists its tools and is stopped. */
export const rows = Effect.fn("McpChecks.rows")(function* (characters: ReadonlyArray<CharacterConfig>) {
  const wanted = new Map<string, CharacterConfig>()
  for (const character of characters) {
    const settings = basicSettings(character.agent_config)
    if (settings?.use_mcpp !== true) continue
    for (const name of settings.mcp_enabled_servers) if (!wanted.has(name)) wanted.set(name, character)
  }
  // Side by side: those that do not answer take their whole time.
  return yield* Effect.forEach(
    wanted,
    ([name, character]) => {
      const label = `mcp ${name}`
      return Effect.zipRight(
        Console.error(`Checking ${label} …`),
        Report.check(label, judge(name, character))
      )
    },
    { concurrency: mostAtOnce }
  )
})

const judge = Effect.fn("McpChecks.judge")(
  function* (name: string, { agent_config }: CharacterConfig) {
    const { basic_memory_agent } = agent_config.agent_settings
    const client = yield* (yield* McpClients).open({
      ...agent_config,
      agent_settings: { basic_memory_agent: { ...basic_memory_agent!, mcp_enabled_servers: [name] } }
    })
    const [problem] = client.problems ?? []
    if (problem !== undefined) return Report.broken(problem.reason, problem.advice)
    const names = (yield* client.tools).map(({ name }) => name)
    if (names.length === 0)
      return Report.warning("it answers, but has no tools", "Take it out of mcp_enabled_servers.")
    const rest = names.length > shown ? [`${names.length - shown} more`] : []
    return Report.ok(`${names.length} tools: ${[...names.slice(0, shown), ...rest].join(", ")}`)
  },
  Effect.catchAll(({ advice, reason }) => Effect.succeed(Report.broken(reason, advice))),
  Effect.scoped
)
