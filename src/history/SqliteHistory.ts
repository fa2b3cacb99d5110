import { Effect, Layer, Schema } from "effect"
import type { SqlClient } from "@effect/sql"
import { dirname, resolve } from "node:path"
import * as Folder from "../models/Folder.ts"
import { Archive } from "./Archive.ts"
import { Facts } from "./Facts.ts"
import { History } from "./History.ts"
import type * as Appends from "./Appends.ts"
import * as Migrations from "./Migrations.ts"
import * as SqlArchive from "./SqlArchive.ts"
import * as SqlFacts from "./SqlFacts.ts"
import * as SqlHistory from "./SqlHistory.ts"
import * as SqliteClient from "./SqliteClient.ts"

/** The database's file cannot be used. For the operator: `message` names the file. */
export class DatabaseUnavailable extends Schema.TaggedError<DatabaseUnavailable>()("DatabaseUnavailable", {
  file: Schema.String,
  cause: Schema.Defect
}) {
  override get message(): string {
    return `The conversations' database ${this.file} cannot be opened (${rootOf(this.cause)}). Correct system_config.database, or see that the file and its folder can be written.`
  }
}

const rootOf = (cause: unknown): string =>
  cause instanceof Error && cause.cause !== undefined
    ? rootOf(cause.cause)
    : cause instanceof Error
      ? cause.message
      : String(cause)

/**
 * Conversations and facts in an SQLite database. `file` is its path, relative to the working directory; the folder is
 * created. Empty histories that an earlier process left are removed, so one server may use a file at a time.
 */
export const layer = (options: Options & Appends.Options) => {
  const history = Layer.scoped(History, Effect.zipRight(SqlHistory.discardAllEmpty, SqlHistory.make(options)))
  return open(options, Layer.merge(history, facts))
}

/** Facts alone, for a look at them from outside: a server may use the file meanwhile. */
export const layerFacts = (options: Options) => open(options, facts)

/** All conversations, for moving them: a server may use the file meanwhile. */
export const layerArchive = (options: Options) => open(options, archive)

/** The same of a file that is there, for a look alone: nothing is brought up to date. */
export const layerArchiveAsItIs = (options: Options) =>
  archive.pipe(Layer.provide(SqliteClient.layerForLook(resolve(options.file))), unavailable(options))

interface Options {
  readonly file: string
}

const facts = Layer.effect(Facts, SqlFacts.make)
const archive = Layer.effect(Archive, SqlArchive.make)

const open = <A, E>(options: Options, stores: Layer.Layer<A, E, SqlClient.SqlClient>) =>
  stores.pipe(Layer.provide(Layer.effectDiscard(Migrations.run)), (migrated) => connect(options, migrated))

const connect = <A, E>(options: Options, stores: Layer.Layer<A, E, SqlClient.SqlClient>) => {
  const file = resolve(options.file)
  const createFolder = Layer.effectDiscard(Folder.make(dirname(file)))
  return stores.pipe(
    Layer.provide(SqliteClient.layer(file)),
    Layer.provide(createFolder),
    unavailable(options)
  )
}

const unavailable = ({ file }: Options) =>
  Layer.catchAll((cause: unknown) => Layer.fail(new DatabaseUnavailable({ file, cause })))
