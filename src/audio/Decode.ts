import { Transferable, Worker } from "@effect/platform"
import { NodeWorker } from "@effect/platform-node"
import { Context, Effect, Layer, Pool } from "effect"
import { AudioTooLong } from "./AudioTooLong.ts"
import type { Decoded, Request } from "./DecodeWorker.ts"
import type { Pcm } from "./Pcm.ts"
import * as Speech from "./Speech.ts"
import { UndecodableAudio } from "./UndecodableAudio.ts"
import * as Wav from "./Wav.ts"
import * as WorkerThread from "./WorkerThread.ts"

/** A thread that has not started by then never will. */
const startTimeout = "20 seconds"

/** How long a decoding thread that has nothing to do is kept. */
const idle = "5 minutes"

/** How many files the thread works on at a time: a long recording does not keep a sentence waiting. */
const atOnce = 8

/**
 * Turns encoded sound into samples. Plain WAV (16-bit, mono) is read in place; everything else is decoded by a
 * worker thread, started when it is first needed.
 */
export class Decode extends Context.Tag("seiyuu/audio/Decode")<
  Decode,
  {
    /** WAV, MP3, FLAC or Ogg Opus. The bytes must not be changed afterwards: the samples may be a view of them. */
    readonly decode: (bytes: Uint8Array) => Effect.Effect<Pcm, UndecodableAudio>
    /**
     * The same files as what a recogniser takes: mono, 16 kHz, in [-1, 1], at most 120 s. The bytes are given away:
     * they cannot be read afterwards.
     */
    readonly speech: (bytes: Uint8Array) => Effect.Effect<Float32Array, UndecodableAudio | AudioTooLong>
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
    acquire: manager.spawn<Request, Decoded, never>({ encode }).pipe(
      Effect.timeoutFail({
        duration: startTimeout,
        onTimeout: () => new UndecodableAudio({ reason: "the decoder did not start" })
      })
    ),
    min: 0,
    max: 1,
    concurrency: atOnce,
    timeToLive: idle
  })

  const inThread = Effect.fn("Decode.inThread")(
    function* (request: Request) {
      const thread = yield* threads.get
      return yield* thread.executeEffect(request)
    },
    Effect.scoped,
    Effect.catchTag("WorkerError", (cause) => stopped(cause))
  )

  const decode = (bytes: Uint8Array): Effect.Effect<Pcm, UndecodableAudio> => {
    const plain = Wav.decodePlain(bytes)
    if (plain !== undefined) return Effect.succeed(plain)
    return Effect.flatMap(inThread({ as: "pcm", bytes }), (decoded) =>
      "pcm" in decoded ? Effect.succeed(decoded.pcm) : failure(decoded)
    )
  }

  const speech = (bytes: Uint8Array): Effect.Effect<Float32Array, UndecodableAudio | AudioTooLong> => {
    const plain = Wav.decodePlain(bytes)
    if (plain?.sampleRate !== Speech.sampleRate) {
      return Effect.flatMap(
        inThread({ as: "speech", bytes }),
        (decoded): Effect.Effect<Float32Array, UndecodableAudio | AudioTooLong> => {
          if ("speech" in decoded) return Effect.succeed(decoded.speech)
          return "longest" in decoded ? new AudioTooLong(decoded) : failure(decoded)
        }
      )
    }
    return plain.samples.length > Speech.longest * Speech.sampleRate
      ? new AudioTooLong({ longest: Speech.longest })
      : Effect.sync(() => Speech.fromPcm(plain))
  }

  return Decode.of({ decode, speech, warmUp: Effect.scoped(Effect.ignore(threads.get)) })
})

/** Recordings are large, and belong to nobody else: they move to the thread instead of being copied. */
const encode = (request: Request): Effect.Effect<Request> => {
  const { as, bytes } = request
  const whole = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
  return as === "speech" && whole
    ? Effect.as(Transferable.addAll([bytes.buffer]), request)
    : Effect.succeed(request)
}

const stopped = (cause: unknown) => new UndecodableAudio({ reason: "the decoder stopped", cause })

const failure = (decoded: Decoded) =>
  "problem" in decoded
    ? new UndecodableAudio({ reason: decoded.problem })
    : stopped(new Error("it answered something else"))
