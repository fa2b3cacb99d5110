import { Effect } from "effect"
import { EngineUnavailable } from "../../src/engine/EngineUnavailable.ts"
import type { Vad } from "../../src/vad/Vad.ts"
import * as Window from "../../src/vad/Window.ts"

/** A listener that takes whatever is not silent for speech, after `time` ms. */
export const open = (time: () => number): Effect.Effect<Vad> =>
  Effect.sync(() => {
    const cutter = Window.makeCutter()
    return {
      engine: "slow_vad",
      listen: (chunk) =>
        Effect.suspend(() => {
          const samples = cutter.cut(chunk)
          const windows = Array.from({ length: samples.length / Window.size }, (_, index) => {
            const window = samples.subarray(index * Window.size, (index + 1) * Window.size)
            return {
              samples: window,
              probability: window.some((sample) => sample !== 0) ? 1 : 0,
              decibels: Window.decibels(window)
            }
          })
          return time() === 0 ? Effect.succeed(windows) : Effect.as(Effect.sleep(time()), windows)
        })
    }
  })

export const missing = Effect.fail(
  new EngineUnavailable({ kind: "vad", engine: "vad_model", reason: "none is set", advice: "Set one." })
)
