import { resolve } from "node:path"
import { FileSystem } from "@effect/platform"
import { Effect, Layer } from "effect"
import { Archive, none } from "./Archive.ts"
import type { Facts } from "./Facts.ts"
import type { History } from "./History.ts"
import * as PostgresHistory from "./PostgresHistory.ts"
import * as SqliteHistory from "./SqliteHistory.ts"

type Unavailable = SqliteHistory.DatabaseUnavailable | PostgresHistory.PostgresUnavailable

/** Where conversations are kept: an address of a PostgreSQL server, or the path of an SQLite file. */
export type Place = { readonly url: string } | { readonly file: string }

/** What `system_config.database` says; a path starts from `folder`. */
export const placeOf = (database: string, folder: string): Place =>
  /^postgres(?:ql)?:\/\//iu.test(database) ? { url: database } : { file: resolve(folder, database) }

/** Conversations and facts, in either kind of database. */
export const layer = (place: Place): Layer.Layer<History | Facts, Unavailable, FileSystem.FileSystem> =>
  "url" in place ? PostgresHistory.layer(place) : SqliteHistory.layer(place)

/** Facts alone, for a look at them from outside. */
export const layerFacts = (place: Place): Layer.Layer<Facts, Unavailable, FileSystem.FileSystem> =>
  "url" in place ? PostgresHistory.layerFacts(place) : SqliteHistory.layerFacts(place)

/** All conversations, for moving them. */
export const layerArchive = (place: Place): Layer.Layer<Archive, Unavailable, FileSystem.FileSystem> =>
  "url" in place ? PostgresHistory.layerArchive(place) : SqliteHistory.layerArchive(place)

/** The same for a look alone: what is not there is not made, and nothing is brought up to date. */
export const layerArchiveAsItIs = (
  place: Place
): Layer.Layer<Archive, Unavailable, FileSystem.FileSystem> => {
  if ("url" in place) return PostgresHistory.layerArchiveAsItIs(place)
  const there = SqliteHistory.layerArchiveAsItIs(place)
  return Layer.unwrapEffect(
    Effect.map(mayBeThere(place), (isThere) => (isThere ? there : Layer.succeed(Archive, none)))
  )
}

/** Whether there is a file; of a server only a connection could tell. To open a file would create it. */
export const mayBeThere = (place: Place): Effect.Effect<boolean, never, FileSystem.FileSystem> =>
  "url" in place
    ? Effect.succeed(true)
    : Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.orElseSucceed(fs.exists(place.file), () => false))
