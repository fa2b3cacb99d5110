import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib"
import * as StaticServer from "../support/StaticServer.ts"

const text = '{"Version":3,"Groups":[]}'.repeat(20)
const small = { br: brotliCompressSync(text), gzip: gzipSync(text) }
const model = "/live2d-models/mao.model3.json"

/** A model with compressed ones beside it, as old as itself. */
const start = Effect.gen(function* () {
  const root = yield* Effect.acquireRelease(
    Effect.sync(() => fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "static-")))),
    (root) => Effect.sync(() => fs.rmSync(root, { recursive: true, force: true }))
  )
  const file = join(root, model)
  const made = new Date(Date.now() - 60_000)
  const write = (path: string, content: string | Buffer, at = made) => {
    fs.mkdirSync(join(path, ".."), { recursive: true })
    fs.writeFileSync(path, content)
    fs.utimesSync(path, at, at)
  }
  write(file, text)
  write(`${file}.br`, small.br)
  write(`${file}.gz`, small.gzip)
  return { root, file, write, made, port: yield* StaticServer.start(root) }
})

const ask = (port: number, encodings: string | undefined, headers = {}, method = "GET", path = model) =>
  StaticServer.ask(port, path, {
    method,
    headers: { ...(encodings === undefined ? {} : { "accept-encoding": encodings }), ...headers }
  })

const encodingOf = ({ headers }: StaticServer.Answer) => headers["content-encoding"]

