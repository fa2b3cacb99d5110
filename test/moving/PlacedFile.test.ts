import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Error as PlatformError, FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as PlacedFile from "../../src/moving/PlacedFile.ts"
import { temporaryFolder } from "../support/HistoryDatabase.ts"

const noLinks = new PlatformError.SystemError({
  reason: "PermissionDenied",
  module: "FileSystem",
  method: "link"
})

/** A file system that says after each change whether `path` is there, and may know no links. */
const watching = (path: string, seen: Array<boolean>, links: boolean) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (fs): FileSystem.FileSystem => {
      const seenAfter = <A, E>(change: Effect.Effect<A, E>) =>
        Effect.tap(change, () => Effect.sync(() => seen.push(existsSync(path))))
      return {
        ...fs,
        copyFile: (from, to) => seenAfter(fs.copyFile(from, to)),
        link: (from, to) => (links ? seenAfter(fs.link(from, to)) : Effect.fail(noLinks)),
        rename: (from, to) => seenAfter(fs.rename(from, to)),
        remove: (path, options) => seenAfter(fs.remove(path, options))
      }
    })
  ).pipe(Layer.provide(NodeFileSystem.layer))

describe("PlacedFile", () => {
  for (const links of [true, false])
    it.scopedLive(`replaces a file at no moment without one, ${links ? "with" : "without"} links`, () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const path = join(folder, "conf.yaml")
        writeFileSync(path, "first")
        const seen: Array<boolean> = []
        for (const text of ["second", "third"]) {
          const outcome = yield* PlacedFile.write(text, {
            path,
            overwrite: true,
            backup: true,
            dryRun: false
          }).pipe(Effect.provide(watching(path, seen, links)))
          assert.strictEqual(outcome, "replaced")
        }
        assert.isNotEmpty(seen)
        assert.notInclude(seen, false)
        const texts = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")])
        assert.deepStrictEqual(texts, [
          ["conf.yaml", "third"],
          ["conf.yaml.bak", "first"],
          ["conf.yaml.bak2", "second"]
        ])
      })
    )
})
