import { Context, Effect, Exit, Layer } from "effect"
import type { Option } from "effect"
import { Agents } from "../agent/Agent.ts"
import type { Agent } from "../agent/Agent.ts"
import { AsrEngines } from "../asr/Asr.ts"
import type { Asr } from "../asr/Asr.ts"
import * as SpareRecogniser from "../asr/SpareRecogniser.ts"
import { longTermMemory } from "../config/AgentConfig.ts"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import { Embedders } from "../recall/Embedder.ts"
import type { Embedder } from "../recall/Embedder.ts"
import { McpClients } from "../mcp/McpClient.ts"
import * as McpClient from "../mcp/McpClient.ts"
import { Census } from "../telemetry/Census.ts"
import { Translators } from "../translate/Translator.ts"
import type { Translator } from "../translate/Translator.ts"
import * as SpareVoice from "../tts/SpareVoice.ts"
import { TtsEngines } from "../tts/Tts.ts"
import type { Tts } from "../tts/Tts.ts"
import { VadEngines } from "../vad/Vad.ts"
import type { Vad } from "../vad/Vad.ts"
import { KeywordSpotters } from "../wake/KeywordSpotter.ts"
import type { KeywordSpotter } from "../wake/KeywordSpotter.ts"
import * as WarmUp from "../engine/WarmUp.ts"
import type { Words } from "../language/Text.ts"

export interface Options {
  readonly character: CharacterConfig
  /** Keywords of the avatar's `emotionMap`. */
  readonly emotions: ReadonlyArray<string>
  readonly onFailure: WarmUp.Options["onFailure"]
  /** Runs around the loading of what may have to be fetched first. */
  readonly whileLoading: <A, E, R>(load: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Told when another voice speaks in place of one that failed. */
  readonly onSpareVoice: Parameters<typeof SpareVoice.open>[2]
  /** Told when another recogniser listens in place of one that failed. */
  readonly onSpareRecogniser: Parameters<typeof SpareRecogniser.open>[2]
  /** Tells the person what has changed about what answers. */
  readonly tell: (words: Words) => Effect.Effect<void>
  /** Told when the agent has become ready. */
  readonly onAgent: (agent: Agent) => Effect.Effect<void>
}

/** What a character is made of. Each resource is an effect that waits for its warm-up. */
export class ServiceContext extends Context.Tag("seiyuu/session/ServiceContext")<
  ServiceContext,
  {
    readonly mcp: WarmUp.Warm<McpClient.McpClient>
    readonly agent: WarmUp.Warm<Agent>
    /** What long-term memory is looked through with. */
    readonly embedder: WarmUp.Warm<Embedder>
    /** None for a character that is spoken as it is written. */
    readonly translator: WarmUp.Warm<Option.Option<Translator>>
    readonly tts: WarmUp.Warm<Tts>
    readonly asr: WarmUp.Warm<Asr>
    /** Opened when it is first asked for: no page that listens by itself ever needs it. */
    readonly vad: WarmUp.Warm<Vad>
    /** What hears the wake word in the sound; loaded for characters that want that. */
    readonly spotter: WarmUp.Warm<KeywordSpotter>
  }
>() {
  /** Begins to load the resources; the layer is built at once, and what it began is owned by its scope. */
  static readonly layer = (options: Options) => Layer.scoped(ServiceContext, make(options))
}

/**
 * Begins each resource in the order in which they are to close, read backwards: ASR, TTS, translator, embedder, agent,
 * MCP. One layer for all: a chain of four costs ten times as much to build, with every connection.
 */
const make = Effect.fnUntraced(function* (options: Options) {
  const { agent_config, asr_config, tts_config, tts_preprocessor_config, vad_config, wake_word } =
    options.character
  const [census, mcps, agents, embedders, translators, voices, recognisers, listeners, spotters] =
    yield* Effect.all([
      Census,
      McpClients,
      Agents,
      Embedders,
      Translators,
      TtsEngines,
      AsrEngines,
      VadEngines,
      KeywordSpotters
    ])
  yield* census.hold("context")
  const counted = Effect.provideService(Census, census)
  const warmUp = yield* WarmUp.make({ onFailure: options.onFailure })

  const mcp = warmUp.start(telling(mcps.open(agent_config), options))
  const agent = warmUp.start(
    mcp.pipe(
      // Without its tools a character still answers; the failure has been told already.
      Effect.orElseSucceed(() => McpClient.none),
      Effect.flatMap((tools) =>
        agents.open({ character: options.character, emotions: options.emotions, tools, tell: options.tell })
      ),
      options.whileLoading,
      Effect.tap(options.onAgent)
    )
  )
  const embedder = longTermMemory(agent_config)
    ? warmUp.start(options.whileLoading(embedders.open))
    : warmUp.lazy(embedders.open)
  const translator = warmUp.start(
    translators.open({
      config: tts_preprocessor_config.translator_config,
      write: Effect.map(agent, ({ write }) => write)
    })
  )
  const tts = warmUp.start(
    options.whileLoading(counted(SpareVoice.open(voices, tts_config, options.onSpareVoice)))
  )
  const asr = warmUp.start(
    options.whileLoading(counted(SpareRecogniser.open(recognisers, asr_config, options.onSpareRecogniser)))
  )
  const vad = warmUp.lazy(listeners.open(vad_config))
  const spotting = options.whileLoading(spotters.open(wake_word))
  const spotter =
    wake_word.enabled && wake_word.match === "audio" ? warmUp.start(spotting) : warmUp.lazy(spotting)
  yield* warmUp.begin
  return ServiceContext.of({ mcp, agent, embedder, translator, tts, asr, vad, spotter })
})

/** Tells of servers that are missing. A character without tools needs no fiber for that. */
const telling = <E, R>(
  tools: Effect.Effect<McpClient.McpClient, E, R>,
  { onFailure }: Options
): Effect.Effect<McpClient.McpClient, E, R> =>
  Exit.isExit(tools)
    ? tools
    : Effect.tap(tools, ({ problems = [] }) =>
        Effect.forEach(problems, (problem) => onFailure(problem, false), { discard: true })
      )
