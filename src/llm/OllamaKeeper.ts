import { Effect, Queue, Redacted, Stream } from "effect"
import type { OllamaLlmConfig } from "../config/LlmConfig.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import * as Quotation from "../engine/Quotation.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import type { Llm } from "./Llm.ts"

/** A large model on a slow disk takes minutes to load. */
const longestLoad = "5 minutes"
/** Whoever ends the process waits for this. */
const longestUnload = "2 seconds"

/** Keeps one model of an Ollama server loaded, for all sessions that use it. */
export interface OllamaKeeper {
  /** An answer has ended: how long the model stays counts from now. */
  readonly answered: Effect.Effect<void>
}

/**
 * The keeper of a model for the engine pool. It loads the model in the background, so that the first answer does not wait for it,
 * and unloads it, if the configuration says so, when nobody has used it for a while or the process ends.
 */
export const spec = (http: typeof fetch, config: OllamaLlmConfig): EngineSpec<OllamaKeeper> => {
  const { base_url, keep_alive, model, unload_at_exit } = config
  return {
    kind: "llm",
    id: `ollama_llm:${JSON.stringify({ base_url, model, keep_alive, unload_at_exit })}`,
    load: keep(http, config)
  }
}

const keep = Effect.fn("OllamaKeeper.keep")(function* (http: typeof fetch, config: OllamaLlmConfig) {
  let loaded = false
  const say = tell(http, config)
  if (config.unload_at_exit && config.keep_alive !== 0) {
    const unload = say(0).pipe(
      Effect.interruptible,
      Effect.timeout(longestUnload),
      Effect.catchAll(({ message }) => Effect.logDebug(`${config.model} was not unloaded: ${message}`))
    )
    yield* Finalizer.add(Effect.suspend(() => (loaded ? unload : Effect.void)))
  }
  // Ollama's own time counts for a model that a request of OpenAI's protocol has loaded; so ours is said after each
  // answer, and once for several that end together.
  const answers = yield* Queue.sliding<void>(1)
  const assert = say(config.keep_alive).pipe(
    Effect.timeout(longestLoad),
    Effect.tap(() => Effect.sync(() => (loaded = true))),
    Effect.catchAll(({ message }) => Effect.logWarning(`Ollama did not load ${config.model}: ${message}`))
  )
  // Seconds of 0 would unload it.
  const preload = config.keep_alive === 0 ? Effect.void : assert
  yield* Effect.forkScoped(Effect.zipRight(preload, Effect.forever(Effect.zipRight(answers.take, assert))))

  const keeper: OllamaKeeper = {
    answered: Effect.suspend(() => {
      loaded = true
      return answers.offer(undefined)
    })
  }
  return keeper
})

/** Tells the server how many seconds the model is to stay; loads it if it is not there. */
const tell = (http: typeof fetch, config: OllamaLlmConfig) => {
  const server = config.base_url.replace(/\/+$/, "").replace(/\/v1$/, "")
  const key = config.llm_api_key
  return Effect.fn("OllamaKeeper.tell")(function* (keepAlive: number) {
    const response = yield* Effect.tryPromise({
      try: (signal) =>
        http(`${server}/api/generate`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${Redacted.value(key)}` },
          body: JSON.stringify({ model: config.model, keep_alive: keepAlive, stream: false }),
          signal
        }),
      catch: () => ({ message: "no server answers at llm_configs.ollama_llm.base_url" })
    })
    const body = yield* Effect.tryPromise({
      try: () => response.text(),
      catch: () => ({ message: "its answer broke off" })
    })
    if (!response.ok)
      return yield* Effect.fail({ message: `status ${response.status}${Quotation.quote(body, key)}` })
  })
}

/** The model, whose keeper hears of every answer that has begun, however it ends. */
export const kept = (llm: Llm, keeper: OllamaKeeper): Llm => ({
  ...llm,
  stream: (request) =>
    Stream.suspend(() => {
      let began = false
      return llm.stream(request).pipe(
        Stream.mapChunks((deltas) => {
          began = true
          return deltas
        }),
        Stream.ensuring(Effect.suspend(() => (began ? keeper.answered : Effect.void)))
      )
    })
})