describe("Representation", () => {
  it.scopedLive("chooses the compressed file by what the client takes, and says that there are others", () =>
    Effect.gen(function* () {
      const { port } = yield* start
      const etags = new Set<string>()
      for (const [encodings, chosen] of [
        ["gzip, deflate, br, zstd", "br"],
        ["br", "br"],
        ["GZIP", "gzip"],
        ["gzip, br;q=0.9", "gzip"],
        ["br;q=0, *", "gzip"],
        ["*", "br"],
        ["gzip;q=0.5, identity", undefined],
        ["identity;q=1, *;q=0", undefined],
        ["deflate, zstd", undefined],
        ["", undefined],
        [undefined, undefined]
      ] as const) {
        const answer = yield* ask(port, encodings)
        const why = String(encodings)
        const content = chosen === undefined ? Buffer.from(text) : small[chosen]
        assert.deepStrictEqual([answer.status, encodingOf(answer)], [200, chosen], why)
        assert.isTrue(answer.bytes.equals(content), why)
        assert.strictEqual(answer.headers["content-length"], String(content.length), why)
        assert.strictEqual(answer.headers["content-type"], "application/json; charset=utf-8", why)
        assert.strictEqual(answer.headers.vary, "Accept-Encoding", why)
        assert.match(answer.headers.etag ?? "", /^"/u, why)
        etags.add(answer.headers.etag!)
      }
      assert.strictEqual(etags.size, 3)
    })
  )

  it.scopedLive("answers HEAD, ranges and conditions about a file that is not compressed", () =>
    Effect.gen(function* () {
      const { port, root, write } = yield* start
      const path = "/cache/answer.wav"
      write(join(root, path), "RIFF")
      const head = yield* StaticServer.ask(port, path, { method: "HEAD" })
      assert.deepStrictEqual([head.status, head.body, head.headers["content-length"]], [200, "", "4"])
      const part = yield* StaticServer.ask(port, path, { headers: { range: "bytes=1-2" } })
      assert.deepStrictEqual(
        [part.status, part.body, part.headers["content-range"]],
        [206, "IF", "bytes 1-2/4"]
      )
      const beyond = yield* StaticServer.ask(port, path, { headers: { range: "bytes=9-" } })
      assert.deepStrictEqual([beyond.status, beyond.headers["content-range"]], [416, "bytes */4"])
      for (const [range, status, body] of [
        ["bytes=-2", 206, "FF"],
        ["bytes=-99", 206, "RIFF"],
        ["bytes=-0", 416, "Range Not Satisfiable\n"],
        ["bytes=3-99", 206, "F"],
        ["bytes=0-0,2-3", 200, "RIFF"],
        ["lines=1-2", 200, "RIFF"]
      ] as const) {
        const answer = yield* StaticServer.ask(port, path, { headers: { range } })
        assert.deepStrictEqual([answer.status, answer.body], [status, body], range)
      }
      const etag = head.headers.etag!
      for (const [validator, status] of [
        [etag, 206],
        [head.headers["last-modified"]!, 206],
        ['"other"', 200],
        ["Thu, 01 Jan 1970 00:00:00 GMT", 200]
      ] as const) {
        const answer = yield* StaticServer.ask(port, path, {
          headers: { range: "bytes=1-2", "if-range": validator }
        })
        assert.strictEqual(answer.status, status, validator)
      }
      const since = { "if-modified-since": head.headers["last-modified"]! }
      assert.strictEqual((yield* StaticServer.ask(port, path, { headers: since })).status, 304)
      const same = yield* StaticServer.ask(port, path, { headers: { "if-none-match": etag } })
      assert.deepStrictEqual([same.status, same.body], [304, ""])
      const changed = yield* StaticServer.ask(port, path, { headers: { "if-match": '"other"' } })
      assert.strictEqual(changed.status, 412)
    })
  )

  it.scopedLive("answers HEAD, ranges and conditions about the compressed bytes", () =>
    Effect.gen(function* () {
      const { port } = yield* start
      const head = yield* ask(port, "br", {}, "HEAD")
      const etag = head.headers.etag!
      assert.deepStrictEqual(
        [head.status, encodingOf(head), head.headers["content-length"], head.bytes.length],
        [200, "br", String(small.br.length), 0]
      )
      const part = yield* ask(port, "br", { range: "bytes=2-5", "if-range": etag })
      assert.deepStrictEqual(
        [part.status, encodingOf(part), part.headers["content-range"], [...part.bytes]],
        [206, "br", `bytes 2-5/${small.br.length}`, [...small.br.subarray(2, 6)]]
      )
      // A client that began with another encoding gets all of this one.
      const other = yield* ask(port, "gzip", { range: "bytes=2-5", "if-range": etag })
      assert.deepStrictEqual([other.status, encodingOf(other)], [200, "gzip"])
      const beyond = yield* ask(port, "br", { range: "bytes=100000-" })
      assert.deepStrictEqual(
        [beyond.status, encodingOf(beyond), beyond.headers["content-range"]],
        [416, undefined, `bytes */${small.br.length}`]
      )
      const same = yield* ask(port, "br", { "if-none-match": etag })
      assert.deepStrictEqual(
        [same.status, same.headers.vary, same.headers.etag, same.bytes.length],
        [304, "Accept-Encoding", etag, 0]
      )
      assert.strictEqual((yield* ask(port, "gzip", { "if-none-match": etag })).status, 200)
    })
  )

  it.scopedLive("leaves compressed files alone that are older, links, folders or of nothing", () =>
    Effect.gen(function* () {
      const { file, made, port, root, write } = yield* start
      write(join(root, "conf.yaml"), "secret")
      fs.rmSync(`${file}.br`)
      fs.symlinkSync(join(root, "conf.yaml"), `${file}.br`)
      assert.strictEqual(encodingOf(yield* ask(port, "br, gzip;q=0.5")), "gzip")
      fs.rmSync(`${file}.br`)
      fs.mkdirSync(`${file}.br`)
      assert.strictEqual(encodingOf(yield* ask(port, "br, gzip;q=0.5")), "gzip")
      fs.rmdirSync(`${file}.br`)
      write(`${file}.gz`, small.gzip, new Date(made.getTime() - 1))
      const answer = yield* ask(port, "br, gzip")
      assert.deepStrictEqual(
        [encodingOf(answer), answer.headers.vary, answer.body],
        [undefined, undefined, text]
      )
      fs.rmSync(file)
      assert.strictEqual((yield* ask(port, "gzip")).status, 404)
    })
  )

  it.scopedLive("has compressed ones of all texts of the page once it is built", () =>
    Effect.gen(function* () {
      const { port } = yield* start
      const folder = join(import.meta.dirname, "../../web")
      const names = fs.readdirSync(folder).filter((name) => /\.(css|html|js|svg)$/u.test(name))
      assert.isAbove(names.length, 20)
      for (const name of names) {
        const content = fs.readFileSync(join(folder, name))
        const br = yield* ask(port, "gzip, deflate, br", {}, "GET", `/${name}`)
        const gzip = yield* ask(port, "gzip", {}, "GET", `/${name}`)
        assert.deepStrictEqual([encodingOf(br), encodingOf(gzip)], ["br", "gzip"], name)
        assert.isTrue(brotliDecompressSync(br.bytes).equals(content), name)
        assert.isTrue(gunzipSync(gzip.bytes).equals(content), name)
      }
    })
  )
})
