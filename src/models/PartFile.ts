import { createHash } from "node:crypto"
import type { Hash } from "node:crypto"
import { FileSystem } from "@effect/platform"
import { Effect, Stream } from "effect"
import * as Advice from "./Advice.ts"
import * as ErrorCode from "./ErrorCode.ts"
import * as Progress from "./Progress.ts"
import { SourceFailed } from "./ModelUnavailable.ts"
import { say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** The file that is wanted. */
export interface Target {
  readonly path: string
  /** Where it lies until it is whole and verified; on the same file system. */
  readonly part: string
  /** Bytes. */
  readonly size: number
  readonly sha256: string
  readonly report: Progress.Report
}

/** What a `.part` file holds, and the hash of exactly that. */
export interface Held {
  readonly bytes: number
  readonly hash: Hash
}

export const nothing = (): Held => ({ bytes: 0, hash: createHash("sha256") })

/**
 * The models folder gave an error: no other source would fare better. `missing`: the bytes that were still to be
 * written.
 */
export const unwritable = (cause: unknown, missing: number): SourceFailed => {
  const code = ErrorCode.of(cause)
  const isFull = code === "ENOSPC" || code === "EDQUOT"
  const problem = what[code ?? ""] ?? say("models.folderUnusable")
  const unusable = code === undefined ? problem : say("models.withCode", problem, code)
  const reason = isFull ? say("models.diskFullMore", Progress.readable(missing)) : unusable
  return new SourceFailed({
    kind: "local",
    reason,
    advice: isFull ? Advice.moreRoom : Advice.otherFolder,
    cause
  })
}

/** What cannot be done with the models folder, by the system's code. */
const what: Readonly<Record<string, Text>> = {
  ENOENT: say("models.folderNotMade"),
  ENOTDIR: say("models.folderInFile"),
  EEXIST: say("models.folderIsFile"),
  EACCES: say("models.folderNoRight"),
  EPERM: say("models.folderNoRight"),
  EROFS: say("models.folderReadOnly")
}

const wrongFile = () =>
  new SourceFailed({
    kind: "refused",
    reason: say("models.wrongFile")
  })

/** Reads what an earlier attempt left, if it can be the beginning of the file. */
export const reopen = Effect.fn("PartFile.reopen")(
  function* (target: Target) {
    const fs = yield* FileSystem.FileSystem
    if (!(yield* fs.exists(target.part))) return nothing()
    const size = Number((yield* fs.stat(target.part)).size)
    if (size === 0) return nothing()
    if (size > target.size) {
      yield* fs.remove(target.part)
      return nothing()
    }
    const held = nothing()
    let read = 0
    yield* fs.stream(target.part, { chunkSize: 256 * 1024 }).pipe(
      Stream.runForEach((chunk) => {
        held.hash.update(chunk)
        read += chunk.length
        return target.report("verifying", read, size)
      })
    )
    return { bytes: read, hash: held.hash }
  },
  (read, target) => Effect.mapError(read, (cause) => unwritable(cause, target.size))
)

/** Puts what is whole and verified in its place. */
export const moveInto = (from: string, place: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.rename(from, place)).pipe(
    Effect.mapError((cause) => unwritable(cause, 0))
  )

/** Throws away what an earlier attempt left. */
export const discard = (target: Target) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.remove(target.part, { force: true })).pipe(
    Effect.mapError((cause) => unwritable(cause, target.size))
  )

/**
 * Adds `bytes` to what is held, checks the whole and puts the file in its place. What has come stays for the next
 * attempt if the bytes end too soon; a whole that is wrong is deleted.
 */
export const complete = Effect.fn("PartFile.complete")(function* (
  target: Target,
  held: Held,
  phase: Progress.Progress["phase"],
  bytes: Stream.Stream<Uint8Array, SourceFailed>
) {
  const fs = yield* FileSystem.FileSystem
  let received = held.bytes
  // Only a source that has given something is worth another attempt.
  const unlessFurther = (error: SourceFailed) =>
    error.kind === "broken-off" && received === held.bytes
      ? new SourceFailed({ kind: "unreachable", reason: error.reason, cause: error.cause })
      : error

  const failed = (cause: unknown) => unwritable(cause, target.size - received)

  yield* Effect.scoped(
    Effect.gen(function* () {
      const file = yield* fs
        .open(target.part, { flag: held.bytes > 0 ? "a" : "w" })
        .pipe(Effect.mapError(failed))
      yield* Stream.runForEach(Stream.mapError(bytes, unlessFurther), (chunk) => {
        // It is longer than the file that is wanted, perhaps without end.
        if (received + chunk.length > target.size) return Effect.zipRight(discard(target), wrongFile())
        return file.writeAll(chunk).pipe(
          Effect.mapError(failed),
          Effect.zipRight(
            Effect.suspend(() => {
              held.hash.update(chunk)
              received += chunk.length
              return target.report(phase, received, target.size)
            })
          )
        )
      })
    })
  )

  if (received < target.size) {
    return yield* unlessFurther(
      new SourceFailed({ kind: "broken-off", reason: say("models.endedAfter", received, target.size) })
    )
  }
  if (held.hash.digest("hex") !== target.sha256) {
    yield* discard(target)
    return yield* wrongFile()
  }
  yield* moveInto(target.part, target.path)
})
