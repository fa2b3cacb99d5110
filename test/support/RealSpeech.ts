import { Effect } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as FliteTts from "../../src/tts/FliteTts.ts"

const sampleRate = 16_000

export const seconds = (count: number) => new Float32Array(count * sampleRate)

/** Somebody who says `text`, at 16 kHz, without silence before or after. */
export const say = Effect.fnUntraced(function* (text: string) {
  const pool = yield* EnginePool
  const flite = yield* pool.borrow(FliteTts.spec)
  const tts = yield* FliteTts.voice(flite, { voice: "slt" })
  const { samples } = yield* tts.synthesize(text)
  const audible = (sample: number) => Math.abs(sample) > 300
  const spoken = samples.subarray(samples.findIndex(audible), samples.findLastIndex(audible) + 1)
  return Float32Array.from(spoken, (sample) => sample / 32_768)
})

export const join = (...parts: ReadonlyArray<Float32Array>): Float32Array =>
  Float32Array.from(parts.flatMap((part) => [...part]))

/** As a client sends it: 4096 samples at a time. */
export const chunks = (audio: Float32Array, length = 4096): ReadonlyArray<Float32Array> =>
  Array.from({ length: Math.ceil(audio.length / length) }, (_, index) =>
    audio.subarray(index * length, (index + 1) * length)
  )
