import { Effect } from "effect"
import type { Asr } from "../../src/asr/Asr.ts"
import type { World } from "./World.ts"

/** A recogniser that hears what the world says, and hears while one speaks, if the world says so. */
export const of = (world: World): Asr => {
  const asr: Asr = {
    engine: "slow_asr",
    transcribe: (samples) =>
      Effect.sync(() => {
        world.transcribed.push(samples)
        return world.transcript(samples)
      })
  }
  const time = world.listens
  if (time === undefined) return asr
  return {
    ...asr,
    listen: Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => {
          world.journal.push("listen")
          return { chunks: 0 }
        }),
        () => Effect.sync(() => world.journal.push("stop listening"))
      ),
      (heard) => ({
        hear: () => Effect.as(Effect.sleep(time), "word ".repeat(++heard.chunks).trim()),
        finish: Effect.sync(() => `${heard.chunks} words`)
      })
    )
  }
}
