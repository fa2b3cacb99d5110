import { createRequire } from "node:module"
import { homedir } from "node:os"
import { FileSystem, Path } from "@effect/platform"
import { Config, Effect, Option } from "effect"
import type { CatalogueEntry, CatalogueFile, CatalogueFolder, Source } from "./Catalogue.ts"

/** Where models lie, absolute. */
export interface Places {
  /** The models folder; each entry has a folder of its own in it. */
  readonly folder: string
  /** What the path of a file on this machine is relative to. */
  readonly configFolder: string
}

/** `seiyuu/models` in `XDG_CACHE_HOME`, or else in `~/.cache`. */
export const defaultFolder = Effect.gen(function* () {
  const path = yield* Path.Path
  const cache = yield* Config.option(Config.nonEmptyString("XDG_CACHE_HOME"))
  const home = Option.getOrElse(cache, () => path.join(homedir(), ".cache"))
  return path.join(home, "seiyuu", "models")
}).pipe(Effect.orDie)

/** Absolute paths by the names of an entry's files and folders. */
export type Files = Readonly<Record<string, string>>

type Reads = FileSystem.FileSystem | Path.Path

const packages = createRequire(import.meta.url)

const inPackage = (name: string): Option.Option<string> => {
  try {
    return Option.some(packages.resolve(name))
  } catch {
    return Option.none()
  }
}

/** The entry's own folder. */
export const folderOf = (places: Places, entry: Pick<CatalogueEntry, "id">) =>
  Effect.map(Path.Path, (path) => path.join(places.folder, entry.id))

/** Where a source's file is used without being fetched. */
export const elsewhere = (
  places: Places,
  source: Source
): Effect.Effect<Option.Option<string>, never, Path.Path> =>
  Effect.map(Path.Path, (path) => {
    if (source.type === "file") return Option.some(path.resolve(places.configFolder, source.path))
    return source.type === "npm" ? inPackage(`${source.package}/${source.member}`) : Option.none()
  })

/** Whether a file of the right size lies there. */
export const isFile = (place: string, { size }: CatalogueFile) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.stat(place)).pipe(
    Effect.map((info) => info.type === "File" && Number(info.size) === size),
    Effect.orElseSucceed(() => false)
  )

const isFolder = (place: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.stat(place)).pipe(
    Effect.map((info) => info.type === "Directory"),
    Effect.orElseSucceed(() => false)
  )

/** The place of a file of the right size: what was fetched got its place only after it was verified. */
export const file = (
  places: Places,
  entry: CatalogueEntry,
  wanted: CatalogueFile
): Effect.Effect<Option.Option<string>, never, Reads> =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    const own = path.join(yield* folderOf(places, entry), wanted.name)
    const others = yield* Effect.forEach(wanted.sources, (source) => elsewhere(places, source))
    const candidates = [Option.some(own), ...others].flatMap(Option.toArray)
    return yield* Effect.findFirst(candidates, (place) => isFile(place, wanted))
  })

/** The place of a folder: it got it only when it was whole. */
export const folder = (
  places: Places,
  entry: CatalogueEntry,
  wanted: CatalogueFolder
): Effect.Effect<Option.Option<string>, never, Reads> =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    const own = path.join(yield* folderOf(places, entry), wanted.name)
    return (yield* isFolder(own)) ? Option.some(own) : Option.none()
  })

/** All files and folders of the entry, if none is missing. */
export const find = (
  places: Places,
  entry: CatalogueEntry
): Effect.Effect<Option.Option<Files>, never, Reads> =>
  Effect.gen(function* () {
    const found: Record<string, Option.Option<string>> = {}
    for (const wanted of entry.files) found[wanted.name] = yield* file(places, entry, wanted)
    for (const wanted of entry.folders) found[wanted.name] = yield* folder(places, entry, wanted)
    return Option.all(found)
  })
