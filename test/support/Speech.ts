import { Effect } from "effect"
import * as Sound from "../../src/audio/Speech.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as FliteTts from "../../src/tts/FliteTts.ts"
import * as TtsConfigs from "../tts/TtsConfigs.ts"

/** Speaks with the built-in voice: samples in [-1, 1] at 16 kHz, for each text. */
export const sayAll = (texts: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Float32Array>> =>
  Effect.gen(function* () {
    const config = TtsConfigs.flite("slt").flite_tts
    const flite = yield* (yield* EnginePool).borrow(FliteTts.spec(config))
    const voice = yield* FliteTts.voice(flite, config)
    const spoken = yield* Effect.forEach(texts, voice.synthesize)
    return spoken.map(({ samples }) => Float32Array.from(samples, (sample) => sample / 32_768))
  }).pipe(Effect.scoped, Effect.provide(EnginePool.layer({ idleTimeToLive: "1 second" })), Effect.orDie)

export const say = (text: string): Effect.Effect<Float32Array> =>
  Effect.map(sayAll([text]), ([samples]) => samples!)

/** The sound without the silence before and after it. */
export const trimmed = (samples: Float32Array): Float32Array => {
  const audible = (sample: number) => Math.abs(sample) > 0.01
  return samples.subarray(samples.findIndex(audible), samples.findLastIndex(audible) + 1)
}

/** Silence. */
export const seconds = (count: number): Float32Array => new Float32Array(count * 16_000)

/** As a client sends it: 4096 samples at a time. */
export const chunks = (audio: Float32Array, length = 4096): ReadonlyArray<Float32Array> =>
  Array.from({ length: Math.ceil(audio.length / length) }, (_, index) =>
    audio.subarray(index * length, (index + 1) * length)
  )

/** Samples one after the other. */
export const join = (...parts: ReadonlyArray<Float32Array>): Float32Array => Sound.join(parts)

const words = (text: string): ReadonlyArray<string> =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}' ]/gu, " ")
    .split(/\s+/u)
    .filter((word) => word !== "")

/** Word error rate: words to insert, delete and replace, by the number of words that were said. */
export const wordErrors = (said: string, heard: string): number => {
  const [from, to] = [words(said), words(heard)]
  let row = to.map((_, index) => index + 1)
  let first = 0
  for (const word of from) {
    const next: Array<number> = []
    let before = first
    let left = ++first
    for (const [index, other] of to.entries()) {
      left = Math.min(left + 1, row[index]! + 1, before + (word === other ? 0 : 1))
      before = row[index]!
      next.push(left)
    }
    row = next
  }
  return (row.at(-1) ?? from.length) / from.length
}
