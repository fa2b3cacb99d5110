import { FileSystem, Path } from "@effect/platform"
import type { Error } from "@effect/platform"
import { Cause, Effect, Option, Queue, Stream } from "effect"

/** How often a folder is looked for that is not there, or whether another one has taken its place. */
const pause = "2 seconds"

/** Longer than the parts of what editors do to save one file: some write another one and rename it. */
const calm = "300 millis"

/**
 * Says that a wanted file in one of the folders may have changed, once it has been calm for a moment. Folders may come, go and be
 * replaced. Never fails: a folder that the system does not watch (it has run out of watchers, say) may have changed at any time.
 */
export const changes = (
  folders: Effect.Effect<ReadonlyArray<string>>,
  isWanted: (name: string) => boolean
): Stream.Stream<void, never, FileSystem.FileSystem | Path.Path> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const signals = yield* Queue.sliding<void>(1)
      yield* Effect.forkScoped(watch(folders, isWanted, Queue.offer(signals, undefined)))
      return Stream.fromQueue(signals).pipe(Stream.debounce(calm))
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
  const idOf = (folder: string) =>
    fs.stat(folder).pipe(
      Effect.map(({ dev, ino }) => `${dev} ${Option.getOrElse(ino, () => 0)}`),
      Effect.orElseSucceed(() => "")
    )
  const ids = Effect.flatMap(folders, (folders) =>
    Effect.forEach(folders, (folder) => Effect.map(idOf(folder), (id) => `${id} ${folder}`))
  )
  const listen = (folder: string) =>
    fs.watch(folder).pipe(
      Stream.filter(({ path: file }) => isWanted(path.basename(file))),
      Stream.runForEach(() => signal),
      Effect.catchAllCause((cause) =>
        isMissing(cause)
          ? Effect.void
          : Effect.zipRight(
              Effect.logDebug("a folder cannot be watched and is looked at instead", cause),
              Effect.forever(Effect.delay(signal, pause))
            )
      ),
      // The end of one says nothing of the others.
      Effect.zipRight(Effect.never)
    )
  const replaced = (before: ReadonlyArray<string>) =>
    Effect.repeat(Effect.delay(ids, pause), {
      until: (now) => now.length !== before.length || now.some((id, index) => id !== before[index])
    })
  const once = Effect.gen(function* () {
    const before = yield* ids
    const listening = Effect.forEach(yield* folders, listen, { concurrency: "unbounded", discard: true })
    // Whatever has happened before is found out by looking.
    yield* signal
    yield* Effect.raceFirst(listening, replaced(before))
  })
  return yield* Effect.forever(once)
})
