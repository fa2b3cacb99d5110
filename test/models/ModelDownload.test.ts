import { FileSystem } from "@effect/platform"
import { assert } from "@effect/vitest"
import { Chunk, Effect, Fiber, Option, Schedule, Stream } from "effect"
import * as FileServer from "../support/FileServer.ts"
import { body, entry, file, folder, open, test, untilEquals, url } from "../support/Models.ts"
import { english } from "../../src/language/Text.ts"

test(
  "fetches a model through a redirect, tells its progress, and finds it the next time without the network",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": { redirectTo: "/there" }, "/there": {} })
    const store = yield* open({ folder: yield* folder, catalogue: [entry("a", url(server.url("/m")))] })
    assert.isTrue(Option.isNone(yield* store.locate("llm", "a")))
    const progress = yield* Effect.fork(
      Stream.runCollect(Stream.takeUntil(store.progress, (p) => p.received === p.total))
    )
    yield* Effect.yieldNow()
    const model = yield* store.obtain("llm", "a")
    assert.deepStrictEqual(Buffer.from(yield* fs.readFile(model.path)), body)
    const last = Option.getOrThrow(Chunk.last(yield* Fiber.join(progress)))
    assert.deepStrictEqual(last, {
      model: "a",
      phase: "downloading",
      received: body.length,
      total: body.length
    })

    assert.deepStrictEqual(yield* store.obtain("llm", "auto"), model)
    assert.deepStrictEqual(yield* store.locate("llm", "a"), Option.some(model))
    assert.strictEqual(server.seen.length, 2)
    assert.deepStrictEqual(yield* fs.readDirectory(model.path.slice(0, -"/m.gguf".length)), ["m.gguf"])
  })
)

test(
  "goes on where a cut connection stopped, and fetches no byte twice that it has",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": { cutAfter: 600_000 } })
    const store = yield* open({ folder: yield* folder, catalogue: [entry("a", url(server.url("/m")))] })
    const model = yield* store.obtain("llm", "a")
    assert.deepStrictEqual(Buffer.from(yield* fs.readFile(model.path)), body)
    const [first, second] = server.seen
    assert.strictEqual(server.seen.length, 2)
    const from = Number(/^bytes=(\d+)-$/.exec(second?.range ?? "")?.[1])
    assert.isAbove(from, 0)
    assert.isAtMost(from, first?.sent ?? 0)
    assert.strictEqual(second?.sent, body.length - from)
  })
)

test(
  "pull checks what is here, and fetches again what has been damaged since",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": {} })
    const store = yield* open({ folder: yield* folder, catalogue: [entry("a", url(server.url("/m")))] })
    const { path } = yield* store.pull("a")
    yield* store.pull("a")
    assert.strictEqual(server.seen.length, 1)
    // Of the same size: nothing else tells it.
    yield* fs.writeFile(path, Buffer.from(body).fill(7, 1000, 2000))
    yield* store.obtain("llm", "a")
    assert.strictEqual(server.seen.length, 1)
    yield* store.pull("a")
    assert.strictEqual(server.seen.length, 2)
    assert.deepStrictEqual(Buffer.from(yield* fs.readFile(path)), body)
  })
)

test(
  "starts over when the server does not know ranges",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": { cutAfter: 300_000, ignoreRange: true } })
    const store = yield* open({ folder: yield* folder, catalogue: [entry("a", url(server.url("/m")))] })
    const model = yield* store.obtain("llm", "a")
    assert.deepStrictEqual(Buffer.from(yield* fs.readFile(model.path)), body)
    assert.strictEqual(server.seen[1]?.sent, body.length)
  })
)

test(
  "deletes what has the wrong checksum and says so without a path",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": {} })
    const home = yield* folder
    const store = yield* open({
      folder: home,
      catalogue: [
        entry("a", [], { files: [{ ...file("m.gguf", url(server.url("/m"))), sha256: "0".repeat(64) }] })
      ]
    })
    const error = yield* Effect.flip(store.obtain("llm", "a"))
    assert.include(error.message, "checksum")
    assert.include(error.message, "llama_cpp_llm.model_path")
    assert.notInclude(error.message, home)
    assert.deepStrictEqual(yield* fs.readDirectory(home), [])
  })
)

test(
  "tries the next source, then the next model, and names all that failed",
  Effect.gen(function* () {
    const server = yield* FileServer.serve(body, {
      "/m": {},
      "/gone": { status: 404 },
      "/broken": { status: 500 }
    })
    const nobody = url("http://127.0.0.1:9/m")
    const missing = url(server.url("/gone"))
    const catalogue = [entry("a", [nobody, missing]), entry("b", [missing, url(server.url("/m"))])]
    const store = yield* open({ folder: yield* folder, catalogue })
    const error = yield* Effect.flip(store.obtain("llm", "a"))
    assert.deepStrictEqual(
      error.tried.map(({ reason }) => english(reason)),
      ["it cannot be reached (ECONNREFUSED)", "it answered with status 404"]
    )
    assert.strictEqual((yield* store.obtain("llm", "auto")).id, "b")
  })
)

