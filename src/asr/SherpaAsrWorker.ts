import { Effect, Option } from "effect"
import { OfflineRecognizer } from "sherpa-onnx-node/non-streaming-asr.js"
import { OnlineRecognizer } from "sherpa-onnx-node/streaming-asr.js"
import type { OnlineStream } from "sherpa-onnx-node/streaming-asr.js"
import * as Speech from "../audio/Speech.ts"
import * as EngineRunner from "../engine/EngineRunner.ts"
import * as AsrLanguages from "./AsrLanguages.ts"
import * as Model from "./SherpaAsrModel.ts"
import * as WhisperSegments from "./WhisperSegments.ts"
import { say } from "../language/Text.ts"

/** One recogniser per process. */
export interface Load {
  readonly model: Model.SherpaAsrModel
  readonly language: string
  /** Utterances that are transcribed at once. */
  readonly places: number
}

/** `samples`: mono, 16 kHz, in [-1, 1]. */
export type Job =
  | { readonly _tag: "Transcribe"; readonly samples: Float32Array; readonly language: string }
  /**
   * The next samples of a listener, which `begins` with the first of them. Answers the text so far. One that is not known
   * was lost with the process before: that is a problem, since what it has heard is missing.
   */
  | {
      readonly _tag: "Hear"
      readonly listener: number
      readonly begins: boolean
      readonly samples: Float32Array
    }
  /** The listener's utterance is complete. Answers its text. */
  | { readonly _tag: "Finish"; readonly listener: number }
  /** The listener is wanted no longer. */
  | { readonly _tag: "Forget"; readonly listener: number }

interface Engine {
  readonly transcribe: (
    samples: Float32Array,
    language: string
  ) => Effect.Effect<string, EngineRunner.Problem>
  readonly listeners: Map<number, OnlineStream>
  readonly online: OnlineRecognizer | undefined
}

const { sampleRate } = Speech

/** A step of native code cannot be left half-way: whoever interrupts waits for its end. */
const native = <A>(run: () => Promise<A>): Effect.Effect<A, EngineRunner.Problem> =>
  Effect.uninterruptible(
    Effect.tryPromise({
      try: run,
      catch: (cause) => EngineRunner.problem(cause instanceof Error ? cause.message : String(cause))
    })
  )

/**
 * Permits for those who come first, however many they want: a semaphore by itself lets all pass that want few.
 * Interrupting is possible while waiting and while at work.
 */
const inOrder = Effect.fnUntraced(function* (places: number) {
  const entrance = yield* Effect.makeSemaphore(1)
  const permits = yield* Effect.makeSemaphore(places)
  return (wanted: number) =>
    <A, E, R>(work: Effect.Effect<A, E, R>) =>
      Effect.uninterruptibleMask((restore) =>
        restore(entrance.take(1)).pipe(
          Effect.zipRight(Effect.ensuring(restore(permits.take(wanted)), entrance.release(1))),
          Effect.zipRight(Effect.ensuring(restore(work), permits.release(wanted)))
        )
      )
})

const offline = Effect.fnUntraced(function* ({ language, model, places }: Load) {
  const recognizer = yield* native(() => OfflineRecognizer.createAsync(Model.recognizer(model, language)))
  const inTurn = yield* inOrder(places)
  let current = language

  const decode = (samples: Float32Array) =>
    native(async () => {
      const stream = recognizer.createStream()
      stream.acceptWaveform({ sampleRate, samples })
      return (await recognizer.decodeAsync(stream)).text
    })
  const speaks = (wanted: string) => wanted === current || !AsrLanguages.isTold(model.type)
  const segments = (samples: Float32Array) =>
    model.type === "whisper" ? WhisperSegments.cut(samples).map(WhisperSegments.padded) : [samples]

  const engine: Engine = {
    online: undefined,
    listeners: new Map(),
    transcribe: (samples, wanted) =>
      Effect.suspend(() => {
        // Nobody else may be at work while the language changes.
        const alone = !speaks(wanted)
        return Effect.suspend(() => {
          if (!speaks(wanted)) {
            if (!alone) return Effect.succeedNone
            recognizer.setConfig(Model.recognizer(model, wanted))
            current = wanted
          }
          return Effect.asSome(Effect.forEach(segments(samples), decode))
        }).pipe(inTurn(alone ? places : 1))
      }).pipe(
        Effect.repeat({ until: Option.isSome }),
        Effect.map((texts) =>
          Option.getOrThrow(texts)
            .map((text) => text.trim())
            .join(" ")
        )
      )
  }
  return engine
})

/** Streaming models decode in small steps, in place: this process has nothing else to do. */
const streaming = ({ language, model }: Load) =>
  Effect.try({
    try: (): Engine => {
      const online = new OnlineRecognizer(Model.recognizer(model, language))
      return {
        online,
        listeners: new Map(),
        transcribe: (samples) =>
          Effect.gen(function* () {
            const stream = online.createStream()
            // In pieces, so that it can be given up between two of them.
            for (let at = 0; at < samples.length; at += sampleRate) {
              feed(online, stream, samples.subarray(at, at + sampleRate))
              yield* Effect.sleep(0)
            }
            return finish(online, stream)
          })
      }
    },
    catch: (cause) => EngineRunner.problem(cause instanceof Error ? cause.message : String(cause))
  })

const feed = (online: OnlineRecognizer, stream: OnlineStream, samples: Float32Array): string => {
  stream.acceptWaveform({ sampleRate, samples })
  while (online.isReady(stream)) online.decode(stream)
  return online.getResult(stream).text
}

/** Half a second of silence brings out what the model still holds back. */
const finish = (online: OnlineRecognizer, stream: OnlineStream): string => {
  feed(online, stream, new Float32Array(sampleRate / 2))
  stream.inputFinished()
  while (online.isReady(stream)) online.decode(stream)
  return online.getResult(stream).text
}

const listening = ({ listeners, online }: Engine, job: Exclude<Job, { readonly _tag: "Transcribe" }>) =>
  Effect.suspend(() => {
    if (online === undefined) return Effect.fail(EngineRunner.problem(say("speech.cannotListen")))
    if (job._tag === "Hear" && job.begins) listeners.set(job.listener, online.createStream())
    const stream = listeners.get(job.listener)
    if (job._tag !== "Hear") listeners.delete(job.listener)
    if (job._tag === "Forget") return Effect.succeed("")
    if (stream === undefined) return Effect.fail(EngineRunner.problem(say("speech.heardLost")))
    return Effect.sync(() =>
      job._tag === "Hear" ? feed(online, stream, job.samples) : finish(online, stream)
    )
  })

const runner = EngineRunner.serve<Load, Engine, Job, string>({
  load: (load) => (load.model.streaming ? streaming(load) : offline(load)),
  work: (engine, job) =>
    job._tag === "Transcribe" ? engine.transcribe(job.samples, job.language) : listening(engine, job)
})

Effect.runFork(runner)
