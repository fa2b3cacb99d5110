import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { setImmediate } from "node:timers/promises"
import { dirname, join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as Import from "../../src/moving/Import.ts"
import type { Report } from "../../src/moving/Report.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as SqliteFile from "../support/SqliteFile.ts"

/** A folder with the folders that are moved from and to, so that what is written beside them is seen. */
const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "moving "))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const write = (folder: string, name: string, text: string) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

const files = (folder: string) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    // The driver may keep these until the process ends.
    .filter((name) => !/-(?:shm|wal)$/u.test(name))
    .toSorted()

const run = (folder: string, options: Partial<Import.Options> = {}) =>
  Import.run({
    from: join(folder, "from"),
    config: join(folder, "to", "conf.yaml"),
    overwrite: false,
    dryRun: false,
    show: () => Effect.void,
    ...options
  })

const remarks = (report: Report) => report.remarks.map(({ file, text }) => `${file}: ${text}`)

const message = { role: "human", timestamp: "2025-01-01T10:00:02", content: "Hi" }
const talk = "chat_history/base_001/one.json"

describe("Import", () => {
  for (const { key, usual, value } of [
    { key: "config_alts_dir", value: "'../elsewhere' # mine", usual: "characters" },
    { key: "config_alts_dir", value: ">-\n    ../elsewhere\n", usual: "characters" },
    { key: "database", value: "&place ../elsewhere/history.db", usual: "data/history.db" },
    { key: "database", value: '"postgres://somebody@127.0.0.1:1/none"', usual: "data/history.db" }
  ])
    it.scopedLive(`stays in the folder however often it runs, with ${key}: ${JSON.stringify(value)}`, () =>
      Effect.gen(function* () {
        const folder = yield* temporary
        const text = `system_config:\n  ${key}: ${value}\n${ConfigFolder.minimal}`
        write(folder, "from/conf.yaml", text)
        write(folder, "from/characters/hana.yaml", "character_config:\n  conf_name: Hana\n")
        write(folder, `from/${talk}`, JSON.stringify([message]))
        const first = yield* run(folder)
        assert.strictEqual(first.count("configuration", "added"), 1)
        assert.include(
          remarks(first),
          `conf.yaml: system_config.${key} leads out of the folder: ${usual} takes its place, in the copy too`
        )
        const copy = readFileSync(join(folder, "to", "conf.yaml"), "utf8")
        assert.match(copy, new RegExp(`^ {2}${key}: (?:&place )?${usual}(?: # mine)?$`, "mu"))
        const after = files(folder)
        assert.deepStrictEqual(
          after.filter((name) => !name.startsWith("from/")),
          ["to/characters/hana.yaml", "to/conf.yaml", "to/data/history.db"]
        )

        for (const overwrite of [false, true]) {
          const again = yield* run(folder, { overwrite })
          for (const kind of ["configuration", "characters", "conversations"] as const)
            assert.strictEqual(again.count(kind, "same"), 1)
          assert.deepStrictEqual(files(folder), after)
          assert.strictEqual(readFileSync(join(folder, "to", "conf.yaml"), "utf8"), copy)
        }
        assert.strictEqual(readFileSync(join(folder, "from", "conf.yaml"), "utf8"), text)
      }).pipe(Effect.provide(NodeContext.layer))
    )

  it.scopedLive("reports files that are nested too deep, and goes on", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`
      const deep = nested(20_000)
      write(folder, "from/conf.yaml", `${ConfigFolder.minimal}\nx: ${nested(6000)}\n`)
      write(folder, "from/characters/hana.yaml", `character_config:\n  conf_name: ${nested(6000)}\n`)
      write(folder, `from/${talk}`, JSON.stringify([message]))
      write(
        folder,
        "from/chat_history/base_001/deep.json",
        `[{"role": "metadata", "x": ${deep}}, ${JSON.stringify(message)}]`
      )
      for (const outcome of ["added", "same"] as const) {
        const report = yield* run(folder)
        assert.strictEqual(report.count("conversations", outcome), 1)
        for (const kind of ["configuration", "characters", "conversations"] as const)
          assert.strictEqual(report.count(kind, "broken"), 1)
      }
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("adds what was said after the first import", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      write(folder, `from/${talk}`, JSON.stringify([message]))
      yield* run(folder)
      write(folder, `from/${talk}`, JSON.stringify([message, message, message]))
      for (const dryRun of [true, false]) {
        const report = yield* run(folder, { dryRun })
        assert.strictEqual(report.count("conversations", "added"), 1)
        assert.deepStrictEqual(remarks(report), [`${talk}: went on there; messages that are added: 2`])
      }
      const again = yield* run(folder)
      assert.strictEqual(again.count("conversations", "same"), 1)
      assert.deepStrictEqual(remarks(again), [])
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("waits only after a transaction that has added something", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      write(folder, `from/${talk}`, JSON.stringify([message]))
      const first = yield* Effect.fork(run(folder))
      // Nothing but the wait is in its way: it sleeps on the test's clock.
      while ((yield* TestClock.sleeps()).length === 0) yield* Effect.promise(() => setImmediate())
      yield* TestClock.adjust("50 millis")
      assert.strictEqual((yield* Fiber.join(first)).count("conversations", "added"), 1)
      // It would never end if it slept.
      assert.strictEqual((yield* run(folder)).count("conversations", "same"), 1)
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("changes no byte of a database in a dry run", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      write(folder, `from/${talk}`, JSON.stringify([message]))
      yield* run(folder)
      const database = join(folder, "again", "data", "history.db")
      mkdirSync(dirname(database), { recursive: true })
      yield* SqliteFile.withoutLog(join(folder, "to", "data", "history.db"), database)
      const before = readFileSync(database)
      write(folder, `from/chat_history/base_001/two.json`, JSON.stringify([message]))
      const report = yield* run(folder, { dryRun: true, config: join(folder, "again", "conf.yaml") })
      assert.deepStrictEqual(
        [report.count("conversations", "same"), report.count("conversations", "added")],
        [1, 1]
      )
      assert.isTrue(before.equals(readFileSync(database)))
      assert.deepStrictEqual(readdirSync(dirname(database)), ["history.db"])
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("leaves a configuration out that leads out by an alias", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      write(
        folder,
        "from/conf.yaml",
        `extra: &extra { database: ../elsewhere/history.db }\nsystem_config:\n  <<: *extra\n`
      )
      write(folder, `from/${talk}`, JSON.stringify([message]))
      for (const outcome of ["added", "same"] as const) {
        const report = yield* run(folder)
        assert.strictEqual(report.count("configuration", "broken"), 1)
        assert.strictEqual(report.count("conversations", outcome), 1)
        assert.deepStrictEqual(
          files(folder).filter((name) => !name.startsWith("from/")),
          ["to/data/history.db"]
        )
      }
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