test(
  "gives up a source that stalls, and keeps what came",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": { stallAfter: 0 }, "/n": { stallAfter: 400_000 } })
    const home = yield* folder
    const store = yield* open({
      folder: home,
      catalogue: [entry("a", url(server.url("/m"))), entry("b", url(server.url("/n")))],
      patience: { connect: "5 seconds", stall: "300 millis", idle: "1 minute" }
    })
    const error = yield* Effect.flip(store.obtain("llm", "a"))
    assert.include(error.message, "nothing came for 300ms")
    // 400 kB at a time: two attempts stall, the third brings the rest.
    const model = yield* store.obtain("llm", "b")
    assert.deepStrictEqual(Buffer.from(yield* fs.readFile(model.path)), body)
    assert.strictEqual(server.seen.filter(({ path }) => path === "/n").length, 3)
  })
)

test(
  "goes on to the next source when one refuses and its words never come",
  Effect.gen(function* () {
    const server = yield* FileServer.serve(body, { "/m": { status: 404, stallAfter: 0 }, "/n": {} })
    const store = yield* open({
      folder: yield* folder,
      catalogue: [entry("a", [url(server.url("/m")), url(server.url("/n"))])],
      patience: { connect: "5 seconds", stall: "300 millis", idle: "1 minute" }
    })
    assert.strictEqual((yield* store.obtain("llm", "a")).id, "a")
  })
)

test(
  "shares one download among all who want the model; it goes on while one of them is left",
  Effect.gen(function* () {
    const server = yield* FileServer.serve(body, { "/m": { cutAfter: 500_000 } })
    const store = yield* open({ folder: yield* folder, catalogue: [entry("a", url(server.url("/m")))] })
    const waiters = yield* Effect.forEach([1, 2, 3], () => Effect.fork(store.obtain("llm", "a")))
    yield* untilEquals(true, () => server.seen.length > 0)
    yield* Fiber.interrupt(waiters[0]!)
    const models = yield* Effect.forEach(waiters.slice(1), Fiber.join)
    assert.deepStrictEqual(models[0], models[1])
    // One request, and one more for what the cut left.
    assert.strictEqual(server.seen.length, 2)
  })
)

test(
  "stops when the only one who waits leaves, keeps the part, and goes on from it later",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const server = yield* FileServer.serve(body, { "/m": { stallAfter: 700_000 } })
    const home = yield* folder
    const store = yield* open({ folder: home, catalogue: [entry("a", url(server.url("/m")))] })
    const partSize = fs.stat(`${home}/a/m.gguf.part`).pipe(
      Effect.map(({ size }) => Number(size)),
      Effect.orElseSucceed(() => 0)
    )
    const waiter = yield* Effect.fork(store.obtain("llm", "a"))
    yield* partSize.pipe(
      Effect.repeat({ until: (size) => size === 700_000, schedule: Schedule.spaced("20 millis") })
    )
    yield* Fiber.interrupt(waiter)
    yield* untilEquals(true, () => server.seen[0]?.left === true)
    assert.deepStrictEqual(yield* fs.readDirectory(home, { recursive: true }), ["a", "a/m.gguf.part"])

    yield* store.obtain("llm", "a")
    assert.strictEqual(server.seen[1]?.range, "bytes=700000-")
    assert.strictEqual(server.seen[1]?.sent, 300_000)
  })
)

test(
  "two stores on one folder, as of two processes, fetch a model once",
  Effect.gen(function* () {
    const server = yield* FileServer.serve(body, { "/m": {} })
    const options = { folder: yield* folder, catalogue: [entry("a", url(server.url("/m")))] }
    const stores = yield* Effect.all([open(options), open(options)])
    yield* Effect.forEach(stores, (store) => store.obtain("llm", "a"), { concurrency: "unbounded" })
    assert.strictEqual(server.seen.length, 1)
  })
)

test(
  "takes over the lock of a process that is gone",
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const os = yield* Effect.promise(() => import("node:os"))
    const server = yield* FileServer.serve(body, { "/m": {} })
    const home = yield* folder
    // No process has this id: it is above the largest that Linux gives.
    yield* fs.writeFileString(
      `${home}/a.lock`,
      JSON.stringify({ token: "x", host: os.hostname(), pid: 2 ** 22 + 1 })
    )
    const store = yield* open({ folder: home, catalogue: [entry("a", url(server.url("/m")))] })
    yield* store.obtain("llm", "a")
    assert.deepStrictEqual(yield* fs.readDirectory(home), ["a"])
  })
)
