import { basename } from "node:path"
import { Effect, Stream } from "effect"
import type { Context, Scope } from "effect"
import * as EngineProcess from "../engine/EngineProcess.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { JobFailed } from "../engine/JobFailed.ts"
import type { ModelStore } from "../models/ModelStore.ts"
import type { Ask, Load } from "./LlamaCppProtocol.ts"
import { LlmFailed } from "./Llm.ts"
import type { Llm, LlmDelta } from "./Llm.ts"
import * as PlainTalk from "./PlainTalk.ts"
import { english, say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

const provider = "llama_cpp_llm"

export interface Options {
  /** Absolute path of a `.gguf` file. */
  readonly modelPath: string
  /** What people call the model. */
  readonly modelName: string
  /**
   * Tokens of one conversation's context: persona, talk and answer. Defaults to 4096: more costs memory that small
   * machines do not have.
   */
  readonly contextSize?: number
}

const advice = say("llm.chooseAnother")

const toFailure = (failure: JobFailed): LlmFailed => {
  const failed = (reason: LlmFailed["reason"], detail: Words, advice: Words) =>
    new LlmFailed({ provider, reason, detail, advice })
  switch (failure.reason) {
    case "busy":
      return failed("rate-limited", failure.detail, say("engine.tryAgain"))
    case "down":
      return failed("unreachable", failure.detail, failure.advice)
    case "refused":
      return failed("rejected", say("llm.couldNotAnswer", failure.detail), say("llm.shorten"))
    default:
      return failed("broken-off", say("llm.processEnded"), say("llm.smallerEmbedded"))
  }
}

/**
 * Loads a language model into a process of its own, which ends with the scope. All callers share it: two answers are
 * written at once, further ones wait in the order in which they came; those that are written in the background wait for all others. If the process ends by itself, the answers
 * under way fail with `broken-off` and it starts anew.
 */
export const load = Effect.fn("LlamaCppLlm.load")(function* ({
  contextSize = 4096,
  modelName,
  modelPath
}: Options): Effect.fn.Return<Llm, EngineUnavailable, Scope.Scope> {
  const process = yield* EngineProcess.open<Load, Ask, LlmDelta>({
    module: "LlamaCppWorker",
    from: import.meta.url,
    env: { NODE_LLAMA_CPP_SKIP_DOWNLOAD: "true" },
    kind: "llm",
    engine: provider,
    load: { modelPath, contextSize },
    advice,
    // A session has one turn at a time.
    mostJobs: 256
  }).pipe(
    Effect.mapError(
      ({ cause, reason }) =>
        new EngineUnavailable({
          kind: "llm",
          engine: provider,
          reason: say("llm.notLoaded", basename(modelPath), reason),
          advice,
          cause
        })
    )
  )
  const tellOfImages = PlainTalk.warningOfImages(`${modelName} cannot see: images are left out`)

  return {
    provider,
    model: modelName,
    callsTools: false,
    stream: (request) => {
      const { background = false, conversation, system } = request
      const messages = PlainTalk.of(request).map(({ role, text }) => ({ role, text }))
      return Stream.mapError(
        Stream.unwrap(
          Effect.as(tellOfImages(request), process.stream({ background, conversation, system, messages }))
        ),
        toFailure
      )
    }
  }
})

/**
 * The embedded language model for the engine pool. `modelPath` as in `llama_cpp_llm.model_path`: `auto`, an id of
 * the catalogue, or the path of a `.gguf` file.
 */
export const spec = (store: Context.Tag.Service<typeof ModelStore>, modelPath: string): EngineSpec<Llm> => ({
  kind: "llm",
  id: `${provider}:${JSON.stringify({ model_path: modelPath })}`,
  load: Effect.gen(function* () {
    const model = yield* store
      .obtain("llm", modelPath)
      .pipe(
        Effect.mapError(
          ({ advice, reason }) => new EngineUnavailable({ kind: "llm", engine: provider, reason, advice })
        )
      )
    const notice = say("llm.embeddedNotice", model.name)
    yield* Effect.logInfo(english(notice))
    const llm = yield* load({ modelPath: model.path, modelName: model.name })
    return { ...llm, notice }
  })
})
