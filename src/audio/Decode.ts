import { Worker } from "@effect/platform"
import { NodeWorker } from "@effect/platform-node"
import { Context, Effect, Layer, Pool } from "effect"
import type { Decoded } from "./DecodeWorker.ts"
import type { Pcm } from "./Pcm.ts"
import { UndecodableAudio } from "./UndecodableAudio.ts"
import * as Wav from "./Wav.ts"
import * as WorkerThread from "./WorkerThread.ts"

/** A thread that has not started by then never will. */
const startTimeout = "20 seconds"

/** How long a decoding thread that has nothing to do is kept. */
const idle = "5 minutes"

/**
 * Turns encoded sound into samples. Plain WAV (16-bit, mono) is read in place; everything else is decoded by a
 * worker thread, started when it is first needed.
 */
export class Decode extends Context.Tag("seiyuu/audio/Decode")<
  Decode,
  {
    /** WAV, MP3, FLAC or Ogg Opus. The bytes must not be changed afterwards: the samples may be a view of them. */
    readonly decode: (bytes: Uint8Array) => Effect.Effect<Pcm, UndecodableAudio>
    /** Starts the thread now, so that the first sentence needn't wait for it. */
    readonly warmUp: Effect.Effect<void>
  }
>() {
  static readonly layer = Layer.suspend(() => Layer.scoped(Decode, make)).pipe(
    Layer.provide(NodeWorker.layer(() => WorkerThread.start("DecodeWorker", import.meta.url)))
  )
}

const make = Effect.gen(function* () {
  const manager = yield* Worker.WorkerManager
  const threads = yield* Pool.makeWithTTL({
    acquire: manager.spawn<Uint8Array, Decoded, never>({}).pipe(
      Effect.timeoutFail({
        duration: startTimeout,
        onTimeout: () => new UndecodableAudio({ reason: "the decoder did not start" })
      })
    ),
    min: 0,
    max: 1,
    timeToLive: idle
  })

  const inThread = Effect.fn("Decode.inThread")(function* (bytes: Uint8Array) {
    const thread = yield* threads.get
    const decoded = yield* thread.executeEffect(bytes)
    return "pcm" in decoded ? decoded.pcm : yield* new UndecodableAudio({ reason: decoded.problem })
  }, Effect.scoped)

  const decode = (bytes: Uint8Array): Effect.Effect<Pcm, UndecodableAudio> => {
    const plain = Wav.decodePlain(bytes)
    return plain !== undefined
      ? Effect.succeed(plain)
      : Effect.catchTag(inThread(bytes), "WorkerError", (cause) =>
          Effect.fail(new UndecodableAudio({ reason: "the decoder stopped", cause }))
        )
  }

  return Decode.of({ decode, warmUp: Effect.scoped(Effect.ignore(threads.get)) })
})
