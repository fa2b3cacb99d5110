import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import type { TranslatorConfig } from "../config/TtsPreprocessorConfig.ts"
import * as EngineTable from "../engine/EngineTable.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as UndiciFetch from "../engine/UndiciFetch.ts"
import * as DeepLx from "./DeepLx.ts"
import * as LlmTranslator from "./LlmTranslator.ts"
import * as SentenceTranslator from "./SentenceTranslator.ts"
import * as Tencent from "./Tencent.ts"
import { Translators } from "./Translator.ts"
import type { Translator, TranslatorOptions } from "./Translator.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

type Provider = NonNullable<TranslatorConfig["translate_provider"]>
type Open = (options: TranslatorOptions) => Effect.Effect<Translator, EngineUnavailable, Scope.Scope>

/** From `translate_provider` to the translator. */
const table = Effect.map(NodeHttpClient.Dispatcher, (dispatcher) => {
  const http = UndiciFetch.over(dispatcher)
  const translators: Readonly<Record<Provider, Open>> = {
    deeplx: ({ config: { deeplx } }) =>
      deeplx === undefined ? noSection("deeplx") : Effect.succeed(DeepLx.make(http, deeplx)),
    tencent: ({ config: { tencent } }) =>
      tencent === undefined ? noSection("tencent") : Tencent.open(tencent),
    llm: ({ config: { llm }, write }) =>
      llm === undefined
        ? noSection("llm")
        : Effect.flatMap(Effect.mapError(write, noAgent), (write) =>
            write === undefined ? noModel : Effect.succeed(LlmTranslator.make(write, llm))
          )
  }
  return translators
})

export const layer = Layer.effect(
  Translators,
  Effect.map(table, (translators) => ({
    open: (options) => {
      const { translate_audio, translate_provider: provider } = options.config
      if (!translate_audio) return Effect.succeedNone
      return provider === undefined
        ? noProvider
        : Effect.asSome(Effect.map(translators[provider](options), SentenceTranslator.make))
    }
  }))
)

const noSection = (provider: Provider) =>
  Effect.fail(EngineTable.noSection("translate", "tts_preprocessor_config.translator_config", provider))

const unavailable = (reason: Words, advice: Words) =>
  new EngineUnavailable({ kind: "translate", engine: "translator_config", reason, advice })

const noProvider = unavailable(say("translate.noneChosen"), say("translate.chooseOne"))

const noAgent = ({ advice, engine, reason }: EngineUnavailable) =>
  unavailable(say("translate.noAgent", engine, reason), advice)

const noModel = unavailable(say("translate.noModel"), say("translate.chooseOther"))
