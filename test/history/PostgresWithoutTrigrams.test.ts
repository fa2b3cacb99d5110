import { SqlClient } from "@effect/sql"
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import * as PostgresClient from "../../src/history/PostgresClient.ts"
import * as PostgresHistory from "../../src/history/PostgresHistory.ts"
import { freshPlain, PostgresServer } from "../support/PostgresServer.ts"
import { describeSearch } from "./describeSearch.ts"

const inDatabase = <A, E>(url: string, use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>) =>
  Effect.flatMap(SqlClient.SqlClient, use).pipe(Effect.provide(PostgresClient.layer(url)))

/** Makes the tables, and says what indexes the messages have. */
const indexes = (url: string) =>
  Effect.scoped(Layer.build(PostgresHistory.layer({ url }))).pipe(
    Effect.zipRight(
      inDatabase(
        url,
        (sql) => sql<{ indexname: string }>`SELECT indexname FROM pg_indexes WHERE tablename = 'messages'`
      )
    ),
    Effect.map((rows) => rows.map(({ indexname }) => indexname))
  )

layer(PostgresServer.layer)("PostgreSQL without trigrams", (it) => {
  describeSearch(it, freshPlain)

  it.scoped("has an index for the search only where the extension can be made", () =>
    Effect.gen(function* () {
      const server = yield* PostgresServer
      assert.notInclude(yield* indexes(yield* server.plainDatabase), "messages_text")
      assert.include(yield* indexes(yield* server.database), "messages_text")
    })
  )

  it.scoped("does without it where somebody keeps the extension in a schema of its own", () =>
    Effect.gen(function* () {
      const url = yield* (yield* PostgresServer).database
      yield* inDatabase(url, (sql) =>
        Effect.zipRight(sql`CREATE SCHEMA apart`, sql`CREATE EXTENSION pg_trgm SCHEMA apart`)
      )
      assert.notInclude(yield* indexes(url), "messages_text")
    })
  )

  it.scoped("hides no other failure of the migration, and leaves nothing of it", () =>
    Effect.gen(function* () {
      const url = yield* (yield* PostgresServer).database
      yield* inDatabase(url, (sql) => sql`CREATE TABLE messages_text (mine TEXT)`)
      const exit = yield* Effect.exit(Effect.scoped(Layer.build(PostgresHistory.layer({ url }))))
      assert.isTrue(Exit.isFailure(exit))
      assert.match((yield* Effect.flip(exit)).message, /relation "messages_text" already exists/u)
      const tables = yield* inDatabase(
        url,
        (sql) => sql<{ tablename: string }>`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
      )
      assert.notInclude(
        tables.map(({ tablename }) => tablename),
        "histories"
      )
    })
  )
})
