import { FileSystem, Path } from "@effect/platform"
import type { Error } from "@effect/platform"
import { Cause, Effect, Option, Queue, Stream } from "effect"

/** How often is looked whether another folder has taken a folder's place, and whether files are others than they were. */
const pause = "2 seconds"

/** Longer than the parts of what editors do to save one file: some write another one and rename it. */
const calm = "300 millis"

/** A file that somebody writes again and again is looked at all the same. */
const patience = "2 seconds"

/**
 * Says that a wanted file in one of the folders may have changed, once it has been calm for a moment. Folders may come, go and be
 * replaced. Never fails. What the system does not tell (of files behind links, of folders of other machines, or without
 * watchers to spare) is found out by looking at the files' dates, sizes and places on the disk.
 */
export const changes = (
  folders: Effect.Effect<ReadonlyArray<string>>,
  isWanted: (name: string) => boolean
): Stream.Stream<void, never, FileSystem.FileSystem | Path.Path> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const signals = yield* Queue.sliding<void>(1)
      yield* Effect.forkScoped(watch(folders, isWanted, Queue.offer(signals, undefined)))
      const another = Effect.timeoutOption(Queue.take(signals), calm)
      const calmed = Effect.repeat(another, { until: Option.isNone })
      return Stream.repeatEffect(
        Effect.zipRight(Queue.take(signals), Effect.asVoid(Effect.timeoutOption(calmed, patience)))
      )
    })
  )

const isMissing = (cause: Cause.Cause<Error.PlatformError>) =>
  Option.exists(
    Cause.failureOption(cause),
    (failure) => failure._tag === "SystemError" && failure.reason === "NotFound"
  )

/** Watches until one of the folders is another one, and then anew. */
const watch = Effect.fnUntraced(function* (
  folders: Effect.Effect<ReadonlyArray<string>>,
  isWanted: (name: string) => boolean,
  signal: Effect.Effect<unknown>
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const idOf = (file: string) =>
    fs.stat(file).pipe(
      Effect.map(({ dev, ino, mtime, size, type }) => {
        const place = `${dev} ${Option.getOrElse(ino, () => 0)}`
        // A folder is another one only if it is in another place.
        return type === "Directory" ? place : `${place} ${Number(Option.getOrUndefined(mtime) ?? 0)} ${size}`
      }),
      Effect.orElseSucceed(() => "")
    )
  const ids = (files: ReadonlyArray<string>) =>
    Effect.map(Effect.forEach(files, idOf, { concurrency: 8 }), (ids) =>
      ids.map((id, index) => `${id} ${files[index]}`).join("\n")
    )
  /** The wanted files of the folders, as the links to them lead. */
  const files = Effect.flatMap(folders, (folders) =>
    Effect.forEach([...new Set(folders)], (folder) =>
      fs.readDirectory(folder).pipe(
        Effect.map((names) => names.filter(isWanted).map((name) => path.join(folder, name))),
        Effect.orElseSucceed(() => [])
      )
    )
  )
  const listen = (folder: string) =>
    fs.watch(folder).pipe(
      Stream.filter(({ path: file }) => isWanted(path.basename(file))),
      Stream.runForEach(() => signal),
      Effect.catchAllCause((cause) =>
        isMissing(cause)
          ? Effect.void
          : Effect.logDebug("a folder cannot be watched and is looked at instead", cause)
      ),
      // The end of one says nothing of the others.
      Effect.zipRight(Effect.never)
    )
  const state = Effect.flatMap(files, (files) => ids(files.flat()))
  const compared = Effect.gen(function* () {
    let before = yield* state
    return yield* Effect.forever(
      Effect.gen(function* () {
        yield* Effect.sleep(pause)
        const now = yield* state
        if (now !== before) yield* signal
        before = now
      })
    )
  })
  const places = Effect.flatMap(folders, ids)
  const once = Effect.gen(function* () {
    const before = yield* places
    const listening = Effect.forEach(yield* folders, listen, { concurrency: "unbounded", discard: true })
    // Whatever has happened before is found out by looking.
    yield* signal
    const replaced = Effect.repeat(Effect.delay(places, pause), { until: (now) => now !== before })
    yield* Effect.raceFirst(listening, replaced)
  })
  return yield* Effect.raceFirst(Effect.forever(once), compared)
})
