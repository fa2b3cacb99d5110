import { Context, Effect, identity, Layer } from "effect"
import type { Scope } from "effect"
import { basicSettings, longTermMemory } from "../config/AgentConfig.ts"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import { ModelDict } from "../config/ModelDict.ts"
import type { ModelInfo } from "../config/ModelDict.ts"
import { Client } from "../conversation/Client.ts"
import * as Emotions from "../conversation/Emotions.ts"
import type { InterruptMethod } from "../conversation/TurnRecord.ts"
import * as Outage from "../engine/Outage.ts"
import type { EngineKind } from "../engine/EngineUnavailable.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as WakeWords from "../wake/WakeWords.ts"
import * as ModelProgress from "./ModelProgress.ts"
import { say } from "../language/Text.ts"
import { ServiceContext } from "./ServiceContext.ts"

/** The character that a session talks to: its configuration, its avatar and its resources. */
export interface LiveCharacter {
  readonly config: CharacterConfig
  readonly emotions: Emotions.EmotionMap
  readonly services: Context.Tag.Service<typeof ServiceContext>
  /** Whose word an interruption is in the model's memory. */
  readonly interruptMethod: InterruptMethod
  /** The words that it waits for, if it does. */
  readonly wakeWords: WakeWords.WakeWords | undefined
  /** Notices about its translation that have been told. */
  readonly told: Set<string>
  /** What has been told of its voice. */
  readonly voiceOutage: Outage.Outage
  /** `set-model-and-conf` for this character. */
  readonly announcement: ServerMessage.ServerMessage
}

/** A character as a client knows it before any of its resources are there. */
export interface Announced {
  readonly config: CharacterConfig
  readonly modelInfo: ModelInfo
  /** `set-model-and-conf` for this character. */
  readonly announcement: ServerMessage.ServerMessage
}

/** Of the avatar models as they are at this moment. */
export const announce = (
  config: CharacterConfig,
  client: Pick<Client["Type"], "uid">
): Effect.Effect<Announced, never, ModelDict> =>
  Effect.flatMap(ModelDict, (dict) =>
    Effect.map(dict.modelInfo(config.live2d_model_name), (modelInfo) => ({
      config,
      modelInfo,
      announcement: {
        type: "set-model-and-conf",
        model_info: modelInfo,
        conf_name: config.conf_name,
        conf_uid: config.conf_uid,
        client_uid: client.uid,
        extensions: ServerMessage.extensions
      }
    }))
  )

/** Opens a character in `scope` and returns at once; what cannot be loaded is told to the client. */
export const open = Effect.fnUntraced(function* (
  { announcement, config, modelInfo }: Announced,
  scope: Scope.Scope
) {
  const client = yield* Client
  const emotions = Emotions.fromModelInfo(modelInfo.emotionMap)
  const layer = ServiceContext.layer({
    character: config,
    emotions: [...emotions.keys()],
    // Only models on this machine have to be fetched first.
    whileLoading: isLocal(config) ? yield* ModelProgress.forwarding : identity,
    onFailure: (failure, awaited) =>
      Effect.zipRight(
        Effect.logWarning(failure.message, ...(failure.cause === undefined ? [] : [failure.cause])),
        // A turn or a switch that waits says so itself; voice, tools, translation and memories are done without.
        awaited && !doneWithout.has(failure.kind)
          ? Effect.void
          : client.send(ServerMessage.failure(failure.words))
      ),
    onSpareVoice: (failure, spare) =>
      Effect.zipRight(
        Effect.logWarning(`another voice speaks: ${failure.message}`),
        client.send(ServerMessage.failure(say("session.spareVoice", failure.words, spare)))
      ),
    onSpareRecogniser: (failure, spare) =>
      Effect.zipRight(
        Effect.logWarning(`another recogniser listens: ${failure.message}`),
        client.send(ServerMessage.failure(say("session.spareRecogniser", failure.words, spare)))
      ),
    tell: (words) => client.send(ServerMessage.fullText(words)),
    onAgent: (agent) =>
      agent.notice === undefined ? Effect.void : client.send(ServerMessage.fullText(agent.notice))
  })
  const services = Context.get(yield* Layer.buildWithScope(layer, scope), ServiceContext)
  const live: LiveCharacter = {
    config,
    emotions,
    services,
    interruptMethod: interruptMethod(config),
    wakeWords: WakeWords.of(config.wake_word),
    told: new Set(),
    voiceOutage: Outage.make(),
    announcement
  }
  return live
})

const doneWithout: ReadonlySet<EngineKind> = new Set(["tts", "mcp", "translate", "embedding"])

const isLocal = (config: CharacterConfig): boolean =>
  providerOf(config) === "llama_cpp_llm" ||
  longTermMemory(config.agent_config) !== undefined ||
  (config.wake_word.enabled && config.wake_word.match === "audio") ||
  config.asr_config.asr_model === "sherpa_onnx_asr" ||
  ["sherpa_onnx_tts", "piper_tts"].includes(config.tts_config.tts_model ?? "")

/** The section of `llm_configs` that the character answers by, if it does by one. */
export const providerOf = ({ agent_config }: CharacterConfig) => basicSettings(agent_config)?.llm_provider

const interruptMethod = (config: CharacterConfig): InterruptMethod => {
  const provider = providerOf(config)
  const section = provider === undefined ? undefined : config.agent_config.llm_configs[provider]
  return section?.interrupt_method ?? "user"
}
