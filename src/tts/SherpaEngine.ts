import { Effect } from "effect"
import type { Scope } from "effect"
import * as Pcm from "../audio/Pcm.ts"
import * as EngineProcess from "../engine/EngineProcess.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as FairShare from "../engine/FairShare.ts"
import type { JobFailed } from "../engine/JobFailed.ts"
import type { Delivery, Job, Reply, State } from "./SherpaTtsWorker.ts"
import type { Load } from "./SherpaVoice.ts"
import * as SpeechPieces from "./SpeechPieces.ts"
import { SynthesisFailed } from "./Tts.ts"
import type { Tts } from "./Tts.ts"
import type { Words } from "../language/Text.ts"

export interface Options {
  /** The configuration's name for the engine. */
  readonly engine: string
  readonly load: Load
  /** What to do when it cannot be loaded, a whole sentence. */
  readonly advice: Words
}

/** A voice of sherpa-onnx in a process of its own, shared by the sessions that hold it. */
export interface SherpaEngine {
  readonly engine: string
  readonly speakers: number
  /** What the process does now. */
  readonly state: Effect.Effect<State, JobFailed>
  readonly pid: Effect.Effect<number | undefined>
  /** One more session's voice. */
  readonly voice: (delivery: Delivery) => Tts
}

/** Loads a voice into a process that ends with the scope. Its files are there: see `SherpaFiles`. */
export const open = Effect.fn("SherpaEngine.open")(function* ({
  advice,
  engine,
  load
}: Options): Effect.fn.Return<SherpaEngine, EngineUnavailable, Scope.Scope> {
  const process = yield* EngineProcess.open<Load, Job, Reply>({
    module: "SherpaTtsWorker",
    from: import.meta.url,
    kind: "tts",
    engine,
    load,
    advice
  })
  const share = FairShare.make(load.places)

  const state = Effect.map(process.ask({ _tag: "Look" }), (reply) => reply as State)
  const { sampleRate, speakers } = yield* Effect.mapError(
    state,
    ({ detail }) => new EngineUnavailable({ kind: "tts", engine, reason: detail, advice })
  )

  const voice = (delivery: Delivery): Tts => {
    const member = share.join()
    // A session's texts one after the other, so that none of them waits for the rest of a later one; sessions take
    // turns piece by piece.
    const own = Effect.unsafeMakeSemaphore(load.places)
    const speak = (text: string) =>
      Effect.flatMap(member.run(process.ask({ _tag: "Speak", text, delivery })), (reply) =>
        reply._tag === "Spoken" ? Effect.succeed(reply.pcm) : Effect.dieMessage("no sound came back")
      )
    return {
      engine,
      synthesize: Effect.fn("SherpaEngine.synthesize")(
        (text: string) => own.withPermits(1)(Effect.forEach(SpeechPieces.of(text), speak)),
        Effect.map((parts) => Pcm.join(parts, sampleRate)),
        Effect.mapError(({ advice, detail }) => new SynthesisFailed({ engine, detail, advice }))
      )
    }
  }
  return { engine, speakers, state, pid: process.pid, voice }
})
