import { FileSystem } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer, Logger, LogLevel, Schedule } from "effect"
import { AsrEngines, TranscriptionFailed } from "../../src/asr/Asr.ts"
import { Settings } from "../../src/config/Settings.ts"
import type { SystemConfig } from "../../src/config/SystemConfig.ts"
import { EngineUnavailable } from "../../src/engine/EngineUnavailable.ts"
import type * as FairShare from "../../src/engine/FairShare.ts"
import { EdgeLimits } from "../../src/server/EdgeLimits.ts"
import { HttpServer } from "../../src/server/HttpServer.ts"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"
import * as Finalizer from "../../src/supervision/Finalizer.ts"
import { PhraseCache } from "../../src/tts/PhraseCache.ts"
import * as TtsTable from "../../src/tts/TtsTable.ts"
import * as ConfigFolder from "./ConfigFolder.ts"
import { systemConfig } from "./Fixtures.ts"
import * as Frequency from "./Frequency.ts"
import * as World from "./World.ts"

/** A recogniser that says what it was given: how long the sound is, and how high. */
export interface Recogniser {
  mood: "listens" | "hangs" | "fails" | "missing"
  /** Transcriptions that have begun and not ended. */
  running: number
  /** Recognisers that have been opened and not given back. */
  opened: number
  /** Shared by whoever opens it, if there is one. */
  readonly share?: FairShare.FairShare
  /** Whether it also hears while one speaks: a "word" for each chunk. */
  readonly previews?: boolean
}

const advice = "Type instead."

const listenOf = (recogniser: Recogniser) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      recogniser.running++
      return { chunks: 0 }
    }),
    () => Effect.sync(() => recogniser.running--)
  ).pipe(
    Effect.map((heard) => ({
      hear: () => Effect.sync(() => "word ".repeat(++heard.chunks).trim()),
      finish: Effect.sync(() => `${heard.chunks} words`)
    }))
  )

const transcribe = (recogniser: Recogniser, samples: Float32Array) =>
  Effect.suspend(() => {
    // It takes a moment to stop, as a real one does.
    if (recogniser.mood === "hangs") return Effect.ensuring(Effect.never, Effect.sleep("200 millis"))
    if (recogniser.mood === "fails")
      return new TranscriptionFailed({ engine: "test_asr", detail: "it stumbled", advice })
    const pitch = Math.round(Frequency.of(samples, 16_000) / 10) * 10
    return Effect.succeed(` ${Math.round(samples.length / 160) * 10} ms of ${pitch} Hz `)
  })

const recogniserOf = (recogniser: Recogniser) => {
  const open = Effect.map(
    Finalizer.whileOpen(
      () => recogniser.opened++,
      () => recogniser.opened--
    ),
    () => {
      const member = recogniser.share?.join()
      return {
        engine: "test_asr",
        ...(recogniser.previews === true ? { listen: listenOf(recogniser) } : {}),
        transcribe: (samples: Float32Array) =>
          Effect.suspend(() => {
            recogniser.running++
            const transcript = transcribe(recogniser, samples)
            return member === undefined ? transcript : member.run(transcript)
          }).pipe(Effect.ensuring(Effect.sync(() => recogniser.running--)))
      }
    }
  )
  return Layer.succeed(AsrEngines, {
    open: () =>
      recogniser.mood === "missing"
        ? new EngineUnavailable({ kind: "asr", engine: "test_asr", reason: "its model is missing", advice })
        : open
  })
}

/** What a test may choose: otherwise the voice is the real flite, and the folder a new one. */
export interface Options {
  readonly world?: World.World
  readonly fakeVoice?: boolean
  readonly system?: Partial<SystemConfig>
  readonly limits?: Partial<typeof EdgeLimits.Service>
  /** Gets what is warned of. */
  readonly log?: Array<string>
}

/** The real server on a free port, with a recogniser for tests and, unless told otherwise, a real voice. */
export const layer = (recogniser: Recogniser, options: Options = {}) => {
  const settings = Layer.scoped(
    Settings,
    Effect.map(
      Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped()),
      (folder) => ({ folder, system: { ...systemConfig, port: 0, ...options.system } })
    )
  ).pipe(Layer.provide(NodeContext.layer))
  const voices = TtsTable.layer.pipe(
    Layer.provide(Layer.merge(Alarms.layer, PhraseCache.layer)),
    Layer.provide(NodeHttpClient.dispatcherLayer)
  )
  const engines =
    options.fakeVoice === true ? recogniserOf(recogniser) : Layer.merge(recogniserOf(recogniser), voices)
  return HttpServer.layer.pipe(
    Layer.provide(engines),
    Layer.provide(
      Layer.succeed(EdgeLimits, {
        outbox: 64,
        writeTime: "30 seconds",
        pingInterval: "20 seconds",
        uploadPause: "30 seconds",
        ...options.limits
      })
    ),
    Layer.provide(
      options.log === undefined
        ? Layer.empty
        : Layer.merge(ConfigFolder.logTo(options.log), Logger.minimumLogLevel(LogLevel.Warning))
    ),
    Layer.provideMerge(settings),
    Layer.provideMerge(World.layer(options.world ?? World.make()))
  )
}

export const recogniser = (): Recogniser => ({ mood: "listens", running: 0, opened: 0 })

/** Waits until nothing of a request or a connection lives any more. */
export const idle = Effect.flatMap(SessionRegistry, ({ snapshot }) => snapshot).pipe(
  Effect.repeat({
    until: ({ engines, fibers }) =>
      Object.keys(fibers).length === 0 && engines.every(({ references }) => references === 0),
    schedule: Schedule.spaced("10 millis")
  })
)

/** Waits until so many of a kind live. */
export const alive = (kind: "upload" | "transcription" | "sentence" | "tts-socket", count: number) =>
  Effect.flatMap(SessionRegistry, ({ snapshot }) => snapshot).pipe(
    Effect.repeat({
      until: ({ fibers }) => fibers[kind] === count,
      schedule: Schedule.spaced("10 millis")
    })
  )
