import { FileSystem } from "@effect/platform"
import { assert } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as PartFile from "../../src/models/PartFile.ts"
import * as FileServer from "../support/FileServer.ts"
import { body, folder, test } from "../support/Models.ts"

test(
  "stops a source that gives more than the file has, and keeps nothing of it",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const home = yield* folder
    const target: PartFile.Target = {
      path: `${home}/m`,
      part: `${home}/m.part`,
      size: body.length,
      sha256: FileServer.sha256(body),
      report: () => Effect.void
    }
    const endless = Stream.concat(Stream.make(body), Stream.forever(Stream.make(new Uint8Array(1))))
    const error = yield* Effect.flip(PartFile.complete(target, PartFile.nothing(), "downloading", endless))
    assert.strictEqual(error.kind, "refused")
    assert.deepStrictEqual(yield* fs.readDirectory(home), [])
  })
)
