import { Effect, Schema, Stream } from "effect"
import * as WorkerThread from "../../supervision/WorkerThread.ts"
import type { CatalogueFile } from "../Catalogue.ts"
import { SourceFailed } from "../ModelUnavailable.ts"
import * as PartFile from "../PartFile.ts"
import type { Report } from "../Progress.ts"
import { english, say, Words } from "../../language/Text.ts"

/** What to make of which files, absolute paths; the results go into `folder`, which is there and empty. */
export type Job =
  | {
      readonly type: "ct2-whisper"
      readonly folder: string
      readonly tokenizer: string
      readonly weights: ReadonlyArray<string>
    }
  | { readonly type: "piper"; readonly folder: string; readonly model: string; readonly config: string }

/** A file that lies in the job's folder now. */
export interface Made {
  readonly name: string
  readonly size: number
  readonly sha256: string
}

/** What the thread says. Plain data, since it crosses threads. */
export type Said =
  | ({ readonly type: "made" } & Made)
  | { readonly type: "done" }
  | { readonly type: "problem"; readonly reason: string; readonly code: string | undefined }

/** The conversion could not be made. */
class ConversionFailed extends Schema.TaggedError<ConversionFailed>()("ConversionFailed", {
  /** What is wrong with what was to be converted, or with the thread; a clause. */
  reason: Words,
  /** The system's code, such as `ENOSPC`. */
  code: Schema.optional(Schema.String),
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return english(this.reason)
  }
}

/**
 * Does the job in a thread of its own, and tells each file when it is there. The thread ends with the stream, at
 * once, whatever it is doing; its memory (some 700 MB for a Whisper) goes with it.
 */
export const run = (job: Job): Stream.Stream<Made, ConversionFailed> =>
  Stream.asyncPush<Made, ConversionFailed>(
    (emit) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const thread = WorkerThread.start("RecipeWorker", import.meta.url)
          const fail = (
            reason: Words,
            more: { readonly code?: string | undefined; readonly cause?: unknown }
          ) => emit.fail(new ConversionFailed({ reason, ...more }))
          thread.on("message", (said: Said) => {
            if (said.type === "made") emit.single(said)
            else if (said.type === "done") emit.end()
            else fail(said.reason, { code: said.code })
          })
          thread.on("error", (cause) => fail(say("models.conversionBroke"), { cause }))
          thread.on("exit", () => fail(say("models.conversionBroke"), {}))
          thread.postMessage(job, [])
          return thread
        }),
        (thread) => Effect.promise(() => thread.terminate())
      ),
    // A job makes two or three files.
    { bufferSize: 16, strategy: "dropping" }
  )

/** Does the job and checks what it makes: these files, to the byte. */
export const verified = Effect.fn("RecipeThread.verified")(function* (
  job: Job,
  expected: ReadonlyArray<CatalogueFile>,
  report: Report
) {
  const total = expected.reduce((sum, { size }) => sum + size, 0)
  const right = new Set<string>()
  let made = 0
  yield* report("converting", 0, total)
  yield* Stream.runForEach(run(job), ({ name, sha256, size }) => {
    made += size
    if (expected.some((file) => file.name === name && file.size === size && file.sha256 === sha256))
      right.add(name)
    return report("converting", made, total)
  }).pipe(
    Effect.mapError((error) =>
      error.code === undefined
        ? new SourceFailed({
            kind: "refused",
            reason: say("models.conversionFailed", error.reason),
            cause: error
          })
        : PartFile.unwritable(error, total - made)
    )
  )
  const wrong = expected.find(({ name }) => !right.has(name))
  if (wrong !== undefined) {
    const reason = say("models.wrongMade", wrong.name)
    return yield* new SourceFailed({ kind: "refused", reason })
  }
})
