/** The thread that embeds texts for all sessions: tokenising a long one would hold the event loop up. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeWorkerRunner from "@effect/platform-node/NodeWorkerRunner"
import * as WorkerRunner from "@effect/platform/WorkerRunner"
import { Effect, Layer } from "effect"
import * as StaticEmbedding from "./StaticEmbedding.ts"
import * as Priority from "../supervision/Priority.ts"

/** First what to load, then texts. */
export type Request =
  | { readonly _tag: "Load"; readonly files: StaticEmbedding.Files }
  | { readonly _tag: "Embed"; readonly texts: ReadonlyArray<string> }

/** One vector a text (none for `Load`), that nothing is loaded, or what is wrong. Plain data, since it crosses threads. */
export type Reply =
  | { readonly vectors: ReadonlyArray<Int8Array> }
  | { readonly unloaded: true }
  | { readonly problem: string }

let embed: StaticEmbedding.Embed | undefined

const answer = (request: Request): Effect.Effect<Reply> => {
  if (request._tag === "Embed")
    return Effect.sync(() =>
      embed === undefined ? { unloaded: true } : { vectors: request.texts.map(embed) }
    )
  return StaticEmbedding.load(request.files).pipe(
    Effect.map((loaded): Reply => {
      embed = loaded
      return { vectors: [] }
    }),
    Effect.catchAll(({ message }) => Effect.succeed({ problem: message }))
  )
}

Priority.lowerThread()
WorkerRunner.launch(Layer.provide(WorkerRunner.layer(answer), NodeWorkerRunner.layer)).pipe(
  NodeRuntime.runMain
)
