import { FileSystem } from "@effect/platform"
import type { CommandExecutor, HttpClient, Path } from "@effect/platform"
import { Effect } from "effect"
import type { CatalogueEntry, Source } from "./Catalogue.ts"
import * as FolderLock from "./FolderLock.ts"
import { SourceFailed } from "./ModelUnavailable.ts"
import type { Attempt } from "./ModelUnavailable.ts"
import * as PartFile from "./PartFile.ts"
import * as UrlDownload from "./UrlDownload.ts"
import * as WheelDownload from "./WheelDownload.ts"

export type Needs =
  | FileSystem.FileSystem
  | Path.Path
  | CommandExecutor.CommandExecutor
  | HttpClient.HttpClient

/** What people call a source. */
export const nameOf = (source: Source): string => {
  switch (source.type) {
    case "url":
      return new URL(source.url).host
    case "wheel":
      return `the Python package ${source.package} ${source.version}`
    case "file":
      return "a file on this machine"
  }
}

/** Whether a file of the right size lies at `path`: what was fetched got its place only after it was verified. */
export const isThere = (path: string, entry: CatalogueEntry) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return Number((yield* fs.stat(path)).size) === entry.size
  }).pipe(Effect.orElseSucceed(() => false))

const fromSource = (
  source: Source,
  target: PartFile.Target,
  patience: UrlDownload.Patience
): Effect.Effect<void, SourceFailed, Needs> => {
  switch (source.type) {
    case "url":
      return UrlDownload.fetch(source.url, target, patience)
    case "wheel":
      return WheelDownload.fetch(source, target)
    case "file":
      // It is used where it lies, and was looked for before anything is fetched.
      return Effect.fail(
        new SourceFailed({ kind: "refused", reason: "it is missing, or not the file that was asked for" })
      )
  }
}

/**
 * Fetches a model by the first of its sources that gives it; what failed before is logged. Fails with all that was
 * tried. `silent` collects hosts that did not answer, so that they aren't waited for once more.
 */
export const fetch = Effect.fn("ModelFetch.fetch")(function* (
  entry: CatalogueEntry,
  target: PartFile.Target,
  patience: UrlDownload.Patience,
  silent: Set<string>
): Effect.fn.Return<void, ReadonlyArray<Attempt>, Needs> {
  const tried: Array<Attempt> = []
  const failed = (source: string) => (error: SourceFailed) =>
    Effect.suspend(() => {
      tried.push({ source, reason: error.reason })
      return Effect.as(Effect.logWarning(`${source}: ${error.reason}`), false)
    })
  const attempt = (source: Source) => {
    const name = nameOf(source)
    const label = `${entry.id} from ${name}`
    if (silent.has(name)) {
      return failed(label)(new SourceFailed({ kind: "unreachable", reason: "it has just not answered" }))
    }
    return fromSource(source, target, patience).pipe(
      Effect.as(true),
      Effect.tapError((error) =>
        Effect.sync(() => (error.kind === "unreachable" ? silent.add(name) : silent))
      ),
      Effect.catchAll(failed(label))
    )
  }
  const locked = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    yield* fs.makeDirectory(target.path.slice(0, -entry.file.length), { recursive: true })
    yield* FolderLock.hold(
      `${target.path}.lock`,
      Effect.logInfo(`${entry.name} is being fetched by another process; waiting for it`)
    )
  }).pipe(
    Effect.mapError(
      (cause) => new SourceFailed({ kind: "refused", reason: "the models folder cannot be written", cause })
    ),
    Effect.as(true),
    Effect.catchAll(failed(entry.id))
  )
  const got = yield* Effect.scoped(
    Effect.gen(function* () {
      if (!(yield* locked)) return false
      // The other process may have fetched it.
      if (yield* isThere(target.path, entry)) return true
      for (const source of entry.sources) {
        if (yield* attempt(source)) return true
      }
      return false
    })
  )
  if (!got) return yield* Effect.fail(tried)
})
