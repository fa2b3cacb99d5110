import { HttpServer } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import * as fs from "node:fs"
import * as http from "node:http"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as StaticFiles from "../../src/server/StaticFiles.ts"

const large = "large.moc3"
const files: Readonly<Record<string, string>> = {
  "conf.yaml": "llm_api_key: secret",
  "live2d-models/mao/mao.model3.json": '{"Version":3}',
  "live2d-models/mao/mao.moc3": "MOC3",
  "live2d-models/mao/happy.exp3.json": "{}",
  "live2d-models/mao/idle.motion3.json": "{}",
  "live2d-models/mao/.git/config": "hidden",
  "live2d-models/mao/日本語 #1.png": "png",
  "live2d-models-private/mao.model3.json": "secret",
  "backgrounds/night.jpeg": "jpeg",
  "backgrounds/day.PNG": "png",
  "backgrounds/.hidden.png": "hidden",
  "backgrounds/notes.txt": "notes",
  "avatars/mao.png": "png",
  "avatars/mao.svg": "<svg/>",
  "avatars/notes.html": "<script>alert(1)</script>",
  "cache/answer.wav": "RIFF"
}

const folder = Effect.acquireRelease(
  Effect.sync(() => {
    const root = fs.mkdtempSync(join(tmpdir(), "static-"))
    for (const [name, content] of Object.entries(files)) {
      fs.mkdirSync(join(root, name, ".."), { recursive: true })
      fs.writeFileSync(join(root, name), content)
    }
    fs.writeFileSync(join(root, "live2d-models", large), "")
    fs.truncateSync(join(root, "live2d-models", large), 64 * 1024 * 1024)
    fs.symlinkSync(join(root, "conf.yaml"), join(root, "live2d-models/leak.json"))
    fs.symlinkSync(root, join(root, "live2d-models/up"))
    fs.symlinkSync(join(root, "avatars/notes.html"), join(root, "avatars/notes.png"))
    fs.symlinkSync(join(root, "live2d-models/mao/.git/config"), join(root, "live2d-models/config.json"))
    fs.symlinkSync(join(root, "live2d-models/mao/mao.moc3"), join(root, "live2d-models/alias.moc3"))
    return root
  }),
  (root) => Effect.sync(() => fs.rmSync(root, { recursive: true, force: true }))
)

/** Serves a folder of files and answers its root and the port. */
const start = Effect.gen(function* () {
  const root = yield* folder
  const context = yield* Layer.build(
    HttpServer.serve(StaticFiles.router({ folder: root, language: "auto" })).pipe(
      Layer.provideMerge(NodeHttpServer.layer(http.createServer, { port: 0, host: "127.0.0.1" }))
    )
  )
  const { address } = yield* Effect.provide(HttpServer.HttpServer, context)
  if (address._tag !== "TcpAddress") return yield* Effect.dieMessage("no port")
  return { root, port: address.port }
})

interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Asks for a path exactly as it is written. */
const ask = (port: number, path: string, options: http.RequestOptions = {}) =>
  Effect.async<Answer>((resume) => {
    const request = http.request({ host: "127.0.0.1", port, path, agent: false, ...options }, (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => (body += chunk))
      response.on("end", () =>
        resume(Effect.succeed({ status: response.statusCode!, headers: response.headers, body }))
      )
    })
    request.on("error", (error) => resume(Effect.die(error)))
    request.end()
  })

