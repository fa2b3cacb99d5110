import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeWorkerRunner from "@effect/platform-node/NodeWorkerRunner"
import * as WorkerRunner from "@effect/platform/WorkerRunner"
import { Effect, Layer } from "effect"
import * as Compressed from "./Compressed.ts"
import type { Pcm } from "./Pcm.ts"
import * as Wav from "./Wav.ts"

/** What comes back: the sound, or why there is none. Plain data, since it crosses threads. */
export type Decoded = { readonly pcm: Pcm } | { readonly problem: string }

const decode = (bytes: Uint8Array): Effect.Effect<Decoded> =>
  (Wav.isWav(bytes) ? Effect.suspend(() => Wav.decode(bytes)) : Compressed.decode(bytes)).pipe(
    Effect.match({
      onFailure: ({ reason }) => ({ problem: reason }),
      onSuccess: (pcm) => ({ pcm })
    })
  )

WorkerRunner.launch(Layer.provide(WorkerRunner.layer(decode), NodeWorkerRunner.layer)).pipe(
  NodeRuntime.runMain
)
