import { Transferable, Worker } from "@effect/platform"
import type { WorkerError } from "@effect/platform/WorkerError"
import { NodeWorker } from "@effect/platform-node"
import { Context, Effect, Layer, Pool } from "effect"
import type { Scope } from "effect"
import { AudioTooLong } from "./AudioTooLong.ts"
import { DecoderStopped } from "./DecoderStopped.ts"
import * as Decoding from "./Decoding.ts"
import type { Decoded, Request } from "./DecodeWorker.ts"
import * as FormatOf from "./FormatOf.ts"
import { NoFormFile } from "./FormFile.ts"
import type { Form } from "./FormFile.ts"
import * as Mp3 from "./Mp3.ts"
import type { Pcm } from "./Pcm.ts"
import * as SentenceSound from "./SentenceSound.ts"
import * as Speech from "./Speech.ts"
import { UndecodableAudio } from "./UndecodableAudio.ts"
import * as Wav from "./Wav.ts"
import * as WorkerThread from "../supervision/WorkerThread.ts"
import { say } from "../language/Text.ts"

/** A thread that has not started by then never will. */
const startTimeout = "20 seconds"

/** How long a decoding thread that has nothing to do is kept. */
const idle = "5 minutes"

/** Longest base64 text that is read on the event loop, in characters: less than a millisecond. */
const longestInPlace = 256 * 1024

/** How many whole files a thread works on at a time. */
const atOnce = 8

/**
 * How many files may come piece by piece at a time. They are open for as long as sentences are spoken; the voices' own
 * limits are narrower.
 */
const openAtOnce = 256

/** Why a recording has become no samples. */
export type NotSpeech = UndecodableAudio | AudioTooLong | DecoderStopped

/** A file that comes piece by piece. One caller at a time. */
export interface Pieces {
  /** The sound of the next bytes; without samples if they complete none. */
  readonly push: (bytes: Uint8Array) => Effect.Effect<Pcm, UndecodableAudio>
  /** What is left when the file has ended. Fails if there was no sound in all of it. */
  readonly end: Effect.Effect<Pcm, UndecodableAudio>
}

/**
 * Turns encoded sound into samples. Plain WAV (16-bit, mono) is read in place; everything else is decoded by worker
 * threads, started when they are first needed: one for sentences and one for recordings, so that no sentence waits for
 * a large upload. Only MP3 that comes piece by piece is decoded in place.
 */
export class Decode extends Context.Tag("seiyuu/audio/Decode")<
  Decode,
  {
    /** WAV, MP3, FLAC or Ogg Opus. The bytes must not be changed afterwards: the samples may be a view of them. */
    readonly decode: (bytes: Uint8Array) => Effect.Effect<Pcm, UndecodableAudio>
    /** The same of a file in base64; a long one is read by the thread as a whole. */
    readonly base64: (base64: string) => Effect.Effect<Pcm, UndecodableAudio>
    /**
     * The same files as what a recogniser takes: mono, 16 kHz, in [-1, 1], at most 120 s. The bytes are given away:
     * they cannot be read afterwards.
     */
    readonly speech: (bytes: Uint8Array) => Effect.Effect<Float32Array, NotSpeech>
    /** The same for the file in a field of a form, whose body is given away. Nothing of it is done on the event loop. */
    readonly formSpeech: (form: Form) => Effect.Effect<Float32Array, NotSpeech | NoFormFile>
    /**
     * An MP3, FLAC or Ogg Opus file that comes piece by piece. `begin`, its first 44 bytes or more, tells which, and is still to
     * be pushed. Closing the scope ends it.
     */
    readonly pieces: (begin: Uint8Array) => Effect.Effect<Pieces, UndecodableAudio, Scope.Scope>
  }
>() {
  static readonly layer = Layer.suspend(() => Layer.scoped(Decode, make)).pipe(
    Layer.provide(NodeWorker.layer(() => WorkerThread.start("DecodeWorker", import.meta.url)))
  )
}

