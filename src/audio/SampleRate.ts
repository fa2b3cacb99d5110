import { Effect } from "effect"
import { UndecodableAudio } from "./UndecodableAudio.ts"
import { say } from "../language/Text.ts"

/** Rates that are understood, in Hz. Resampling takes no higher ones, and lower ones carry no speech. */
export const lowest = 1000
export const highest = 192_000

export const isUnderstood = (rate: number): boolean => rate >= lowest && rate <= highest

/** Fails at a rate (Hz) that is not understood. */
export const check = (rate: number): Effect.Effect<void, UndecodableAudio> =>
  isUnderstood(rate)
    ? Effect.void
    : new UndecodableAudio({ reason: say("speech.rate", rate, lowest, highest) })
