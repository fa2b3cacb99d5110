import { Worker } from "@effect/platform"
import { NodeWorker } from "@effect/platform-node"
import { Context, Effect, Fiber, Layer, Schema } from "effect"
import type { Scope } from "effect"
import * as WorkerThread from "../supervision/WorkerThread.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as Advice from "../models/Advice.ts"
import { ModelStore } from "../models/ModelStore.ts"
import type { Reply, Request } from "./EmbedWorker.ts"
import { english, say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

type Store = Context.Tag.Service<typeof ModelStore>

const engine = "long_term_memory"
/** A thread that has not loaded its model by then never will. */
const loadTimeout = "1 minute"

/** The meaning of a text could not be had. */
export class EmbeddingFailed extends Schema.TaggedError<EmbeddingFailed>()("EmbeddingFailed", {
  detail: Words,
  cause: Schema.optional(Schema.Defect)
}) {
  get words(): Text {
    return say("speech.recallFailed", this.detail)
  }

  override get message(): string {
    return english(this.words)
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

const unavailable = (reason: Words, advice: Words, cause?: unknown) =>
  new EngineUnavailable({ kind: "embedding", engine, reason, advice, cause })

const notStarted = (cause?: unknown) =>
  unavailable(say("engine.threadNotStarted"), say("speech.recallRestart"), cause)

const open = Effect.fn("Embedder.open")(function* (store: Store) {
  const model = yield* Effect.mapError(store.obtain("embedding", "auto"), ({ advice, reason }) =>
    unavailable(reason, advice)
  )
  const files = { weights: model.files["weights.safetensors"]!, tokenizer: model.files["tokenizer.json"]! }
  const scope = yield* Effect.scope
  const manager = yield* Worker.WorkerManager
  const thread = yield* manager.spawn<Request, Reply, never>({})
  const ask = (request: Request) =>
    thread.executeEffect(request).pipe(
      Effect.mapError((cause) => new EmbeddingFailed({ detail: say("speech.threadEnded"), cause })),
      // What goes wrong in it unforeseen comes back as a defect.
      Effect.catchAllDefect((cause) => new EmbeddingFailed({ detail: say("speech.threadFailed"), cause })),
      Effect.filterOrElse(
        (reply): reply is Exclude<Reply, { readonly problem: string }> => !("problem" in reply),
        ({ problem }) => new EmbeddingFailed({ detail: problem })
      )
    )
  const loaded = ask({ _tag: "Load", files })
  yield* loaded.pipe(
    Effect.mapError(({ detail }) => unavailable(detail, Advice.damaged(model.id))),
    Effect.timeoutFail({ duration: loadTimeout, onTimeout: () => notStarted() })
  )

  // A thread that has ended is started anew by the library, but without its model. Whoever finds it so waits for the same
  // loading. A turn does not wait for it long, and must not break it off: the next one finds it done.
  let loading: Fiber.Fiber<unknown, EmbeddingFailed> | undefined
  const load = loaded.pipe(
    Effect.timeoutFail({
      duration: loadTimeout,
      onTimeout: () => new EmbeddingFailed({ detail: say("speech.threadLoadsNot") })
    }),
    Effect.ensuring(Effect.sync(() => (loading = undefined)))
  )
  const loadAgain = Effect.suspend(() =>
    loading === undefined
      ? Effect.tap(Effect.forkIn(load, scope), (fiber) => Effect.sync(() => (loading = fiber)))
      : Effect.succeed(loading)
  ).pipe(Effect.uninterruptible, Effect.flatMap(Fiber.join))
  const embedder: Embedder = {
    embed: (texts) => {
      const asked = ask({ _tag: "Embed", texts })
      return asked.pipe(
        Effect.flatMap((reply) =>
          "unloaded" in reply ? Effect.zipRight(loadAgain, asked) : Effect.succeed(reply)
        ),
        Effect.flatMap((reply) =>
          "unloaded" in reply
            ? new EmbeddingFailed({ detail: say("speech.threadEnded") })
            : Effect.succeed(reply.vectors)
        )
      )
    }
  }
  return embedder
})

const spec = (store: Store): EngineSpec<Embedder> => ({
  kind: "embedding",
  id: engine,
  load: open(store).pipe(
    Effect.provide(NodeWorker.layer(() => WorkerThread.start("EmbedWorker", import.meta.url))),
    Effect.catchTag("WorkerError", (cause) => notStarted(cause))
  )
})
