import { SqlClient } from "@effect/sql"
import { Effect } from "effect"
import * as SqliteClient from "../../src/history/SqliteClient.ts"

/** Copies a database, made if it is not there, into one that keeps no log beside it, as other programs leave it. */
export const withoutLog = (from: string, to: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql`VACUUM INTO ${to}`).pipe(
    Effect.provide(SqliteClient.layer(from))
  )
