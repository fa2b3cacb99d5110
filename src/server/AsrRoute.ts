import { FileSystem, HttpRouter, HttpServerRequest, HttpServerResponse, Path } from "@effect/platform"
import { Effect, Either, Fiber, FiberSet, Option, Schema } from "effect"
import { AsrEngines } from "../asr/Asr.ts"
import { Decode } from "../audio/Decode.ts"
import { Characters } from "../config/Characters.ts"
import { Census } from "../telemetry/Census.ts"
import * as Upload from "./Upload.ts"

/** Longest body in bytes: two minutes in the largest usual format. */
export const maxBody = 64 * 1024 * 1024

/** How many recordings are worked on; whoever comes on top is told to come again. */
const atOnce = 16
/** How many files are in memory at a time; the others wait on the disk. */
const inMemory = 2

/** A request that gets no transcript, and why; the text is fit for a client. */
class Refused extends Schema.TaggedError<Refused>()("Refused", {
  status: Schema.Literal(400, 413, 503),
  error: Schema.String
}) {}

const badUpload = (error: string) => new Refused({ status: 400, error })
const unavailable = ({ message }: { readonly message: string }) =>
  new Refused({ status: 503, error: message })

const busy = new Refused({
  status: 503,
  error: `${atOnce} recordings are being transcribed already. Try again in a moment.`
})
const notStored = (cause: unknown) =>
  Effect.zipRight(
    Effect.logWarning("an upload was not stored", cause),
    new Refused({
      status: 503,
      error: "The upload could not be stored: see to the space in the server's folder for temporary files."
    })
  )

const expected = "expected multipart/form-data with a field `file` that holds an audio file"

const badUploads = {
  "too-large": new Refused({
    status: 413,
    error: `The upload is larger than ${maxBody / 1024 / 1024} MiB. Send a shorter recording, or one that is compressed.`
  }),
  broken: badUpload(`The upload is broken: ${expected}.`),
  "no-file": badUpload(`There is no file in the request: ${expected}.`)
}

/**
 * `POST /asr`: a recording in, `{text}` out, by the recogniser of the base character; `{error}` otherwise. The origin
 * has been checked before. Closing the scope ends what is being transcribed.
 */
export const make = Effect.gen(function* () {
  const { base } = yield* Characters
  const engines = yield* AsrEngines
  const { speech } = yield* Decode
  const census = yield* Census
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const places = yield* Effect.makeSemaphore(atOnce)
  const memory = yield* Effect.makeSemaphore(inMemory)
  const fibers = yield* FiberSet.make<unknown, unknown>()

  const transcribe = Effect.fn("AsrRoute.transcribe")(
    function* (request: HttpServerRequest.HttpServerRequest) {
      const contentType = request.headers["content-type"] ?? ""
      if (!/^multipart\/form-data\s*;/iu.test(contentType))
        return yield* badUpload(`This is no upload: ${expected}.`)
      const file = path.join(yield* fs.makeTempDirectoryScoped({ prefix: "seiyuu-" }), "upload")
      yield* Upload.store(request, { maxBody, to: file })
      const samples = yield* fs.readFile(file).pipe(
        Effect.flatMap((body) => Upload.fileOf(body, contentType, "file")),
        Effect.flatMap(heard),
        memory.withPermits(1)
      )
      const asr = yield* engines.open(base.asr_config)
      return (yield* asr.transcribe(samples)).trim()
    },
    Effect.scoped,
    Effect.provideService(FileSystem.FileSystem, fs),
    Effect.catchTags({
      UploadFailed: ({ cause, reason }) => (reason === "not-stored" ? notStored(cause) : badUploads[reason]),
      SystemError: notStored,
      BadArgument: notStored,
      UndecodableAudio: ({ message }) => badUpload(message),
      AudioTooLong: ({ message }) => badUpload(message),
      EngineUnavailable: unavailable,
      TranscriptionFailed: unavailable
    })
  )

  const heard = (bytes: Uint8Array) =>
    bytes.length === 0
      ? badUpload("The file is empty.")
      : Effect.filterOrFail(
          speech(bytes),
          (samples) => samples.length > 0,
          () => badUpload("There is no sound in the file.")
        )

  /** Runs in the server's scope, and no longer than the request. */
  const owned = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.acquireUseRelease(FiberSet.run(fibers, Effect.interruptible(effect)), Fiber.join, Fiber.interrupt)

  const answer = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const transcript = yield* owned(
      transcribe(request).pipe(
        census.track("transcription"),
        places.withPermitsIfAvailable(1),
        Effect.flatMap(Option.match({ onNone: () => busy, onSome: Effect.succeed })),
        Effect.either
      )
    )
    yield* Upload.letPass(request)
    return Either.match(transcript, {
      onLeft: ({ error, status }) =>
        HttpServerResponse.unsafeJson({ error }, { status, headers: headersFor(request) }),
      onRight: (text) => HttpServerResponse.unsafeJson({ text }, { headers: headersFor(request) })
    })
  })

  return HttpRouter.empty.pipe(
    HttpRouter.post("/asr", answer),
    HttpRouter.options("/asr", Effect.map(HttpServerRequest.HttpServerRequest, preflight))
  )
})

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
