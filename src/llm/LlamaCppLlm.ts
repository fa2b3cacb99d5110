import { Effect, ScopedRef, Stream } from "effect"
import type { Context, Scope } from "effect"
import type { EngineSpec } from "../engine/EnginePool.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { ModelStore } from "../models/ModelStore.ts"
import * as LlamaCppProcess from "./LlamaCppProcess.ts"
import { LlmFailed } from "./Llm.ts"
import type { Llm, LlmRequest } from "./Llm.ts"

const { provider } = LlamaCppProcess

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

/** The process ended, and starting it anew failed. */
const notRestarted = ({ advice, reason }: EngineUnavailable) =>
  new LlmFailed({ provider, reason: "unreachable", detail: reason, advice })

/**
 * Loads a language model into a process of its own, which ends with the scope. All callers share it: two answers are
 * written at once, further ones wait in the order in which they came. If the process ends by itself, the answers
 * under way fail with `broken-off` and the next request loads the model anew.
 */
export const load = Effect.fn("LlamaCppLlm.load")(function* ({
  contextSize = 4096,
  modelName,
  modelPath
}: Options): Effect.fn.Return<Llm, EngineUnavailable, Scope.Scope> {
  // ScopedRef acquires uninterruptibly, and nobody is to wait for a model that is wanted no longer.
  const start = Effect.interruptible(LlamaCppProcess.start(modelPath, contextSize))
  const current = yield* ScopedRef.fromAcquire(start)
  const oneByOne = yield* Effect.makeSemaphore(1)
  let toldOfImages = false

  const running = Effect.gen(function* () {
    const process = yield* ScopedRef.get(current)
    if (yield* process.isAlive) return process
    yield* Effect.logWarning(`The process of ${modelName} has ended; it is started anew`)
    yield* ScopedRef.set(current, start)
    return yield* ScopedRef.get(current)
  }).pipe(oneByOne.withPermits(1), Effect.mapError(notRestarted))

  const tellOfImages = (request: LlmRequest) =>
    Effect.suspend(() => {
      if (toldOfImages || !request.messages.some(({ images = [] }) => images.length > 0)) return Effect.void
      toldOfImages = true
      return Effect.logWarning(`${modelName} cannot see: images are left out`)
    })

  return {
    provider,
    model: modelName,
    stream: (request) =>
      Stream.unwrap(
        tellOfImages(request).pipe(
          Effect.zipRight(running),
          Effect.map((process) => process.ask(request))
        )
      )
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
    const notice = `The language model is ${model.name}. Choose another with llm_configs.llama_cpp_llm.model_path.`
    yield* Effect.logInfo(notice)
    const llm = yield* load({ modelPath: model.path, modelName: model.name })
    return { ...llm, notice }
  })
})
