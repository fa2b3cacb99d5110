import { Effect, Queue, Redacted, Schema, Stream } from "effect"
import type { OllamaLlmConfig } from "../config/LlmConfig.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import * as Quotation from "../engine/Quotation.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import type { Llm } from "./Llm.ts"

/** A large model on a slow disk takes minutes to load; the server says nothing before it has. */
export const longestLoad = "10 minutes"
/** Whoever ends the process waits for this. */
const longestUnload = "2 seconds"

/** How a character asks for a model: who answered last says how long it stays. */
type Wish = Pick<OllamaLlmConfig, "keep_alive" | "unload_at_exit" | "llm_api_key">

/** Keeps one model of an Ollama server loaded, for all sessions that use it. */
export interface OllamaKeeper {
  /** An answer has ended: how long the model stays counts from now. */
  readonly answered: (wish: Wish) => Effect.Effect<void>
}

/** The server did not do as it was told. */
class NotTold extends Schema.TaggedError<NotTold>()("NotTold", {
  /** A clause without a full stop. */
  problem: Schema.String
}) {
  override get message(): string {
    return this.problem
  }
}

/**
 * The keeper of a model for the engine pool, one for each model of a server. It loads the model in the background, so that the first answer
 * does not wait for it, and unloads it, if the configuration says so, when nobody has used it for a while or the process
 * ends. `http` has to wait for `longestLoad`.
 */
export const spec = (http: typeof fetch, config: OllamaLlmConfig): EngineSpec<OllamaKeeper> => {
  const { model } = config
  const server = config.base_url.replace(/\/+$/, "").replace(/\/v1$/, "")
  return {
    kind: "llm",
    id: `ollama_llm:${JSON.stringify({ server, model })}`,
    load: keep(model, config, tell(http, server, model))
  }
}

const keep = Effect.fn("OllamaKeeper.keep")(function* (
  model: string,
  first: Wish,
  say: ReturnType<typeof tell>
) {
  let wish = first
  /** Whether the server may have it. */
  let loaded = false
  const unload = Effect.suspend(() => say(wish, 0)).pipe(
    Effect.interruptible,
    Effect.timeout(longestUnload),
    Effect.catchAll(({ message }) => Effect.logDebug(`${model} was not unloaded: ${message}`))
  )
  yield* Finalizer.add(
    Effect.suspend(() => (loaded && wish.unload_at_exit && wish.keep_alive !== 0 ? unload : Effect.void))
  )
  // Ollama's own time counts for a model that a request of OpenAI's protocol has loaded; so ours is said after each
  // answer, and once for several that end together.
  const answers = yield* Queue.sliding<void>(1)
  const assert = Effect.suspend(() => say(wish, wish.keep_alive)).pipe(
    Effect.timeout(longestLoad),
    Effect.tap(() => Effect.sync(() => (loaded = true))),
    // It may have it after all.
    Effect.tapErrorTag("TimeoutException", () => Effect.sync(() => (loaded = true))),
    Effect.catchAll(({ message }) => Effect.logWarning(`Ollama did not load ${model}: ${message}`))
  )
  // Seconds of 0 would unload it.
  const preload = wish.keep_alive === 0 ? Effect.void : assert
  yield* Effect.forkScoped(Effect.zipRight(preload, Effect.forever(Effect.zipRight(answers.take, assert))))

  const keeper: OllamaKeeper = {
    answered: (latest) =>
      Effect.suspend(() => {
        wish = latest
        loaded = true
        return answers.offer(undefined)
      })
  }
  return keeper
})

/** Tells the server how many seconds the model is to stay; loads it if it is not there. */
const tell = (http: typeof fetch, server: string, model: string) =>
  Effect.fn("OllamaKeeper.tell")(function* ({ llm_api_key: key }: Wish, keepAlive: number) {
    const { body, response } = yield* Effect.tryPromise({
      // The signal ends the body, too.
      try: (signal) =>
        http(`${server}/api/generate`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${Redacted.value(key)}` },
          body: JSON.stringify({ model, keep_alive: keepAlive, stream: false }),
          signal
        }).then((response) => response.text().then((body) => ({ body, response }))),
      catch: () =>
        new NotTold({
          problem: "no server answers at llm_configs.ollama_llm.base_url, or its answer broke off"
        })
    })
    if (!response.ok)
      return yield* new NotTold({ problem: `status ${response.status}${Quotation.quote(body, key)}` })
  })

/** The model, whose keeper hears of every answer that has begun, however it ends. */
export const kept = (llm: Llm, keeper: OllamaKeeper, wish: Wish): Llm => ({
  ...llm,
  shared: llm,
  stream: (request) =>
    Stream.suspend(() => {
      let began = false
      return llm.stream(request).pipe(
        Stream.mapChunks((deltas) => {
          began = true
          return deltas
        }),
        Stream.ensuring(Effect.suspend(() => (began ? keeper.answered(wish) : Effect.void)))
      )
    })
})
