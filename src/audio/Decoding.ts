import { Effect } from "effect"
import { AudioTooLong } from "./AudioTooLong.ts"
import { DecoderStopped } from "./DecoderStopped.ts"
import * as Pcm from "./Pcm.ts"
import * as SampleRate from "./SampleRate.ts"
import * as Speech from "./Speech.ts"
import { UndecodableAudio } from "./UndecodableAudio.ts"
import * as Mutex from "../supervision/Mutex.ts"
import { nextRound } from "../supervision/NextRound.ts"
import { say } from "../language/Text.ts"

/** What a library's decoder answers: one `Float32Array` in [-1, 1] per channel. */
interface Decoded {
  readonly channelData: ReadonlyArray<Float32Array>
  readonly sampleRate: number
}

/** Decodes one file. */
export interface Decoder {
  readonly ready: Promise<void>
  readonly decode: (bytes: Uint8Array) => Decoded | Promise<Decoded>
  /** What is left when the file has ended. */
  readonly flush?: () => Promise<Decoded>
  /** Nothing is to be asked of it afterwards. */
  readonly free: () => void
}

/** A format of encoded sound. */
export interface Format {
  /** As people say it. */
  readonly name: string
  readonly make: () => Decoder
}

/** How long a sound may be, in seconds, at a sample rate in Hz. */
export type Longest = (sampleRate: number) => number

/** A file that comes piece by piece. One caller at a time. */
export interface Decoding {
  /** The sound of the next bytes, mixed down to mono; without samples if they complete none. */
  readonly push: (bytes: Uint8Array) => Effect.Effect<Pcm.Pcm, UndecodableAudio | AudioTooLong>
  /** What is left when the file has ended. Fails if there was no sound in all of it. */
  readonly end: Effect.Effect<Pcm.Pcm, UndecodableAudio | AudioTooLong>
  /** Nothing is to be asked of it afterwards. */
  readonly free: () => void
}

/**
 * How many bytes are decoded at a time, with what else its thread has to do in between: few enough that even a file that is
 * nearly all silence stays small. Of MP3 they take 0.4 ms at 32 kbit/s, some 2 ms at 8, where they are 2 s of sound.
 */
const step = 2 * 1024

/** Who has had a step waits for a turn of all that its thread decodes, one in each round of the event loop. */
const turns = Mutex.make()

/** Decodes a file of this format as its bytes come, as long as all of it does not get too long. */
export const make = ({ make, name }: Format, longest: Longest): Decoding => {
  let decoder: Decoder | undefined
  let isReady = false
  /** Bytes that have been decoded since the last turn that was waited for. */
  let since = 0
  let sampleRate = 0
  let length = 0

  const damaged = (cause?: unknown) =>
    cause instanceof DecoderStopped
      ? new UndecodableAudio({ reason: cause.reason, cause, stopped: true })
      : new UndecodableAudio({ reason: say("speech.damagedData", name), cause })

  const answered = (answer: () => Decoded | Promise<Decoded | void> | void) =>
    Effect.flatMap(Effect.try({ try: answer, catch: damaged }), (decoded) =>
      decoded instanceof Promise
        ? Effect.tryPromise({ try: () => decoded, catch: damaged })
        : Effect.succeed(decoded)
    )

  const opened = Effect.suspend(() => {
    if (isReady) return Effect.succeed(decoder!)
    return Effect.tryPromise({
      try: async () => {
        decoder ??= make()
        await decoder.ready
        isReady = true
        return decoder
      },
      catch: damaged
    })
  })

  /** What has been decoded, mixed down; nothing is known of the rate where there are no samples. */
  const hear = Effect.fnUntraced(function* (decoded: Decoded | void) {
    if (decoded === undefined || (decoded.channelData[0]?.length ?? 0) === 0) return Speech.nothing
    if (decoded.sampleRate !== sampleRate) {
      if (length > 0) return yield* new UndecodableAudio({ reason: say("speech.rateChanged") })
      yield* SampleRate.check(decoded.sampleRate)
      sampleRate = decoded.sampleRate
    }
    length += decoded.channelData[0]!.length
    const allowed = longest(sampleRate)
    if (length > allowed * sampleRate) return yield* new AudioTooLong({ longest: allowed })
    return { samples: mix(decoded.channelData), sampleRate }
  })

  const decode = (decoder: Decoder, bytes: Uint8Array) =>
    Effect.suspend(() => {
      since += bytes.length
      return Effect.flatMap(
        answered(() => decoder.decode(bytes)),
        hear
      )
    })

  const inTurn = <A, E>(decoded: Effect.Effect<A, E>) => {
    since = 0
    return turns.alone(Effect.zipRight(nextRound, decoded))
  }

  const push = Effect.fnUntraced(function* (bytes: Uint8Array) {
    const decoder = yield* opened
    const parts: Array<Pcm.Pcm> = []
    for (let at = 0; at < bytes.length; at += step) {
      const decoded = decode(decoder, bytes.subarray(at, at + step))
      parts.push(yield* since < step ? decoded : inTurn(decoded))
    }
    return joined(parts)
  })

  return {
    push,
    end: Effect.gen(function* () {
      const decoder = yield* opened
      const rest = yield* hear(yield* answered(() => decoder.flush?.()))
      return length === 0 ? yield* damaged() : rest
    }),
    free: () => decoder?.free()
  }
}

/** What has samples of it, which are of one rate. */
export const joined = (parts: ReadonlyArray<Pcm.Pcm>): Pcm.Pcm => {
  const heard = parts.filter(({ samples }) => samples.length > 0)
  return heard.length === 0 ? Speech.nothing : Pcm.join(heard, heard[0]!.sampleRate)
}

const mix = (channels: Decoded["channelData"]): Int16Array => {
  // One channel counts twice: written so, this takes a quarter of the time of a loop over all of them.
  const [left, right = left, ...others] = channels
  const samples = new Int16Array(left!.length)
  const scale = 32767 / Math.max(2, channels.length)
  for (let at = 0; at < samples.length; at++) {
    let sum = left![at]! + right![at]!
    for (let other = 0; other < others.length; other++) sum += others[other]![at]!
    samples[at] = Math.round(Math.max(-32768, Math.min(32767, sum * scale)))
  }
  return samples
}
