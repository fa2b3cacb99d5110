import { Effect, TestClock } from "effect"
import * as Window from "../../src/vad/Window.ts"
import { ready, tick } from "./Talk.ts"
import * as World from "./World.ts"

/** `raw-audio-data` that is silent, `windows` of 32 ms long. */
export const silence = (windows: number) => raw(new Float32Array(windows * Window.size))

/** The same with somebody who speaks: no two samples of it are equal. */
export const speech = (windows: number, first = 0) =>
  raw(Float32Array.from({ length: windows * Window.size }, (_, index) => 0.5 + (first + index) / 1e6))

export const raw = (audio: Float32Array) => ({ type: "raw-audio-data", audio }) as const

export const micAudioEnd = { type: "mic-audio-end", images: [] } as const

/** What a character without a listener says. */
export const missing = "error vad_model is not available: none is set. Set one."

/** A client whose listener is open, in silence. */
export const listening = Effect.gen(function* () {
  const client = yield* ready
  yield* client.send(silence(20))
  yield* TestClock.adjust(World.loadTimes.vad)
  return client
})

/** Says something and is silent long enough after it. */
export const say = (client: World.Connected, windows: number, first = 0) =>
  Effect.gen(function* () {
    yield* client.send(speech(windows, first))
    yield* client.send(silence(30))
    yield* tick
  })

export const vadEntries = (world: World.World) => world.journal.filter((entry) => entry.endsWith("vad"))
