import { Effect } from "effect"
import { SynthesisFailed } from "../../src/tts/Tts.ts"
import type { World } from "./World.ts"

/** Speaks a sentence for as long as the world says. */
export const speak = (world: World, text: string) =>
  Effect.suspend(() => {
    world.speaking.peak = Math.max(world.speaking.peak, ++world.speaking.now)
    const time = world.synthesis(text)
    return time === "fail"
      ? new SynthesisFailed({
          engine: "slow_tts",
          detail: `cannot say "${text}"`,
          advice: "Say something else."
        })
      : Effect.as(world.instant ? Effect.void : Effect.sleep(time), {
          samples: new Int16Array(160).fill(1000),
          sampleRate: 16_000
        })
  }).pipe(
    Effect.onInterrupt(() => Effect.sync(() => world.journal.push(`interrupt speech ${text}`))),
    Effect.ensuring(Effect.sync(() => world.speaking.now--))
  )
