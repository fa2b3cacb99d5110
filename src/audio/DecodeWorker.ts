import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeWorkerRunner from "@effect/platform-node/NodeWorkerRunner"
import * as WorkerRunner from "@effect/platform/WorkerRunner"
import { Effect, Layer } from "effect"
import { AudioTooLong } from "./AudioTooLong.ts"
import * as Compressed from "./Compressed.ts"
import type * as Decoding from "./Decoding.ts"
import * as FormFile from "./FormFile.ts"
import type { Pcm } from "./Pcm.ts"
import * as Resample from "./Resample.ts"
import * as SampleRate from "./SampleRate.ts"
import * as SentenceSound from "./SentenceSound.ts"
import * as Speech from "./Speech.ts"
import * as Wav from "./Wav.ts"
import * as Priority from "../supervision/Priority.ts"
import type { Words } from "../language/Text.ts"

/**
 * An encoded file, whose sound is wanted as it is or as recognisers take it, a form with such a file, or the next bytes
 * of a file that comes piece by piece.
 */
export type Request =
  | { readonly as: "pcm" | "speech"; readonly bytes: Uint8Array }
  | { readonly as: "base64-pcm"; readonly base64: string }
  | {
      readonly as: "form-speech"
      readonly bytes: Uint8Array
      readonly contentType: string
      readonly field: string
    }
  /** `file`: a number that tells it from the others. `first`: the file begins with it. Without bytes it has ended. */
  | { readonly as: "piece"; readonly file: number; readonly first: boolean; readonly bytes?: Uint8Array }
  /** Nothing more of the file is wanted. */
  | { readonly as: "forget"; readonly file: number }

/** What comes back: the sound, or why there is none. Plain data, since it crosses threads. */
export type Decoded =
  | { readonly pcm: Pcm }
  | { readonly speech: Float32Array }
  | { readonly problem: Words }
  | { readonly longest: number }
  | { readonly noFile: FormFile.NoFormFile["reason"] }

const pcmOf = Effect.fnUntraced(function* (bytes: Uint8Array, longest: Decoding.Longest) {
  if (!Wav.isWav(bytes)) return yield* Compressed.decode(bytes, longest)
  const wav = Wav.measure(bytes)
  if (wav !== undefined) {
    yield* SampleRate.check(wav.sampleRate)
    const allowed = longest(wav.sampleRate)
    if (wav.seconds > allowed) return yield* new AudioTooLong({ longest: allowed })
  }
  return yield* Wav.decode(bytes)
})

const sentenceOf = (bytes: Uint8Array) =>
  Effect.map(pcmOf(bytes, SentenceSound.longest), (pcm): Decoded => ({ pcm }))

const speechOf = Effect.fnUntraced(function* (bytes: Uint8Array) {
  const pcm = yield* pcmOf(bytes, () => Speech.longest)
  return yield* Resample.convert(Speech.fromPcm(pcm), pcm.sampleRate, Speech.sampleRate)
})

/** Files that come piece by piece. */
const files = new Map<number, Decoding.Decoding>()

const pieceOf = (file: number, first: boolean, bytes: Uint8Array | undefined) =>
  Effect.suspend(() => {
    const known = files.get(file)
    // What stands in the middle of a file would be taken for the beginning of another one.
    if (known === undefined && !first)
      return Effect.dieMessage("the thread before this one had its beginning")
    const decoding = known ?? Compressed.decoding(SentenceSound.longest)
    files.set(file, decoding)
    return bytes === undefined ? decoding.end : decoding.push(bytes)
  })

const forget = (file: number): void => {
  files.get(file)?.free()
  files.delete(file)
}

const soundOf = (request: Request) => {
  switch (request.as) {
    case "pcm":
      return sentenceOf(request.bytes)
    case "base64-pcm":
      return sentenceOf(Buffer.from(request.base64, "base64"))
    case "speech":
      // Recordings are long. A sentence is not: until its first piece is decoded, nobody hears anything.
      Priority.lowerThread()
      return Effect.map(speechOf(request.bytes), (speech): Decoded => ({ speech }))
    case "form-speech": {
      Priority.lowerThread()
      const { bytes: body, contentType, field } = request
      const file = FormFile.read({ body, contentType, field })
      return Effect.map(Effect.flatMap(file, speechOf), (speech): Decoded => ({ speech }))
    }
    case "piece":
      return Effect.map(pieceOf(request.file, request.first, request.bytes), (pcm): Decoded => ({ pcm }))
    case "forget":
      return Effect.sync((): Decoded => {
        forget(request.file)
        return { pcm: Speech.nothing }
      })
  }
}

const decode = (request: Request): Effect.Effect<Decoded> =>
  Effect.catchTags(soundOf(request), {
    UndecodableAudio: ({ reason }) => Effect.succeed<Decoded>({ problem: reason }),
    AudioTooLong: ({ longest }) => Effect.succeed<Decoded>({ longest }),
    NoFormFile: ({ reason }) => Effect.succeed<Decoded>({ noFile: reason })
  })

WorkerRunner.launch(Layer.provide(WorkerRunner.layer(decode), NodeWorkerRunner.layer)).pipe(
  NodeRuntime.runMain
)
