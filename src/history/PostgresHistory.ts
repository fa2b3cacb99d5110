import { Effect, Layer, Schema } from "effect"
import type { SqlClient } from "@effect/sql"
import { Facts } from "./Facts.ts"
import { History } from "./History.ts"
import * as Migrations from "./Migrations.ts"
import * as PostgresClient from "./PostgresClient.ts"
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
  const history = Layer.effect(History, Effect.zipRight(SqlHistory.discardAllEmpty, SqlHistory.make))
  return open(options, Layer.merge(history, facts))
}

/** Facts alone, for a look at them from outside. */
export const layerFacts = (options: Options) => open(options, facts)

interface Options {
  /** `postgres://user:password@host:port/database` */
  readonly url: string
}

const facts = Layer.effect(Facts, SqlFacts.make)

const open = <A, E>({ url }: Options, stores: Layer.Layer<A, E, SqlClient.SqlClient>) =>
  stores.pipe(
    Layer.provide(Layer.effectDiscard(Migrations.run)),
    Layer.provide(PostgresClient.layer(url)),
    Layer.catchAll((cause) =>
      Layer.fail(new PostgresUnavailable({ address: shown(url), reason: reasonOf(cause) }))
    )
  )
