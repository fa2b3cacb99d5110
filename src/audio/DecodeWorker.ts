import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeWorkerRunner from "@effect/platform-node/NodeWorkerRunner"
import * as WorkerRunner from "@effect/platform/WorkerRunner"
import { Effect, Layer } from "effect"
import { AudioTooLong } from "./AudioTooLong.ts"
import * as Compressed from "./Compressed.ts"
import type { Pcm } from "./Pcm.ts"
import * as Resample from "./Resample.ts"
import * as Speech from "./Speech.ts"
import * as Wav from "./Wav.ts"
import * as WorkerThread from "./WorkerThread.ts"

/** An encoded file, and whether its sound is wanted as it is or as recognisers take it. */
export interface Request {
  readonly bytes: Uint8Array
  readonly as: "pcm" | "speech"
}

/** What comes back: the sound, or why there is none. Plain data, since it crosses threads. */
export type Decoded =
  | { readonly pcm: Pcm }
  | { readonly speech: Float32Array }
  | { readonly problem: string }
  | { readonly longest: number }

const pcmOf = (bytes: Uint8Array, longest?: number) =>
  Wav.isWav(bytes) ? Effect.suspend(() => Wav.decode(bytes)) : Compressed.decode(bytes, longest)

const speechOf = Effect.fnUntraced(function* (bytes: Uint8Array) {
  const wav = Wav.measure(bytes)
  if (wav !== undefined && Resample.understands(wav.sampleRate) && wav.seconds > Speech.longest)
    return yield* new AudioTooLong({ longest: Speech.longest })
  const pcm = yield* pcmOf(bytes, Speech.longest)
  return yield* Resample.convert(Speech.fromPcm(pcm), pcm.sampleRate, Speech.sampleRate)
})

const decode = ({ as, bytes }: Request): Effect.Effect<Decoded> =>
  (as === "speech"
    ? Effect.map(speechOf(bytes), (speech): Decoded => ({ speech }))
    : Effect.map(pcmOf(bytes), (pcm): Decoded => ({ pcm }))
  ).pipe(
    Effect.catchTags({
      UndecodableAudio: ({ reason }) => Effect.succeed<Decoded>({ problem: reason }),
      AudioTooLong: ({ longest }) => Effect.succeed<Decoded>({ longest })
    })
  )

WorkerThread.giveWay()
WorkerRunner.launch(Layer.provide(WorkerRunner.layer(decode), NodeWorkerRunner.layer)).pipe(
  NodeRuntime.runMain
)
