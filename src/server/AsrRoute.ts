import { FileSystem, HttpRouter, HttpServerRequest, HttpServerResponse, Path } from "@effect/platform"
import { Duration, Effect, Either, Fiber, FiberSet, Option, RcMap, Schema } from "effect"
import { AsrEngines } from "../asr/Asr.ts"
import * as SpareRecogniser from "../asr/SpareRecogniser.ts"
import { Decode } from "../audio/Decode.ts"
import type { AsrConfig } from "../config/AsrConfig.ts"
import { Characters } from "../config/Characters.ts"
import * as Scratch from "../supervision/Scratch.ts"
import { Census } from "../telemetry/Census.ts"
import { EdgeLimits } from "./EdgeLimits.ts"
import * as Upload from "./Upload.ts"
import { Settings } from "../config/Settings.ts"
import * as Language from "../language/Language.ts"
import { inLanguage, say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** Longest body in bytes: two minutes in the largest usual format. */
export const maxBody = 64 * 1024 * 1024

/** How many uploads come in at a time, and how many recordings are worked on; whoever comes on top is told to come again. */
const uploadsAtOnce = 32
const workedOnAtOnce = 16
/** How many files are in memory at a time; the others wait on the disk. */
const inMemory = 2

/** A request that gets no transcript, and why; the text is fit for a client. */
class Refused extends Schema.TaggedError<Refused>()("Refused", {
  status: Schema.Literal(400, 408, 413, 503),
  error: Words
}) {}

const badUpload = (error: Text) => new Refused({ status: 400, error })
const unavailable = ({ words }: { readonly words: Text }) => new Refused({ status: 503, error: words })

const notStored = (cause: unknown) =>
  Effect.zipRight(
    Effect.logWarning("an upload was not stored", cause),
    new Refused({
      status: 503,
      error: say("server.notStored")
    })
  )

const expected = say("server.upload")

const noFiles = {
  broken: badUpload(say("server.brokenUpload", expected)),
  "no-file": badUpload(say("server.noFile", expected)),
  empty: badUpload(say("server.emptyFile"))
}

const tooLarge = new Refused({
  status: 413,
  error: say("server.tooLarge", maxBody / 1024 / 1024)
})

const tooSlow = (pause: Duration.DurationInput) =>
  new Refused({
    status: 408,
    error: say("server.tooSlow", Duration.format(pause))
  })

/**
 * `POST /asr`: a recording in, `{text}` out, by the recogniser of the base character; `{error}` otherwise. The origin
 * has been checked before. At most 32 uploads come in at a time, each of at most `maxBody` bytes and none longer than
 * `EdgeLimits.uploadPause` without a byte (408); what has come completely is one of at most 16 that are worked on. Node's
 * own limit on a whole request (5 minutes) is that of an upload that only drips. Closing the scope ends what is being
 * transcribed.
 */
export const make = Effect.gen(function* () {
  const characters = yield* Characters
  const engines = yield* AsrEngines
  const { formSpeech } = yield* Decode
  const census = yield* Census
  const { uploadPause } = yield* EdgeLimits
  const { system } = yield* Settings
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* Scratch.clear()
  const uploads = yield* placesFor(uploadsAtOnce, say("server.uploadsAlready", uploadsAtOnce))
  const works = yield* placesFor(workedOnAtOnce, say("server.recordingsAlready", workedOnAtOnce))
  const memory = yield* Effect.makeSemaphore(inMemory)
  // Requests at the same time share one opened recogniser, so that all of them together have the share of one session.
  // The last of them gives it back, so that the engine's idle time can begin.
  const ears = yield* RcMap.make({
    lookup: (config: AsrConfig) =>
      SpareRecogniser.open(engines, config, (failure) =>
        Effect.logWarning(`another recogniser listens: ${failure.message}`)
      )
  })
  const fibers = yield* FiberSet.make<unknown, unknown>()

  const store = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const file = path.join(yield* Scratch.folder(fs), "upload")
    yield* Upload.store(request, { maxBody, pause: uploadPause, to: file })
    return file
  })

  const work = Effect.fnUntraced(function* (file: string, contentType: string) {
    const samples = yield* fs.readFile(file).pipe(
      Effect.flatMap((body) => formSpeech({ body, contentType, field: "file" })),
      memory.withPermits(1)
    )
    if (samples.length === 0) return yield* badUpload(say("server.noSound"))
    const asr = yield* RcMap.get(ears, (yield* characters.base).asr_config)
    return (yield* asr.transcribe(samples)).trim()
  })

  const transcribe = Effect.fn("AsrRoute.transcribe")(
    function* (request: HttpServerRequest.HttpServerRequest) {
      const contentType = request.headers["content-type"] ?? ""
      if (!/^multipart\/form-data\s*;/iu.test(contentType))
        return yield* badUpload(say("server.noUpload", expected))
      const file = yield* uploads(census.track("upload")(store(request)))
      return yield* works(census.track("transcription")(work(file, contentType)))
    },
    Effect.scoped,
    Effect.provideService(FileSystem.FileSystem, fs),
    Effect.catchTags({
      UploadFailed: ({ cause, reason }) => {
        switch (reason) {
          case "not-stored":
            return notStored(cause)
          case "too-large":
            return tooLarge
          case "too-slow":
            return tooSlow(uploadPause)
          case "broken":
            return noFiles.broken
        }
      },
      SystemError: notStored,
      BadArgument: notStored,
      NoFormFile: ({ reason }) => noFiles[reason],
      UndecodableAudio: ({ words }) => badUpload(words),
      AudioTooLong: ({ words }) => badUpload(words),
      DecoderStopped: unavailable,
      EngineUnavailable: unavailable,
      TranscriptionFailed: unavailable
    })
  )

  /** Runs in the server's scope, and no longer than the request. */
  const owned = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.acquireUseRelease(FiberSet.run(fibers, Effect.interruptible(effect)), Fiber.join, Fiber.interrupt)

  const answer = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const transcript = yield* owned(Effect.either(transcribe(request)))
    yield* Upload.letPass(request)
    return Either.match(transcript, {
      onLeft: ({ error, status }) =>
        HttpServerResponse.unsafeJson(
          { error: inLanguage(error, Language.of(system.language, request.headers["accept-language"])) },
          // Whoever has stopped sending would hold the connection.
          { status, headers: { ...headersFor(request), ...(status === 408 ? { Connection: "close" } : {}) } }
        ),
      onRight: (text) => HttpServerResponse.unsafeJson({ text }, { headers: headersFor(request) })
    })
  })

  return HttpRouter.empty.pipe(
    HttpRouter.post("/asr", answer),
    HttpRouter.options("/asr", Effect.map(HttpServerRequest.HttpServerRequest, preflight))
  )
})

/** So many at a time; whoever comes on top is refused at once, with `busy`. */
const placesFor = (count: number, busy: Text) =>
  Effect.map(
    Effect.makeSemaphore(count),
    (places) =>
      <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.flatMap(
          places.withPermitsIfAvailable(1)(effect),
          Option.match({
            onNone: () => new Refused({ status: 503, error: busy }),
            onSome: Effect.succeed
          })
        )
  )

/** For pages of other origins. Those that may not use the server have been refused already. */
const headersFor = ({ headers }: HttpServerRequest.HttpServerRequest): Record<string, string> =>
  headers["origin"] === undefined
    ? { Vary: "Origin" }
    : { Vary: "Origin", "Access-Control-Allow-Origin": headers["origin"] }

const preflight = (request: HttpServerRequest.HttpServerRequest) =>
  HttpServerResponse.empty({
    status: 204,
    headers: {
      ...headersFor(request),
      "Access-Control-Allow-Methods": "POST",
      "Access-Control-Allow-Headers": "Content-Type"
    }
  })
