import { Reactivity } from "@effect/experimental"
import { SqlClient, SqlError } from "@effect/sql"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { Client, Pool } from "pg"

/** Connections of one process at most; sessions wait for one. */
const mostConnections = 10

/** How long one statement may take, in ms: a server is silent for so long, or a network has swallowed the connection. */
const queryTimeout = 15_000

const poolOf = (url: string, timeout: number | undefined) => {
  const options = { connectionString: url, application_name: "seiyuu" }
  // Says at once what is wrong with the address. The pool would throw only when it connects.
  void new Client(options)
  const pool = new Pool({
    ...options,
    max: mostConnections,
    connectionTimeoutMillis: 5000,
    ...(timeout === undefined ? {} : { query_timeout: timeout }),
    keepAlive: true,
    idleTimeoutMillis: 30_000,
    // One that hangs is given up by then.
    maxLifetimeSeconds: 300
  })
  // A connection that is lost while nobody uses it: the pool forgets it, and makes another one when one is needed.
  pool.on("error", () => {})
  return pool
}

const acquire = Effect.fnUntraced(function* (url: string, timeout: number | undefined) {
  return yield* Effect.acquireRelease(
    Effect.try({
      try: () => poolOf(url, timeout),
      catch: (cause) => new SqlError.SqlError({ cause, message: "Cannot read the address" })
    }),
    (pool) =>
      Effect.promise(() => pool.end()).pipe(
        Effect.interruptible,
        Effect.timeoutOption("1 second"),
        Effect.asVoid
      )
  )
})

/**
 * An SQL client on a PostgreSQL server, with a bounded pool of connections that is closed with the layer's scope. Nothing
 * is connected before the first statement; a connection that was lost is replaced at the next one.
 */
export const layer = (url: string) => layerOf(url, queryTimeout)

/** The same for statements that may take long. */
export const layerWithoutTimeout = (url: string) => layerOf(url, undefined)

const layerOf = (url: string, timeout: number | undefined) =>
  Layer.scoped(SqlClient.SqlClient, PgClient.fromPool({ acquire: acquire(url, timeout) })).pipe(
    Layer.provide(Reactivity.layer)
  )
