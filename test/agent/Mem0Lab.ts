import { Effect, Redacted, Stream } from "effect"
import type { AgentConfig } from "../../src/config/AgentConfig.ts"
import type { Agent, AgentInput } from "../../src/agent/Agent.ts"
import * as Mem0Hosts from "../../src/agent/Mem0Hosts.ts"
import * as Mem0Agent from "../../src/agent/Mem0Agent.ts"
import type { LlmFailed } from "../../src/llm/Llm.ts"
import * as McpClient from "../../src/mcp/McpClient.ts"
import * as AgentServer from "../support/AgentServer.ts"
import { characterConfig } from "../support/Fixtures.ts"

export const secret = "sk-very-secret"

export const llm = (provider: string, config: object) => ({ provider, config })

/** An agent with that model's settings; the model itself answers "Yes." and writes down what it was asked. */
export const open = (
  url: string,
  model = llm("openai", { model: "gpt-x", api_key: secret }),
  hosts = Mem0Hosts.make(),
  failure?: LlmFailed
) => {
  const asked: Array<AgentInput> = []
  const configs: Array<AgentConfig> = []
  const mind: Agent = {
    reply: (input) => {
      asked.push(input)
      if (failure !== undefined) return Stream.fail(failure)
      return Stream.make(
        { _tag: "Think", text: "Hm." } as const,
        { _tag: "Text", text: "Yes, " } as const,
        { _tag: "Text", text: "tea." } as const
      )
    }
  }
  return Mem0Agent.open(
    {
      http: AgentServer.dispatcher,
      hosts,
      mind: ({ character }) =>
        Effect.sync(() => {
          configs.push(character.agent_config)
          return mind
        })
    },
    {
      host: url,
      api_key: Redacted.make(secret),
      vector_store: llm("qdrant", { host: "localhost" }),
      embedder: llm("ollama", { model: "nomic-embed-text" }),
      llm: model
    },
    { character: characterConfig("Hana"), emotions: [], tools: McpClient.none }
  ).pipe(Effect.map((agent) => ({ agent, asked, configs })))
}

// The API as https://docs.mem0.ai/open-source/features/rest-api documents it.
export const mem0: AgentServer.Respond = (request, response) => {
  const answers: Readonly<Record<string, object>> = {
    "/configure": { message: "Configuration set successfully" },
    "/search": { results: [{ id: "1", memory: "Likes tea", score: 0.9 }] },
    "/memories": { results: [] }
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answers[request.path]))
}

interface Body extends Readonly<Record<string, unknown>> {
  readonly messages?: ReadonlyArray<{ readonly role: string; readonly content: string }>
}

export const bodies = (server: AgentServer.AgentServer, path: string) =>
  server.requests.filter((request) => request.path === path).map(({ body }) => JSON.parse(body) as Body)
