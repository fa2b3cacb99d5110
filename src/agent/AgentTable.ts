import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import { Decode } from "../audio/Decode.ts"
import type { AgentConfig } from "../config/AgentConfig.ts"
import { Prompts } from "../config/Prompts.ts"
import { LlmProviders } from "../llm/Llm.ts"
import type { Llm } from "../llm/Llm.ts"
import * as EngineTable from "../engine/EngineTable.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { Agents } from "./Agent.ts"
import type { Agent, AgentOptions } from "./Agent.ts"
import * as BasicMemoryAgent from "./BasicMemoryAgent.ts"
import * as HumeAgent from "./HumeAgent.ts"
import * as Mem0Agent from "./Mem0Agent.ts"
import * as Mem0Hosts from "./Mem0Hosts.ts"
import * as WebhookAgent from "./WebhookAgent.ts"

type AgentName = AgentConfig["conversation_agent_choice"]
type Settings = Required<AgentConfig["agent_settings"]>
type Open = (options: AgentOptions) => Effect.Effect<Agent, EngineUnavailable, Scope.Scope>

/** The settings of an agent, or a failure that says how to write them. */
const settingsOf = <Name extends AgentName>(name: Name, { character }: AgentOptions) => {
  const settings = character.agent_config.agent_settings[name] as Settings[Name] | undefined
  return settings === undefined
    ? Effect.fail(EngineTable.noSection("agent", "agent_config.agent_settings", name))
    : Effect.succeed(settings)
}

/**
 * From `conversation_agent_choice` to the agent. The clients of Letta and of Agent2Agent take 8 MB each, so they are
 * loaded when a character asks for them.
 */
const table = Effect.gen(function* () {
  const llms = yield* LlmProviders
  const prompts = yield* Prompts
  const refused = new WeakSet<Llm>()
  const remote = { http: yield* NodeHttpClient.Dispatcher, decode: yield* Decode }
  const hosts = Mem0Hosts.make()
  const mind: Open = (options) => BasicMemoryAgent.open({ llms, prompts, refused }, options)
  const agents: Readonly<Record<AgentName, Open>> = {
    basic_memory_agent: mind,
    a2a_agent: Effect.fnUntraced(function* (options) {
      const config = yield* settingsOf("a2a_agent", options)
      const A2aAgent = yield* Effect.promise(() => import("./A2aAgent.ts"))
      return yield* A2aAgent.open(remote.http, config)
    }),
    hume_ai_agent: (options) =>
      Effect.flatMap(settingsOf("hume_ai_agent", options), (config) =>
        HumeAgent.open(remote, config, options)
      ),
    letta_agent: Effect.fnUntraced(function* (options) {
      const config = yield* settingsOf("letta_agent", options)
      const LettaAgent = yield* Effect.promise(() => import("./LettaAgent.ts"))
      return LettaAgent.make(remote.http, config)
    }),
    mem0_agent: (options) =>
      Effect.flatMap(settingsOf("mem0_agent", options), (config) =>
        Mem0Agent.open({ http: remote.http, hosts, mind }, config, options)
      ),
    webhook_agent: (options) =>
      Effect.map(settingsOf("webhook_agent", options), (config) => WebhookAgent.make(remote, config, options))
  }
  return agents
})

export const layer = Layer.effect(
  Agents,
  Effect.map(table, (agents) => ({
    open: (options) => agents[options.character.agent_config.conversation_agent_choice](options)
  }))
).pipe(Layer.provide(Decode.layer))
