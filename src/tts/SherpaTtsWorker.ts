import { Effect } from "effect"
// oxlint-disable-next-line import/default
import sherpa from "sherpa-onnx-node"
import type { OfflineTts } from "sherpa-onnx-node"
import * as FloatSamples from "../audio/FloatSamples.ts"
import type { Pcm } from "../audio/Pcm.ts"
import * as EngineRunner from "../engine/EngineRunner.ts"
import * as HostPaths from "../engine/HostPaths.ts"
import * as SherpaVoice from "./SherpaVoice.ts"
import { say } from "../language/Text.ts"

/** How a piece of text is spoken. */
export interface Delivery extends FloatSamples.Gain {
  /** The speaker, from 0. */
  readonly sid: number
  /** Above 1 is faster. */
  readonly speed: number
}

/** What the process is asked for. */
export type Job =
  | { readonly _tag: "Look" }
  | { readonly _tag: "Speak"; readonly text: string; readonly delivery: Delivery }

export interface State {
  readonly _tag: "State"
  readonly speakers: number
  /** Hz. */
  readonly sampleRate: number
  /** Pieces of text that the library is at work on now. */
  readonly running: number
}

export type Reply = State | { readonly _tag: "Spoken"; readonly pcm: Pcm }

interface Engine {
  readonly tts: OfflineTts
  readonly places: Effect.Semaphore
}

let running = 0

const wordsOf = (cause: unknown): string =>
  HostPaths.without(cause instanceof Error ? cause.message : String(cause)).slice(0, 200)

const load = (what: SherpaVoice.Load) =>
  Effect.tryPromise({
    try: () => sherpa.OfflineTts.createAsync(SherpaVoice.toNative(what)),
    catch: (cause) => EngineRunner.problem(say("speech.cannotUseFiles", wordsOf(cause)))
  }).pipe(Effect.map((tts): Engine => ({ tts, places: Effect.unsafeMakeSemaphore(what.places) })))

const speak = ({ tts }: Engine, text: string, { sid, speed, ...gain }: Delivery) =>
  Effect.suspend(() => {
    let wanted = true
    running++
    const generated = tts
      .generateAsync({ text, sid, speed, enableExternalBuffer: false, onProgress: () => (wanted ? 1 : 0) })
      .finally(() => running--)
    return Effect.tryPromise({
      try: () => generated,
      catch: (cause) => EngineRunner.problem(say("speech.cannotSpeak", wordsOf(cause)))
    }).pipe(
      // The place is free once the library has stopped, after the sentence that it is at.
      Effect.onInterrupt(() => {
        wanted = false
        return Effect.ignore(Effect.tryPromise(() => generated))
      })
    )
  }).pipe(
    Effect.map(({ sampleRate, samples }): Reply => ({
      _tag: "Spoken",
      pcm: { samples: FloatSamples.toInt16(samples, gain), sampleRate }
    }))
  )

const runner = EngineRunner.serve<SherpaVoice.Load, Engine, Job, Reply>({
  load,
  work: (engine, job) =>
    job._tag === "Look"
      ? Effect.sync(() => ({
          _tag: "State",
          speakers: engine.tts.numSpeakers,
          sampleRate: engine.tts.sampleRate,
          running
        }))
      : engine.places.withPermits(1)(speak(engine, job.text, job.delivery))
})

Effect.runFork(runner)
