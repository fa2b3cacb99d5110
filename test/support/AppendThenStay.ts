/**
 * A process that appends messages to the history in the file given as its argument, says so on standard output
 * the moment that the write is reported, and then stays: the test that started it kills it.
 */
import { NodeFileSystem, NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { writeSync } from "node:fs"
import { History } from "../../src/history/History.ts"
import * as SqliteHistory from "../../src/history/SqliteHistory.ts"

const program = Effect.gen(function* () {
  const history = yield* History
  const uid = yield* history.create("shizuku")
  // One after the other, as a turn does it.
  yield* history.append("shizuku", uid, [{ role: "human", content: "Will you remember this?" }])
  yield* history.append("shizuku", uid, [{ role: "ai", content: "Always." }])
  writeSync(1, `${uid}\n`)
  return yield* Effect.never
})

program.pipe(
  Effect.provide(SqliteHistory.layer({ file: process.argv[2]! }).pipe(Layer.provide(NodeFileSystem.layer))),
  NodeRuntime.runMain
)
