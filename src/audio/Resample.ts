import { Effect } from "effect"
// A CommonJS bundle: Node finds its names on the default export only, whatever its types say.
// oxlint-disable-next-line import/default
import libsamplerate from "@alexanderolsen/libsamplerate-js"
import * as SampleRate from "./SampleRate.ts"
import { UndecodableAudio } from "./UndecodableAudio.ts"
import { say } from "../language/Text.ts"

/** How many samples are converted at a time; what else its thread has to do comes in between. */
const piece = 16_384
const piecesAtOnce = 16

/**
 * Mono samples at `from` Hz as samples at `to` Hz, of the same length in time (band-limited interpolation). Uses the
 * CPU, for 15 ms a second of sound: for worker threads.
 */
export const convert = Effect.fn("Resample.convert")(function* (
  samples: Float32Array,
  from: number,
  to: number
) {
  if (from === to) return samples
  yield* SampleRate.check(from)
  return yield* Effect.acquireUseRelease(
    open(from, to),
    (converter) => run(converter, samples, Math.round((samples.length * to) / from)),
    (converter) => Effect.sync(() => converter.destroy())
  )
})

const open = (from: number, to: number) =>
  Effect.tryPromise({
    try: () =>
      // oxlint-disable-next-line import/no-named-as-default-member
      libsamplerate.create(1, from, to, {
        // oxlint-disable-next-line import/no-named-as-default-member
        converterType: libsamplerate.ConverterType.SRC_SINC_MEDIUM_QUALITY
      }),
    catch: (cause) => new UndecodableAudio({ reason: say("speech.rateNotConverted"), cause })
  })

type Converter = Effect.Effect.Success<ReturnType<typeof open>>

/** In pieces of our own: the library cuts long sound at fractions of a sample, and keeps the filter's tail. */
const run = Effect.fnUntraced(function* (converter: Converter, samples: Float32Array, length: number) {
  const out = new Float32Array(length)
  let filled = 0
  const push = (input: Float32Array) => {
    const converted = converter.full(input)
    out.set(converted.subarray(0, length - filled), filled)
    filled = Math.min(length, filled + converted.length)
  }
  for (let at = 0; at < samples.length; at += piece) {
    push(samples.subarray(at, at + piece))
    if (at % (piece * piecesAtOnce) === 0) yield* Effect.sleep(0)
  }
  // The filter holds its last samples back until something follows them.
  push(new Float32Array(piece))
  return out
})