const make = Effect.gen(function* () {
  const manager = yield* Worker.WorkerManager
  const thread = (concurrency: number) =>
    Pool.makeWithTTL({
      acquire: manager.spawn<Request, Decoded, never>({ encode }).pipe(
        Effect.timeoutFail({
          duration: startTimeout,
          onTimeout: () => new DecoderStopped({ reason: say("speech.decoderNotStarted") })
        })
      ),
      min: 0,
      max: 1,
      concurrency,
      timeToLive: idle
    })
  const sentences = yield* thread(atOnce + openAtOnce)
  const recordings = yield* thread(atOnce)
  const wholeFiles = yield* Effect.makeSemaphore(atOnce)
  const openFiles = yield* Effect.makeSemaphore(openAtOnce)

  const sentence = (request: Request) => wholeFiles.withPermits(1)(pcmOf(inThread(sentences, request)))

  const decode = (bytes: Uint8Array): Effect.Effect<Pcm, UndecodableAudio> => {
    const plain = Wav.decodePlain(bytes)
    return plain === undefined ? sentence({ as: "pcm", bytes }) : SentenceSound.check(plain)
  }

  const recorded = (decoded: Decoded): Effect.Effect<Float32Array, NotSpeech> => {
    if ("speech" in decoded) return Effect.succeed(decoded.speech)
    return "longest" in decoded ? new AudioTooLong(decoded) : failure(decoded)
  }

  const speech = (bytes: Uint8Array): Effect.Effect<Float32Array, NotSpeech> => {
    const plain = Wav.decodePlain(bytes)
    if (plain?.sampleRate !== Speech.sampleRate)
      return Effect.flatMap(inThread(recordings, { as: "speech", bytes }), recorded)
    return plain.samples.length > Speech.longest * Speech.sampleRate
      ? new AudioTooLong({ longest: Speech.longest })
      : Effect.sync(() => Speech.fromPcm(plain))
  }

  const place = Effect.acquireRelease(Effect.interruptible(openFiles.take(1)), () => openFiles.release(1))

  let files = 0
  const piecesInThread = Effect.gen(function* () {
    const file = ++files
    const thread = yield* Effect.mapError(sentences.get, stopped)
    const ask = (request: Request) => askThread(thread, request)
    yield* Effect.addFinalizer(() => Effect.ignore(ask({ as: "forget", file })))
    let first = true
    const piece = (bytes?: Uint8Array) =>
      Effect.suspend(() => {
        const request: Request = {
          as: "piece",
          file,
          first,
          ...(bytes === undefined ? {} : { bytes: compact(bytes) })
        }
        first = false
        return pcmOf(ask(request))
      })
    return { push: piece, end: piece() }
  }).pipe(
    Effect.catchTag(
      "DecoderStopped",
      ({ cause, reason }) => new UndecodableAudio({ reason, cause, stopped: true })
    )
  )

  const mp3 = Mp3.make()
  /**
   * MP3, the format of most services, is decoded on the event loop, in steps of some 0.4 ms: to hand one over and take its sound
   * back would take as long there, and how soon another thread wakes depends on what else the machine does.
   */
  const piecesHere = Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => Decoding.make(mp3, SentenceSound.longest)),
      ({ free }) => Effect.sync(free)
    ),
    ({ end, push }): Pieces => ({ push: (bytes) => shortEnough(push(bytes)), end: shortEnough(end) })
  )

  const pieces = (begin: Uint8Array) =>
    Effect.zipRight(place, FormatOf.encoded(begin) === "mp3" ? piecesHere : piecesInThread)

  const formSpeech = ({ body, contentType, field }: Form) =>
    Effect.flatMap(
      inThread(recordings, { as: "form-speech", bytes: body, contentType, field }),
      (decoded): Effect.Effect<Float32Array, NotSpeech | NoFormFile> =>
        "noFile" in decoded ? new NoFormFile({ reason: decoded.noFile }) : recorded(decoded)
    )

  return Decode.of({
    decode,
    base64: (base64) =>
      base64.length > longestInPlace
        ? sentence({ as: "base64-pcm", base64 })
        : Effect.suspend(() => decode(new Uint8Array(Buffer.from(base64, "base64")))),
    speech,
    formSpeech,
    pieces
  })
})

const shortEnough = (sound: Effect.Effect<Pcm, UndecodableAudio | AudioTooLong>) =>
  Effect.catchTag(sound, "AudioTooLong", ({ longest }) => SentenceSound.tooLong(longest))

type Thread = Pool.Pool<Worker.Worker<Request, Decoded>, DecoderStopped | WorkerError>

/** A thread that ends fails what it was given, and another one takes its place. */
const inThread = Effect.fn("Decode.inThread")(
  function* (threads: Thread, request: Request) {
    return yield* askThread(yield* threads.get, request)
  },
  Effect.scoped,
  Effect.catchTag("WorkerError", (cause) => stopped(cause))
)

const askThread = (thread: Worker.Worker<Request, Decoded>, request: Request) =>
  thread.executeEffect(request).pipe(
    Effect.mapError(stopped),
    // What goes wrong in it unforeseen comes back as a defect.
    Effect.catchAllDefect((cause) => stopped(cause))
  )

/** The sound that came back; a thread that ended counts as sound that cannot be had. */
const pcmOf = (decoding: Effect.Effect<Decoded, DecoderStopped>): Effect.Effect<Pcm, UndecodableAudio> =>
  decoding.pipe(
    Effect.flatMap((decoded): Effect.Effect<Pcm, UndecodableAudio | DecoderStopped> =>
      "pcm" in decoded
        ? Effect.succeed(decoded.pcm)
        : "longest" in decoded
          ? SentenceSound.tooLong(decoded.longest)
          : failure(decoded)
    ),
    Effect.catchTag(
      "DecoderStopped",
      ({ cause, reason }) => new UndecodableAudio({ reason, cause, stopped: true })
    )
  )

/** Bytes that are a part of something larger would take all of that along to the thread. */
const compact = (bytes: Uint8Array): Uint8Array => (isWhole(bytes) ? bytes : new Uint8Array(bytes))

const isWhole = (bytes: Uint8Array): boolean => bytes.byteLength === bytes.buffer.byteLength

/** Recordings are large, and belong to nobody else: they move to the thread instead of being copied. */
const encode = (request: Request): Effect.Effect<Request> => {
  if (request.as !== "speech" && request.as !== "form-speech") return Effect.succeed(request)
  const { bytes } = request
  return bytes.buffer instanceof ArrayBuffer && isWhole(bytes)
    ? Effect.as(Transferable.addAll([bytes.buffer]), request)
    : Effect.succeed(request)
}

const stopped = (cause: unknown) => new DecoderStopped({ reason: say("speech.decoderEnded"), cause })

const failure = (decoded: Decoded) =>
  "problem" in decoded
    ? new UndecodableAudio({ reason: decoded.problem })
    : stopped(new Error("it answered something else"))
