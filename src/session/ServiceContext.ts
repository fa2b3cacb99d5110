import { Context, Effect, Layer, Scope } from "effect"
import { Agents } from "../agent/Agent.ts"
import type { Agent } from "../agent/Agent.ts"
import { AsrEngines } from "../asr/Asr.ts"
import type { Asr } from "../asr/Asr.ts"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import { McpClients } from "../mcp/McpClient.ts"
import type { McpClient } from "../mcp/McpClient.ts"
import { Census } from "../telemetry/Census.ts"
import { TtsEngines } from "../tts/Tts.ts"
import type { Tts } from "../tts/Tts.ts"
import * as WarmUp from "./WarmUp.ts"

class McpResource extends Context.Tag("seiyuu/session/McpResource")<McpResource, WarmUp.Warm<McpClient>>() {}
class AgentResource extends Context.Tag("seiyuu/session/AgentResource")<AgentResource, WarmUp.Warm<Agent>>() {}
class TtsResource extends Context.Tag("seiyuu/session/TtsResource")<TtsResource, WarmUp.Warm<Tts>>() {}
class AsrResource extends Context.Tag("seiyuu/session/AsrResource")<AsrResource, WarmUp.Warm<Asr>>() {}

/** What a character is made of. Each resource is an effect that waits for its warm-up. */
export interface ServiceContext {
  readonly agent: WarmUp.Warm<Agent>
  readonly tts: WarmUp.Warm<Tts>
  readonly asr: WarmUp.Warm<Asr>
}

export interface Options {
  readonly character: CharacterConfig
  /** Keywords of the avatar's `emotionMap`. */
  readonly emotions: ReadonlyArray<string>
  readonly onFailure: WarmUp.Options["onFailure"]
  /** Runs around the loading of the agent. */
  readonly whileLoadingAgent: <A, E, R>(load: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Told when the agent has become ready. */
  readonly onAgent: (agent: Agent) => Effect.Effect<void>
}

/**
 * The resources of one character, each begun here and loaded in the background. A layer that another one builds on
 * opens before it and closes after it, so they close in the order ASR, TTS, agent, MCP. A new resource is one more
 * `Layer.provideMerge` line.
 */
const layer = (options: Options, warmUp: WarmUp.WarmUp) => {
  const { agent_config, asr_config, tts_config } = options.character

  const mcp = Layer.effect(
    McpResource,
    Effect.flatMap(McpClients, (clients) => warmUp.start(clients.open(agent_config)))
  )
  const agent = Layer.effect(
    AgentResource,
    Effect.flatMap(Effect.all([Agents, McpResource]), ([agents, mcp]) =>
      warmUp.start(
        mcp.pipe(
          // Without its tools a character still answers; the failure has been told already.
          Effect.orElseSucceed((): McpClient => ({ tools: [] })),
          Effect.flatMap((tools) =>
            agents.open({ character: options.character, emotions: options.emotions, tools })
          ),
          options.whileLoadingAgent,
          Effect.tap(options.onAgent)
        )
      )
    )
  )
  const tts = Layer.effect(
    TtsResource,
    Effect.flatMap(TtsEngines, (engines) => warmUp.start(engines.open(tts_config)))
  )
  const asr = Layer.effect(
    AsrResource,
    Effect.flatMap(AsrEngines, (engines) => warmUp.start(engines.open(asr_config)))
  )
  return asr.pipe(Layer.provideMerge(tts), Layer.provideMerge(agent), Layer.provideMerge(mcp))
}

/**
 * Opens a character's resources in the caller's scope and returns at once. Closing that scope interrupts the warm-ups
 * first, and then closes what they had loaded, newest first.
 */
export const open = Effect.fn("ServiceContext.open")(function* (options: Options) {
  const census = yield* Census
  yield* census.hold("context")
  // Older than the warm-ups' fibers, so that it closes after they have stopped.
  const resources = yield* Effect.acquireRelease(Scope.make(), Scope.close)
  const warmUp = yield* WarmUp.make({ resources, onFailure: options.onFailure })
  const context = yield* Layer.buildWithScope(layer(options, warmUp), resources)
  const services: ServiceContext = {
    agent: Context.get(context, AgentResource),
    tts: Context.get(context, TtsResource),
    asr: Context.get(context, AsrResource)
  }
  return services
})
