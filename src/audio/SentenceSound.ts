import { Effect } from "effect"
import type { Pcm } from "./Pcm.ts"
import * as SampleRate from "./SampleRate.ts"
import { UndecodableAudio } from "./UndecodableAudio.ts"
import { say } from "../language/Text.ts"

const tenMinutes = 600
/** Finer sound than this may be as many samples, and so is shorter. */
const usualRate = 48_000

/** Longest sound of one sentence, in seconds: what a service may send for it, however small its answer is. */
export const longest = (sampleRate: number): number => tenMinutes * Math.min(1, usualRate / sampleRate)

/** `allowed`: in seconds. */
export const tooLong = (allowed: number): UndecodableAudio =>
  new UndecodableAudio({ reason: say("speech.sentenceTooLong", Math.round(allowed / 6) / 10) })

/** The same sound, unless it is at a rate that is not understood, or too long. */
export const check = (pcm: Pcm): Effect.Effect<Pcm, UndecodableAudio> =>
  Effect.filterOrFail(
    Effect.as(SampleRate.check(pcm.sampleRate), pcm),
    ({ sampleRate, samples }) => samples.length <= longest(sampleRate) * sampleRate,
    ({ sampleRate }) => tooLong(longest(sampleRate))
  )
