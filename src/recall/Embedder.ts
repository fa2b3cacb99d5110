import { Worker } from "@effect/platform"
import { NodeWorker } from "@effect/platform-node"
import { Context, Effect, Layer, Schema } from "effect"
import type { Scope } from "effect"
import * as WorkerThread from "../supervision/WorkerThread.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as Advice from "../models/Advice.ts"
import { ModelStore } from "../models/ModelStore.ts"
import type { Reply, Request } from "./EmbedWorker.ts"

type Store = Context.Tag.Service<typeof ModelStore>

const engine = "long_term_memory"
/** A thread that has not loaded its model by then never will. */
const loadTimeout = "1 minute"

/** The meaning of a text could not be had. */
export class EmbeddingFailed extends Schema.TaggedError<EmbeddingFailed>()("EmbeddingFailed", {
  detail: Schema.String,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return `What is remembered could not be looked through (${this.detail}). It is tried again with the next turn.`
  }
}

/** Says what texts mean: two that mean the same point into the same direction. */
export interface Embedder {
  /** One vector a text, in order: 8 bits a number. */
  readonly embed: (texts: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Int8Array>, EmbeddingFailed>
}

/** Opens the embedder of this machine; all sessions share it. */
export class Embedders extends Context.Tag("seiyuu/recall/Embedders")<
  Embedders,
  { readonly open: Effect.Effect<Embedder, EngineUnavailable, Scope.Scope> }
>() {
  static readonly layer = Layer.effect(
    Embedders,
    Effect.gen(function* () {
      const pool = yield* EnginePool
      const store = yield* ModelStore
      return Embedders.of({ open: pool.borrow(spec(store)) })
    })
  )
}

const unavailable = (reason: string, advice: string, cause?: unknown) =>
  new EngineUnavailable({ kind: "embedding", engine, reason, advice, cause })

const notStarted = (cause?: unknown) =>
  unavailable(
    "its thread did not start",
    "Restart the server, or set long_term_memory.enabled to false.",
    cause
  )

const load = Effect.fn("Embedder.load")(function* (store: Store) {
  const model = yield* Effect.mapError(store.obtain("embedding", "auto"), ({ advice, reason }) =>
    unavailable(reason, advice)
  )
  const manager = yield* Worker.WorkerManager
  const thread = yield* manager.spawn<Request, Reply, never>({})
  const ask = (request: Request) =>
    thread.executeEffect(request).pipe(
      Effect.mapError((cause) => new EmbeddingFailed({ detail: "its thread has ended", cause })),
      Effect.flatMap((reply) =>
        "problem" in reply ? new EmbeddingFailed({ detail: reply.problem }) : Effect.succeed(reply.vectors)
      )
    )
  const files = { weights: model.files["weights.safetensors"]!, tokenizer: model.files["tokenizer.json"]! }
  yield* ask({ _tag: "Load", files }).pipe(
    Effect.mapError(({ detail }) => unavailable(detail, Advice.damaged(model.id))),
    Effect.timeoutFail({ duration: loadTimeout, onTimeout: () => notStarted() })
  )
  const embedder: Embedder = { embed: (texts) => ask({ _tag: "Embed", texts }) }
  return embedder
})

const spec = (store: Store): EngineSpec<Embedder> => ({
  kind: "embedding",
  id: engine,
  load: load(store).pipe(
    Effect.provide(NodeWorker.layer(() => WorkerThread.start("EmbedWorker", import.meta.url))),
    Effect.catchTag("WorkerError", (cause) => notStarted(cause))
  )
})
