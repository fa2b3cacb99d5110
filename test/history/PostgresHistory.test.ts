import { assert, layer } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Logger, Queue, TestServices } from "effect"
import { inspect } from "node:util"
import { SqlClient } from "@effect/sql"
import { Archive } from "../../src/history/Archive.ts"
import type { Conversation } from "../../src/history/Archive.ts"
import { History } from "../../src/history/History.ts"
import type { HistoryMessage } from "../../src/history/History.ts"
import * as PostgresClient from "../../src/history/PostgresClient.ts"
import * as PostgresHistory from "../../src/history/PostgresHistory.ts"
import * as DatabaseCheck from "../../src/command/doctor/DatabaseCheck.ts"
import { fresh, password, PostgresServer } from "../support/PostgresServer.ts"
import { NodeFileSystem } from "@effect/platform-node"
import { describeArchive } from "./describeArchive.ts"
import { describeFacts } from "./describeFacts.ts"
import { describeHistory } from "./describeHistory.ts"
import { describeModel } from "./describeModel.ts"
import { describeSearch } from "./describeSearch.ts"

layer(PostgresServer.layer)("PostgresHistory", (it) => {
  describeHistory(it, fresh)
  describeSearch(it, fresh)
  describeFacts(it, fresh)
  describeModel(it, fresh, 10)
  describeArchive(
    it,
    Layer.unwrapScoped(
      Effect.flatMap(PostgresServer, ({ database }) =>
        Effect.map(database, (url) =>
          // One after the other: together, one waits for the other's start by a clock that stands still here.
          Layer.provideMerge(PostgresHistory.layerArchive({ url }), PostgresHistory.layer({ url }))
        )
      )
    )
  )

  it.scoped("lets servers start together on a database that is new", () =>
    Effect.gen(function* () {
      const url = yield* (yield* PostgresServer).database
      const layer = PostgresHistory.layer({ url })
      yield* Effect.all(
        Array.from({ length: 5 }, () => Effect.scoped(Layer.build(Layer.fresh(layer)))),
        { concurrency: "unbounded" }
      ).pipe(TestServices.provideLive)
    })
  )

  it.scoped("waits for a server that brings the database up to date, and can be ended meanwhile", () =>
    Effect.gen(function* () {
      const url = yield* (yield* PostgresServer).database
      const says = yield* Queue.unbounded<string>()
      const logger = Logger.make<unknown, void>(({ message }) => void says.unsafeOffer(String(message)))
      const start = Layer.build(Layer.fresh(PostgresHistory.layer({ url }))).pipe(
        Effect.scoped,
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        TestServices.provideLive
      )
      const other = yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql.reserve).pipe(
        Effect.provide(yield* Layer.build(PostgresClient.layer(url)))
      )
      const say = (statement: string) => other.execute(statement, [12_393], undefined)
      yield* say("SELECT pg_advisory_lock($1)")

      const ended = yield* Effect.fork(start)
      assert.match(yield* Queue.take(says), /^Another server is bringing the database up to date/u)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(ended)))

      const started = yield* Effect.fork(start)
      yield* Queue.take(says)
      yield* say("SELECT pg_advisory_unlock($1)")
      yield* Fiber.join(started)
      // Said once, however often it looked.
      assert.strictEqual(yield* Queue.size(says), 0)
      // Whoever has started keeps nobody else waiting.
      assert.deepStrictEqual(
        yield* other.execute("SELECT pg_try_advisory_lock($1) AS taken", [12_393], undefined),
        [{ taken: true }]
      )
    })
  )

  it.scoped("looks at a database without making anything in it", () =>
    Effect.gen(function* () {
      const url = yield* (yield* PostgresServer).database
      const hello: HistoryMessage = { role: "human", timestamp: "2025-01-01T10:00:00", content: "Hello" }
      const one: Conversation = { confUid: "a", uid: "one", metadata: undefined, messages: [hello] }
      const look = Effect.flatMap(Archive, (archive) => archive.compare([one])).pipe(
        Effect.provide(PostgresHistory.layerArchiveAsItIs({ url }))
      )
      const tables = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
      ).pipe(Effect.provide(PostgresClient.layer(url)))
      assert.deepStrictEqual(yield* look, ["missing"])
      assert.deepStrictEqual(yield* tables, [])
      yield* Effect.flatMap(Archive, (archive) => archive.restore([one])).pipe(
        Effect.provide(PostgresHistory.layerArchive({ url }))
      )
      assert.deepStrictEqual(yield* look, ["same"])
    })
  )

  it.scoped("finds everything again when reopened, also when two servers use it", () =>
    Effect.gen(function* () {
      const url = yield* (yield* PostgresServer).database
      const uid = yield* Effect.gen(function* () {
        const history = yield* History
        const uid = yield* history.create("a")
        const empty = yield* history.create("a")
        yield* history.append("a", uid, [{ role: "human", content: "Still\0 here" }])
        yield* Effect.gen(function* () {
          // The other's fresh conversations are left alone.
          assert.deepStrictEqual(yield* (yield* History).messages("a", empty), [])
        }).pipe(Effect.provide(PostgresHistory.layer({ url })))
        return uid
      }).pipe(Effect.provide(PostgresHistory.layer({ url })))
      yield* Effect.gen(function* () {
        const messages = yield* (yield* History).messages("a", uid)
        assert.strictEqual(messages[0]?.content, "Still here")
      }).pipe(Effect.provide(PostgresHistory.layer({ url })))
    })
  )

  it.scoped("says that it cannot be reached while the server is away, and goes on when it is back", () =>
    Effect.gen(function* () {
      const server = yield* PostgresServer
      const url = yield* server.database
      yield* Effect.gen(function* () {
        const history = yield* History
        const uid = yield* history.create("a")
        yield* server.stop
        const failures = [
          yield* Effect.flip(history.list("a")),
          yield* Effect.flip(history.append("a", uid, [{ role: "human", content: "Lost" }])),
          yield* Effect.flip(history.interrupt("a", uid, { id: undefined, heard: undefined }))
        ]
        for (const { message } of failures) assert.match(message, /database cannot be reached at the moment/u)
        assert.strictEqual((yield* DatabaseCheck.check({ url })).state, "broken")
        yield* server.start
        yield* history.append("a", uid, [{ role: "human", content: "Back" }])
        const messages = yield* history.messages("a", uid)
        assert.deepStrictEqual(
          messages.map(({ content }) => content),
          ["Back"]
        )
        assert.match((yield* DatabaseCheck.check({ url })).detail, /test_\d+ answers, PostgreSQL \d/u)
      }).pipe(Effect.provide(PostgresHistory.layer({ url })))
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("fails typed, and without the password, where the address is wrong", () =>
    Effect.gen(function* () {
      const url = yield* (yield* PostgresServer).database
      const secret = "hunter2"
      const wrong = [
        url.replace(encodeURIComponent(password), secret),
        url.replace(/test_\d+/u, "nowhere"),
        `postgres://tester:${secret}@127.0.0.1:1/test`,
        `postgres://tester:${secret}@nowhere.invalid/test`,
        `postgres://tester:${secret}%@127.0.0.1/test`,
        `postgres://tester:${secret}@127.0.0.1:port/test`
      ]
      for (const bad of wrong) {
        const exit = yield* Effect.exit(Layer.build(PostgresHistory.layer({ url: bad })))
        assert.isTrue(Exit.isFailure(exit))
        const failure = yield* Effect.flip(exit)
        assert.strictEqual(failure._tag, "PostgresUnavailable")
        assert.match(
          failure.message,
          /^The conversations' database postgres:\/\/.* cannot be used \(.+\)\. Correct/u
        )
        const { detail } = yield* DatabaseCheck.check({ url: bad })
        const all = [detail, inspect(failure, { depth: 9 }), Cause.pretty(Cause.fail(failure))].join("\n")
        assert.notInclude(all, secret)
        assert.notInclude(all, password)
      }
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
