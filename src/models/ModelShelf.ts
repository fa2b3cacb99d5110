import { FileSystem, Path } from "@effect/platform"
import { Effect, Option } from "effect"
import * as Advice from "./Advice.ts"
import type { Catalogue, CatalogueEntry } from "./Catalogue.ts"
import * as Checksum from "./Checksum.ts"
import * as FolderLock from "./FolderLock.ts"
import * as LocalModel from "./LocalModel.ts"
import { attempt, ModelUnavailable } from "./ModelUnavailable.ts"
import * as PartFile from "./PartFile.ts"
import * as Placement from "./Placement.ts"

type Reads = FileSystem.FileSystem | Path.Path

/** What the catalogue has, and whether it is here. */
export interface Listed {
  readonly entry: CatalogueEntry
  /** `elsewhere`: it is used where it lies, outside the models folder. */
  readonly place: "here" | "elsewhere" | "missing"
}

/** What became of an entry that was to be removed. `elsewhere`: it is not the store's to delete. */
export type Removal = "removed" | "missing" | "elsewhere"

/** What an entry needs, of this catalogue. */
export const needsOf = (catalogue: Catalogue, { needs }: CatalogueEntry): Catalogue =>
  catalogue.filter(({ id }) => needs.includes(id))

/** The entry as a model, if all its files and all that it needs are here. */
export const find = (
  catalogue: Catalogue,
  places: Placement.Places,
  entry: CatalogueEntry
): Effect.Effect<Option.Option<LocalModel.Model>, never, Reads> =>
  Effect.gen(function* () {
    const files = yield* Placement.find(places, entry)
    const needs = yield* Effect.forEach(needsOf(catalogue, entry), (need) => find(catalogue, places, need))
    return Option.map(Option.all([files, Option.all(needs)]), ([files, needs]) =>
      LocalModel.ofEntry(entry, files, needs)
    )
  })

const placeOf = Effect.fnUntraced(function* (places: Placement.Places, entry: CatalogueEntry) {
  const own = yield* Placement.folderOf(places, entry)
  return Option.match(yield* Placement.find(places, entry), {
    onNone: () => "missing" as const,
    onSome: (files) => (Object.values(files).some((file) => file.startsWith(own)) ? "here" : "elsewhere")
  })
})

export const list = (catalogue: Catalogue, places: Placement.Places) =>
  Effect.forEach(catalogue, (entry) =>
    Effect.map(placeOf(places, entry), (place): Listed => ({ entry, place }))
  )

/** Deletes what is in the entry's folder and is not what was fetched: a disk, or somebody, has changed it since. */
export const clearDamaged = Effect.fn("ModelShelf.clearDamaged")(
  function* (places: Placement.Places, entry: CatalogueEntry) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = yield* Placement.folderOf(places, entry)
    for (const file of entry.files) {
      const place = path.join(folder, file.name)
      if (!(yield* Placement.isFile(place, file)) || (yield* Checksum.ofFile(place)) === file.sha256) continue
      yield* Effect.logWarning(`${entry.name}: ${file.name} is damaged and is fetched again`)
      yield* fs.remove(place)
    }
  },
  // Whatever stands in the way of this stands in the way of fetching, which says so.
  Effect.ignoreLogged
)

/** Deletes the entry's folder, with what an unfinished download left; waits while it is being fetched. */
export const remove = Effect.fn("ModelShelf.remove")(function* (
  places: Placement.Places,
  entry: CatalogueEntry
): Effect.fn.Return<Removal, ModelUnavailable, Reads> {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* Placement.folderOf(places, entry)
  const clear = Effect.scoped(
    Effect.zipRight(
      FolderLock.hold(`${folder}.lock`, Effect.logInfo(`${entry.name} is being fetched; waiting for it`)),
      fs.remove(folder, { recursive: true })
    )
  )
  return yield* Effect.if(fs.exists(folder), {
    onTrue: () => Effect.as(clear, "removed" as const),
    onFalse: () => Effect.map(placeOf(places, entry), (place) => (place === "elsewhere" ? place : "missing"))
  }).pipe(
    Effect.mapError((cause) => {
      const failure = PartFile.unwritable(cause, 0)
      const advice = failure.advice ?? Advice.otherFolder
      return new ModelUnavailable({ id: entry.id, tried: [attempt(entry.id, failure)], advice })
    })
  )
})
