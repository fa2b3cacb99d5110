import { createHash } from "node:crypto"
import type { Hash } from "node:crypto"
import { FileSystem } from "@effect/platform"
import type { Error as PlatformError } from "@effect/platform"
import { Effect, Stream } from "effect"
import type { Progress } from "./Progress.ts"
import * as ProgressText from "./Progress.ts"
import { SourceFailed } from "./ModelUnavailable.ts"

/** The file that is wanted. Until it is whole and verified it lies beside its place, with `.part` behind its name. */
export interface Target {
  readonly model: string
  readonly path: string
  /** Bytes. */
  readonly size: number
  readonly sha256: string
  readonly report: (progress: Progress) => Effect.Effect<void>
}

/** What a `.part` file holds, and the hash of exactly that. */
export interface Held {
  readonly bytes: number
  readonly hash: Hash
}

export const nothing = (): Held => ({ bytes: 0, hash: createHash("sha256") })

const partOf = (target: Target) => `${target.path}.part`

const unwritable = (cause: PlatformError.PlatformError) =>
  new SourceFailed({ kind: "refused", reason: "the models folder could not be read or written", cause })

/** Reports at most once per percent: a chunk is a few kB of a GB. */
const reporter = (target: Target, phase: Progress["phase"], total: number) => {
  let last = -1
  return (received: number) => {
    const progress = { model: target.model, phase, received, total }
    const now = ProgressText.percent(progress)
    if (now === last) return Effect.void
    last = now
    return target.report(progress)
  }
}

/** Reads what an earlier attempt left, if it can be the beginning of the file. */
export const reopen = Effect.fn("PartFile.reopen")(
  function* (target: Target) {
    const fs = yield* FileSystem.FileSystem
    const path = partOf(target)
    if (!(yield* fs.exists(path))) return nothing()
    const size = Number((yield* fs.stat(path)).size)
    if (size > target.size) {
      yield* fs.remove(path)
      return nothing()
    }
    const held = nothing()
    const report = reporter(target, "verifying", size)
    let read = 0
    yield* fs.stream(path, { chunkSize: 256 * 1024 }).pipe(
      Stream.runForEach((chunk) => {
        held.hash.update(chunk)
        read += chunk.length
        return report(read)
      })
    )
    return { bytes: read, hash: held.hash }
  },
  Effect.catchTags({
    BadArgument: (error) => Effect.fail(unwritable(error)),
    SystemError: (error) => Effect.fail(unwritable(error))
  })
)

/** Throws away what an earlier attempt left. */
export const discard = (target: Target) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.remove(partOf(target), { force: true })).pipe(
    Effect.mapError(unwritable)
  )

/**
 * Adds `bytes` to what is held, checks the whole and puts the file in its place. What has come stays for the next
 * attempt if the bytes end too soon; a whole that is wrong is deleted.
 */
export const fill = Effect.fn("PartFile.fill")(function* (
  target: Target,
  held: Held,
  phase: Progress["phase"],
  bytes: Stream.Stream<Uint8Array, SourceFailed>
) {
  const fs = yield* FileSystem.FileSystem
  const path = partOf(target)
  const report = reporter(target, phase, target.size)
  let received = held.bytes
  // Only a source that has given something is worth another attempt.
  const unlessFurther = (error: SourceFailed) =>
    error.kind === "broken-off" && received === held.bytes
      ? new SourceFailed({ kind: "unreachable", reason: error.reason, cause: error.cause })
      : error

  yield* Effect.scoped(
    Effect.gen(function* () {
      const file = yield* fs
        .open(path, { flag: held.bytes > 0 ? "a" : "w" })
        .pipe(Effect.mapError(unwritable))
      yield* Stream.runForEach(Stream.mapError(bytes, unlessFurther), (chunk) => {
        received += chunk.length
        if (received > target.size) return Effect.void
        held.hash.update(chunk)
        return file.writeAll(chunk).pipe(Effect.mapError(unwritable), Effect.zipRight(report(received)))
      })
    })
  )

  if (received < target.size) {
    return yield* unlessFurther(
      new SourceFailed({ kind: "broken-off", reason: `it ended after ${received} of ${target.size} bytes` })
    )
  }
  if (received > target.size || held.hash.digest("hex") !== target.sha256) {
    yield* discard(target)
    return yield* new SourceFailed({
      kind: "refused",
      reason: "what it gave is not the file that was asked for: the checksum is wrong"
    })
  }
  yield* fs.rename(path, target.path).pipe(Effect.mapError(unwritable))
})
