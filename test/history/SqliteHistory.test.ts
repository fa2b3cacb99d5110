import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Either, Exit, Layer } from "effect"
import Database from "libsql"
import { spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { History } from "../../src/history/History.ts"
import type { HistoryMessage, NewMessage } from "../../src/history/History.ts"
import { fresh, open, temporaryFolder } from "../support/HistoryDatabase.ts"
import { describeHistory } from "./describeHistory.ts"
import { describeModel } from "./describeModel.ts"
import { describeSearch } from "./describeSearch.ts"

const human = (content: string): NewMessage => ({ role: "human", content })
const ai = (content: string): NewMessage => ({ role: "ai", content, name: "Shizuku", avatar: "shizuku.png" })
const contents = (messages: ReadonlyArray<HistoryMessage>) => messages.map(({ content }) => content)

layer(Layer.empty)("SqliteHistory", (it) => {
  describeHistory(it, fresh)
  describeSearch(it, fresh)
  describeModel(it, fresh, 40)
})

describe("SqliteHistory's file", () => {
  it.scoped("finds everything again when reopened, and drops empty histories", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "history.db")
      const [used, empty] = yield* Effect.gen(function* () {
        const history = yield* History
        const uids = [yield* history.create("shizuku"), yield* history.create("shizuku")] as const
        yield* history.append("shizuku", uids[0], [human("persistent"), ai("yes")])
        return uids
      }).pipe(Effect.provide(open(file)))
      yield* Effect.gen(function* () {
        const history = yield* History
        assert.deepStrictEqual(contents(yield* history.messages("shizuku", used)), ["persistent", "yes"])
        assert.strictEqual((yield* Effect.flip(history.messages("shizuku", empty)))._tag, "HistoryNotFound")
      }).pipe(Effect.provide(open(file)))
    })
  )

  it.scoped("fails typed if the file is no database or the folder cannot be made", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const file = join(folder, "notes.txt")
      writeFileSync(file, "These are notes, not a database. ".repeat(100))
      for (const bad of [file, folder, join(file, "history.db"), "/proc/nope/history.db"]) {
        const exit = yield* Effect.exit(Layer.build(open(bad)))
        assert.isTrue(Exit.isFailure(exit))
        const failure = yield* Effect.flip(exit)
        assert.strictEqual(failure._tag, "DatabaseUnavailable")
      }
    })
  )

  it.scoped("stores what comes at the same time in the order in which it came, wherever it belongs", () =>
    Effect.gen(function* () {
      const history = yield* History
      const uids = yield* Effect.replicateEffect(history.create("shizuku"), 5)
      const stored = yield* Effect.forEach(
        uids.flatMap((uid) => [uid, uid, "nowhere"]),
        (uid, index) => Effect.exit(history.append("shizuku", uid, [human(String(index))])),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        stored.map((exit) => (Exit.isSuccess(exit) ? exit.value.length : "not found")),
        uids.flatMap(() => [1, 1, "not found"])
      )
      for (const [index, uid] of uids.entries())
        assert.deepStrictEqual(contents(yield* history.messages("shizuku", uid)), [
          String(3 * index),
          String(3 * index + 1)
        ])
    }).pipe(Effect.provide(fresh))
  )

  it.scoped("commits once for all that comes at the same time", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "history.db")
      yield* Effect.gen(function* () {
        const history = yield* History
        const uid = yield* history.create("shizuku")
        const before = commitsIn(`${file}-wal`)
        yield* Effect.forEach(
          Array.from({ length: 15 }, (_, index) => human(String(index))),
          (message) => history.append("shizuku", uid, [message]),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(commitsIn(`${file}-wal`) - before, 1)
        yield* history.append("shizuku", uid, [human("alone")])
        assert.strictEqual(commitsIn(`${file}-wal`) - before, 2)
      }).pipe(Effect.provide(open(file)))
    })
  )

  it.scoped("stores what it can of what comes at the same time", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "history.db")
      yield* Effect.gen(function* () {
        const history = yield* History
        const uid = yield* history.create("shizuku")
        // The disk is full for one of them.
        const outside = new Database(file)
        outside.exec(`CREATE TRIGGER too_much BEFORE INSERT ON messages WHEN new.content = 'too much'
          BEGIN SELECT RAISE(ROLLBACK, 'full'); END`)
        outside.close()
        const stored = yield* Effect.forEach(
          ["one", "too much", "two"],
          (content) => Effect.either(history.append("shizuku", uid, [human(content)])),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(
          stored.map((one) => (Either.isRight(one) ? "stored" : one.left._tag)),
          ["stored", "HistoryFailed", "stored"]
        )
        assert.deepStrictEqual(contents(yield* history.messages("shizuku", uid)), ["one", "two"])
      }).pipe(Effect.provide(open(file)))
    })
  )

  it.scopedLive("keeps what was reported when the process is killed right after", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "history.db")
      const uid = yield* appendInKilledProcess(file)
      yield* Effect.gen(function* () {
        const history = yield* History
        assert.deepStrictEqual(contents(yield* history.messages("shizuku", uid)), [
          "Will you remember this?",
          "Always."
        ])
      }).pipe(Effect.provide(open(file)))
    })
  )
})

/** Counts the frames of SQLite's log that end a transaction ("WAL file format" in its documentation, 4.1). */
const commitsIn = (log: string) => {
  const bytes = readFileSync(log)
  const frame = 24 + bytes.readUInt32BE(8)
  let commits = 0
  for (let at = 32; at + frame <= bytes.length; at += frame) if (bytes.readUInt32BE(at + 4) > 0) commits++
  return commits
}

/** Answers the uid that the process printed before it was killed. */
const appendInKilledProcess = (file: string) =>
  Effect.async<string>((resume) => {
    const child = spawn(process.execPath, ["--import", "tsx", "test/support/AppendThenStay.ts", file], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    let printed = ""
    child.stdout.on("data", (data: Buffer) => {
      printed += data.toString()
      if (printed.endsWith("\n")) child.kill("SIGKILL")
    })
    child.on("close", () => resume(Effect.succeed(printed.trim())))
    return Effect.sync(() => child.kill("SIGKILL"))
  })
