import { resolve } from "node:path"
import type { FileSystem } from "@effect/platform"
import type { Layer } from "effect"
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
