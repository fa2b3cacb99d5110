import { Worker } from "@effect/platform"
import { NodeWorker } from "@effect/platform-node"
import { Effect } from "effect"
import * as WorkerThread from "../supervision/WorkerThread.ts"
import * as Speech from "../audio/Speech.ts"
import type { FliteTtsConfig } from "../config/LocalTtsConfig.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as FairShare from "../engine/FairShare.ts"
import * as Threads from "../engine/Threads.ts"
import * as FliteText from "./FliteText.ts"
import type { Request, Response } from "./FliteWorker.ts"
import { SynthesisFailed } from "./Tts.ts"
import type { Tts } from "./Tts.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

const engine = "flite_tts"

/** The engine's threads, shared by all voices. */
export interface Flite {
  /** English voices, such as `slt`. */
  readonly voices: ReadonlyArray<string>
  readonly ask: (request: Request) => Effect.Effect<Response, SynthesisFailed>
  /** How many sentences are spoken at a time. */
  readonly share: FairShare.FairShare
}

/** One core is left to the event loop; more than two threads bring nothing at this engine's speed. */
const threads = Threads.atMost(2)
const idle = "1 minute"
/** A thread that has not started by then never will. */
const startTimeout = "20 seconds"

/** Says one clock time only, whatever it is given. */
const notForSpeech = "awb_time"

const load = Effect.fnUntraced(
  function* (places: number) {
    const pool = yield* Worker.makePool<Request, Response, never>({
      minSize: 1,
      maxSize: threads,
      timeToLive: idle
    }).pipe(
      Effect.provide(NodeWorker.layer(() => WorkerThread.start("FliteWorker", import.meta.url))),
      Effect.timeoutFail({
        duration: startTimeout,
        onTimeout: () => unavailable(say("engine.threadNotStarted"))
      })
    )
    const ask = (request: Request) =>
      Effect.catchTag(pool.executeEffect(request), "WorkerError", (cause) =>
        Effect.fail(failed(say("speech.voiceThreadEnded"), cause))
      )
    const listed = yield* ask({ _tag: "Voices" })
    if (listed._tag !== "Voices") return yield* unavailable(problemOf(listed))
    const voices = listed.voices.filter((voice) => voice !== notForSpeech)
    const flite: Flite = { voices, ask, share: FairShare.make(places) }
    return flite
  },
  Effect.catchTags({
    SynthesisFailed: (error) => Effect.fail(unavailable(error.detail, error)),
    WorkerError: (error) => Effect.fail(unavailable(say("engine.threadNotStarted"), error))
  })
)

/** The engine as the pool loads it: one for all voices with the same limit. */
export const spec = ({ max_concurrency }: FliteTtsConfig): EngineSpec<Flite> => ({
  kind: "tts",
  id: max_concurrency === undefined ? engine : `${engine}:${JSON.stringify({ max_concurrency })}`,
  load: load(max_concurrency ?? threads)
})

/** One session's voice. A text without a letter or a digit gives no samples. */
export const voice = (flite: Flite, config: FliteTtsConfig): Effect.Effect<Tts, EngineUnavailable> => {
  if (!flite.voices.includes(config.voice)) return Effect.fail(unknownVoice(flite, config.voice))
  const member = flite.share.join()
  return Effect.succeed({
    engine,
    synthesize: (text) => member.run(synthesize(flite, config.voice, text))
  })
}

const synthesize = Effect.fn("FliteTts.synthesize")(function* (flite: Flite, voice: string, text: string) {
  const pieces = FliteText.pieces(text)
  if (pieces.length === 0) return Speech.nothing
  const spoken = yield* flite.ask({ _tag: "Speak", voice, pieces })
  return spoken._tag === "Spoken" ? spoken.pcm : yield* failed(problemOf(spoken))
})

const problemOf = (response: Response) =>
  response._tag === "Failed" ? response.problem : say("speech.answeredElse")

const failed = (detail: Words, cause?: unknown) =>
  new SynthesisFailed({
    engine,
    detail,
    advice: say("speech.orRestart"),
    cause
  })

const unavailable = (reason: Words, cause?: unknown) =>
  new EngineUnavailable({
    kind: "tts",
    engine,
    reason,
    advice: say("speech.orOpenAi"),
    cause
  })

const unknownVoice = (flite: Flite, voice: string) =>
  new EngineUnavailable({
    kind: "tts",
    engine,
    reason: say("speech.noSuchVoice", JSON.stringify(voice.slice(0, 40))),
    advice: say("engine.setToOneOf", "tts_config.flite_tts.voice", [...flite.voices].sort())
  })
