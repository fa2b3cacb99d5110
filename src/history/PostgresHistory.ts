import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "@effect/sql"
import { Archive, none } from "./Archive.ts"
import { Facts } from "./Facts.ts"
import { History } from "./History.ts"
import * as Migrations from "./Migrations.ts"
import * as PostgresClient from "./PostgresClient.ts"
import * as SqlArchive from "./SqlArchive.ts"
import * as SqlFacts from "./SqlFacts.ts"
import * as SqlHistory from "./SqlHistory.ts"

/** The database's server cannot be used. For the operator: `message` names the server, without the password. */
export class PostgresUnavailable extends Schema.TaggedError<PostgresUnavailable>()("PostgresUnavailable", {
  /** Without secrets. */
  address: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `The conversations' database ${this.address} cannot be used (${this.reason}). ${mend}`
  }
}

/** What to do when it cannot be used. */
export const mend =
  "Correct system_config.database, or see that the server runs and lets this user create tables."

/** The address as people may see it: without the password and without options. */
export const shown = (url: string): string => {
  if (!URL.canParse(url)) return "postgres://…"
  const { host, pathname, username } = new URL(url)
  return `postgres://${username === "" ? "" : `${username}@`}${host}${pathname}`
}

/** What the driver or the server has said last. Neither repeats a password. */
export const reasonOf = (cause: unknown): string => {
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0])
  if (!(cause instanceof Error)) return "it gave no reason"
  return cause.cause === undefined ? cause.message : reasonOf(cause.cause)
}

/** Conversations and facts in a PostgreSQL database, by its address. Its tables are made if they are not there. */
export const layer = (options: Options) => {
  const history = Layer.scoped(History, Effect.zipRight(SqlHistory.discardAllEmpty, SqlHistory.make()))
  return open(options, Layer.merge(history, facts))
}

/** Facts alone, for a look at them from outside. */
export const layerFacts = (options: Options) => open(options, facts)

/** All conversations, for moving them: servers may use the database meanwhile. */
export const layerArchive = (options: Options) => open(options, Layer.effect(Archive, SqlArchive.make))

/** The same of a database as it is, for a look alone: nothing is made in it or brought up to date. */
export const layerArchiveAsItIs = (options: Options) => connect(options, Layer.effect(Archive, archiveAsItIs))

interface Options {
  /** `postgres://user:password@host:port/database` */
  readonly url: string
}

const facts = Layer.effect(Facts, SqlFacts.make)

const archiveAsItIs = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ found: boolean }>`SELECT to_regclass('histories') IS NOT NULL AS found`
  return row?.found === true ? yield* SqlArchive.make : none
})

const open = <A, E>(options: Options, stores: Layer.Layer<A, E, SqlClient.SqlClient>) =>
  stores.pipe(Layer.provide(Layer.effectDiscard(migrate(options))), (migrated) => connect(options, migrated))

/** A server that is silent is found out by the lock; a step of the migration takes as long as it takes. */
const migrate = ({ url }: Options) =>
  Migrations.run.pipe(
    Effect.provide(PostgresClient.layerWithoutTimeout(url)),
    (run) => Effect.zipRight(Migrations.alone, run),
    Effect.scoped
  )

const connect = <A, E>({ url }: Options, stores: Layer.Layer<A, E, SqlClient.SqlClient>) =>
  stores.pipe(
    Layer.provide(PostgresClient.layer(url)),
    Layer.catchAll((cause) =>
      Layer.fail(new PostgresUnavailable({ address: shown(url), reason: reasonOf(cause) }))
    )
  )