describe("StaticFiles", () => {
  it.scopedLive("serves models, backgrounds, avatars and cached sound to any origin, with their types", () =>
    Effect.gen(function* () {
      const { port } = yield* start
      const expected: ReadonlyArray<readonly [path: string, type: string, body: string]> = [
        ["/live2d-models/mao/mao.model3.json", "application/json", '{"Version":3}'],
        ["/live2d-models/mao/mao.model3.json?v=1/../2", "application/json", '{"Version":3}'],
        ["/live2d-models/mao/mao.moc3", "application/octet-stream", "MOC3"],
        ["/live2d-models/alias.moc3", "application/octet-stream", "MOC3"],
        ["/live2d-models/mao/happy.exp3.json", "application/json", "{}"],
        ["/live2d-models/mao/idle.motion3.json", "application/json", "{}"],
        ["/live2d-models/mao/%E6%97%A5%E6%9C%AC%E8%AA%9E%20%231.png", "image/png", "png"],
        ["/bg/night.jpeg", "image/jpeg", "jpeg"],
        ["/avatars/mao.png", "image/png", "png"],
        ["/avatars/mao.svg", "image/svg+xml", "<svg/>"],
        ["/cache/answer.wav", "audio/wav", "RIFF"]
      ]
      for (const [path, type, body] of expected) {
        const answer = yield* ask(port, path)
        assert.strictEqual(answer.status, 200, path)
        assert.strictEqual(answer.headers["content-type"]?.split(";")[0], type, path)
        assert.strictEqual(answer.body, body, path)
        assert.strictEqual(answer.headers["access-control-allow-origin"], "*", path)
        assert.strictEqual(answer.headers["x-content-type-options"], "nosniff", path)
        assert.include(answer.headers["content-security-policy"], "sandbox", path)
      }
    })
  )

  const refused: ReadonlyArray<string> = [
    "/live2d-models/../conf.yaml",
    "/live2d-models/../../../../../../etc/passwd",
    "/live2d-models/%2e%2e/conf.yaml",
    "/live2d-models/%2E%2e/conf.yaml",
    "/live2d-models/..%2fconf.yaml",
    "/live2d-models/%2e%2e%2fconf.yaml",
    "/live2d-models/%252e%252e/conf.yaml",
    "/live2d-models/mao%2fmao.moc3",
    "/live2d-models/..\\conf.yaml",
    "/live2d-models/..%5cconf.yaml",
    "/live2d-models/mao%5cmao.moc3",
    "/live2d-models/mao/mao.moc3%00.png",
    "/live2d-models/mao/./mao.moc3",
    "/live2d-models/mao//mao.moc3",
    "//live2d-models/mao/mao.moc3",
    "/live2d-models-private/mao.model3.json",
    "/live2d-models/../live2d-models-private/mao.model3.json",
    "/live2d-models/%zz",
    "/live2d-models/%ff",
    `/live2d-models/${"a".repeat(5000)}`,
    "/live2d-models/leak.json",
    "/live2d-models/up/conf.yaml",
    "/live2d-models/config.json",
    "/live2d-models/mao/.git/config",
    "/live2d-models/mao",
    "/live2d-models/mao/",
    "/live2d-models/",
    "/live2d-models",
    "/bg/.hidden.png",
    "/bg",
    "/avatars/notes.html",
    "/avatars/notes.png",
    "/avatars/",
    "/conf.yaml",
    "/../conf.yaml",
    "/..",
    "/.",
    "/../package.json",
    "/%2e%2e/package.json",
    "/undefined/undefined.model3.json",
    "/nothing/here"
  ]
  it.scopedLive("answers anything else with a plain 404, never with the page or another file", () =>
    Effect.gen(function* () {
      const { port } = yield* start
      for (const path of refused) {
        const answer = yield* ask(port, path)
        assert.strictEqual(answer.status, 404, path)
        assert.notInclude(answer.body, "secret", path)
        assert.notInclude(answer.body, "<", path)
        assert.notInclude(answer.headers["content-type"] ?? "", "html", path)
      }
    })
  )

  it.scopedLive("answers 404 where the folder itself is missing", () =>
    Effect.gen(function* () {
      const { port, root } = yield* start
      fs.rmSync(join(root, "cache"), { recursive: true })
      assert.strictEqual((yield* ask(port, "/cache/answer.wav")).status, 404)
    })
  )

  it.scopedLive("serves the page at / with a strict policy, and its parts", () =>
    Effect.gen(function* () {
      const { port } = yield* start
      const page = yield* ask(port, "/")
      assert.strictEqual(page.status, 200)
      assert.match(page.headers["content-type"] ?? "", /^text\/html; charset=utf-8$/i)
      assert.include(page.body, "<!doctype html>")
      assert.notMatch(page.body, /<script(?![^>]*\ssrc=)[^>]*>/)
      assert.include(
        page.headers["content-security-policy"],
        "default-src 'none'; script-src 'self'; style-src 'self'"
      )
      assert.strictEqual(page.headers["x-content-type-options"], "nosniff")
      assert.isUndefined(page.headers["access-control-allow-origin"])
      const tool = yield* ask(port, "/web-tool?1")
      assert.deepStrictEqual(
        [tool.status, tool.headers["content-security-policy"]],
        [200, page.headers["content-security-policy"]]
      )
      assert.include(tool.body, "tool.js")
      assert.strictEqual((yield* ask(port, "/web-tool/")).status, 404)
      const script = yield* ask(port, "/page.js?1")
      assert.match(script.headers["content-type"] ?? "", /javascript/)
      assert.match((yield* ask(port, "/page.css")).headers["content-type"] ?? "", /^text\/css/)
    })
  )

  it.scopedLive("answers HEAD, ranges and conditional requests", () =>
    Effect.gen(function* () {
      const { port } = yield* start
      const path = "/cache/answer.wav"
      const head = yield* ask(port, path, { method: "HEAD" })
      assert.deepStrictEqual([head.status, head.body, head.headers["content-length"]], [200, "", "4"])
      const part = yield* ask(port, path, { headers: { range: "bytes=1-2" } })
      assert.deepStrictEqual(
        [part.status, part.body, part.headers["content-range"]],
        [206, "IF", "bytes 1-2/4"]
      )
      const beyond = yield* ask(port, path, { headers: { range: "bytes=9-" } })
      assert.deepStrictEqual([beyond.status, beyond.headers["content-range"]], [416, "bytes */4"])
      const etag = head.headers.etag!
      const same = yield* ask(port, path, { headers: { "if-none-match": etag } })
      assert.deepStrictEqual([same.status, same.body], [304, ""])
      const changed = yield* ask(port, path, { headers: { "if-match": '"other"' } })
      assert.strictEqual(changed.status, 412)
    })
  )

  it.scopedLive("refuses other methods", () =>
    Effect.gen(function* () {
      const { port } = yield* start
      for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
        for (const path of ["/bg/night.jpeg", "/"]) {
          const answer = yield* ask(port, path, { method })
          assert.deepStrictEqual(
            [answer.status, answer.headers.allow],
            [405, "GET, HEAD"],
            `${method} ${path}`
          )
        }
      }
    })
  )

  it.scopedLive("closes the file of a client that leaves midway, and goes on serving", () =>
    Effect.gen(function* () {
      const { port, root } = yield* start
      const path = fs.realpathSync(join(root, "live2d-models", large))
      const socket = connect(port, "127.0.0.1")
      yield* Effect.async<void>((resume) => {
        socket.write(`GET /live2d-models/${large} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
        socket.once("data", () => {
          socket.pause()
          resume(Effect.void)
        })
      })
      assert.isAbove(openHandles(path), 0)
      socket.destroy()
      const closed = Effect.sync(() => openHandles(path)).pipe(
        Effect.filterOrFail((count) => count === 0),
        Effect.retry(Schedule.spaced("20 millis")),
        Effect.timeout("10 seconds")
      )
      assert.strictEqual(yield* closed, 0)
      assert.strictEqual((yield* ask(port, "/bg/night.jpeg")).status, 200)
    })
  )
})

/** How often this process holds `path` open. */
const openHandles = (path: string) =>
  fs.readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      return false
    }
  }).length
