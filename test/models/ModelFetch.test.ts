import { FileSystem } from "@effect/platform"
import { assert } from "@effect/vitest"
import { Chunk, Effect, Fiber, Stream } from "effect"
import * as FileServer from "../support/FileServer.ts"
import { body, entry, file, folder, open, test, url } from "../support/Models.ts"
import { english } from "../../src/language/Text.ts"
import * as InEnglish from "../support/InEnglish.ts"

test(
  "fetches nothing that the disk has no room for, and says how much it takes",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": {} })
    const home = yield* folder
    let free = 999_999
    const store = yield* open({
      folder: home,
      catalogue: [entry("a", url(server.url("/m")))],
      freeSpace: () => Effect.succeed(free)
    })
    const error = yield* Effect.flip(store.obtain("llm", "a"))
    assert.include(error.message, "the disk is full: 1.0 MB are needed, and 1000 kB are free")
    assert.include(english(error.advice), "system_config.models_dir")
    assert.strictEqual(server.seen.length, 0)
    assert.deepStrictEqual(yield* fs.readDirectory(home), [])
    free = 1_000_000
    yield* store.obtain("llm", "a")
  })
)

test(
  "counts what came before as written already",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": {} })
    const home = yield* folder
    yield* fs.makeDirectory(`${home}/a`)
    yield* fs.writeFile(`${home}/a/m.gguf.part`, body.subarray(0, 900_000))
    const store = yield* open({
      folder: home,
      catalogue: [entry("a", url(server.url("/m")))],
      freeSpace: () => Effect.succeed(100_000)
    })
    yield* store.obtain("llm", "a")
    assert.strictEqual(server.seen[0]?.range, "bytes=900000-")
  })
)

test(
  "says that the disk has become full, asks no other source, and works once there is room",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": {}, "/n": {} })
    const home = yield* folder
    yield* fs.makeDirectory(`${home}/a`)
    // Every write to this device fails with ENOSPC.
    yield* fs.symlink("/dev/full", `${home}/a/m.gguf.part`)
    const catalogue = [entry("a", [url(server.url("/m")), url(server.url("/n"))])]
    const store = yield* open({ folder: home, catalogue })
    const error = yield* Effect.flip(store.obtain("llm", "a"))
    assert.deepStrictEqual(
      error.tried.map(({ reason }) => english(reason)),
      ["the disk is full: 1.0 MB more are needed"]
    )
    yield* fs.remove(`${home}/a/m.gguf.part`)
    const model = yield* store.obtain("llm", "a")
    assert.deepStrictEqual(Buffer.from(yield* fs.readFile(model.path)), body)
    assert.deepStrictEqual(new Set(server.seen.map(({ path }) => path)), new Set(["/m"]))
  })
)

test(
  "says that the models folder cannot be written",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": {} })
    const home = yield* folder
    yield* fs.writeFileString(`${home}/file`, "in the way")
    const store = yield* open({ folder: `${home}/file`, catalogue: [entry("a", url(server.url("/m")))] })
    const error = yield* Effect.flip(store.obtain("llm", "a"))
    assert.match(error.message, /a: the models folder cannot be made: .* is a file.* \(E[A-Z]+\)/)
    assert.include(error.message, "Set system_config.models_dir to a folder")
    assert.notInclude(error.message, home)
    assert.strictEqual(server.seen.length, 0)
  })
)

test(
  "says that the models folder cannot be made where a file system takes none",
  Effect.gen(function* () {
    const store = yield* open({
      folder: "/proc/nope/models",
      catalogue: [entry("a", url("http://127.0.0.1:9/m"))]
    })
    const error = yield* Effect.flip(store.pull("a"))
    assert.deepStrictEqual(InEnglish.of(error.tried), [
      {
        source: "a",
        reason: "the models folder cannot be made: its place takes no folders (ENOENT)",
        advice: english(error.advice)
      }
    ])
    assert.include(english(error.advice), "system_config.models_dir")
  })
)

test(
  "fetches only what is missing, and tells how far the whole entry is",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/1": {}, "/2": { cutAfter: 500_000 }, "/3": {} })
    const home = yield* folder
    yield* fs.makeDirectory(`${home}/a`)
    yield* fs.writeFile(`${home}/a/one`, body)
    const files = ["one", "two", "three"].map((name, i) => file(name, url(server.url(`/${i + 1}`))))
    const store = yield* open({ folder: home, catalogue: [entry("a", [], { files })] })
    const progress = yield* Effect.fork(
      Stream.runCollect(
        Stream.takeUntil(store.progress, (p) => p.phase === "downloading" && p.received === p.total)
      )
    )
    yield* Effect.yieldNow()
    const model = yield* store.obtain("llm", "a")
    assert.deepStrictEqual(Object.keys(model.files), ["one", "two", "three"])
    assert.deepStrictEqual(new Set(server.seen.map(({ path }) => path)), new Set(["/2", "/3"]))
    const downloads = Chunk.toReadonlyArray(yield* Fiber.join(progress)).filter(
      ({ phase }) => phase === "downloading"
    )
    assert.deepStrictEqual(new Set(downloads.map(({ total }) => total)), new Set([2_000_000]))
    const received = downloads.map(({ received }) => received)
    assert.deepStrictEqual(
      received,
      received.toSorted((a, b) => a - b)
    )
  })
)
