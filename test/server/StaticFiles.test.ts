import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as StaticServer from "../support/StaticServer.ts"

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
  "avatars/mao.svg.br": "br",
  "avatars/mao.png.html": "<script>alert(1)</script>",
  "avatars/mao.webp": "webp",
  "avatars/mao.AVIF": "avif",
  "live2d-models/core.wasm": "wasm",
  "live2d-models/core.mjs": "mjs",
  "live2d-models/mao/mao.vrm": "glTF",
  "cache/answer.wav": "RIFF",
  "cache/answer.mp3": "ID3",
  "cache/answer.ogg": "OggS"
}

/** Names that mean something else on Windows, each of them a file here. */
const misleading: ReadonlyArray<string> = [
  "con",
  "NUL.png",
  "aux .png",
  "COM1.json",
  "night.jpeg:$DATA",
  "night.jpeg::$INDEX_ALLOCATION",
  "conf.yaml:x.png",
  "C:",
  "night.jpeg.",
  "night.jpeg ",
  "SECRET~1.PNG",
  "PRIVAT~2"
]

const folder = Effect.acquireRelease(
  Effect.sync(() => {
    const root = fs.mkdtempSync(join(tmpdir(), "static-"))
    for (const [name, content] of Object.entries(files)) {
      fs.mkdirSync(join(root, name, ".."), { recursive: true })
      fs.writeFileSync(join(root, name), content)
    }
    fs.writeFileSync(join(root, "live2d-models", large), "")
    fs.truncateSync(join(root, "live2d-models", large), 64 * 1024 * 1024)
    for (const name of misleading) fs.writeFileSync(join(root, "backgrounds", name), "secret")
    execFileSync("mkfifo", [join(root, "live2d-models/pipe.json")])
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
  return { root, port: yield* StaticServer.start(root) }
})

const { ask } = StaticServer

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
        ["/live2d-models/mao/mao.vrm", "model/gltf-binary", "glTF"],
        ["/cache/answer.wav", "audio/wav", "RIFF"],
        ["/cache/answer.mp3", "audio/mpeg", "ID3"],
        ["/cache/answer.ogg", "audio/ogg", "OggS"],
        ["/avatars/mao.webp", "image/webp", "webp"],
        ["/avatars/mao.AVIF", "image/avif", "avif"],
        ["/live2d-models/core.wasm", "application/wasm", "wasm"],
        ["/live2d-models/core.mjs", "text/javascript", "mjs"]
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
    "/live2d-models/%c0%ae%c0%ae/conf.yaml",
    "/live2d-models/..%00/conf.yaml",
    "/live2d-models/up",
    "/live2d-models/pipe.json",
    "http://localhost/live2d-models/../conf.yaml",
    "http://localhost/conf.yaml",
    "http://localhost//bg/night.jpeg",
    "*",
    "/bg/night.jpeg/",
    "/bg/night.jpeg/x",
    "/bg/night.jpeg#x",
    "/bg%2fnight.jpeg",
    "/avatars/mao.svg.br",
    "/avatars/mao.png.html",
    "/undefined/undefined.model3.json",
    "/nothing/here"
  ]
  it.scopedLive("answers anything else with a plain 404, never with the page or another file", () =>
    Effect.gen(function* () {
      const { port } = yield* start
      for (const path of [...refused, ...misleading.map((name) => `/bg/${encodeURIComponent(name)}`)]) {
        const answer = yield* ask(port, path)
        assert.strictEqual(answer.status, 404, path)
        assert.notInclude(answer.body, "secret", path)
        assert.notInclude(answer.body, "<", path)
        assert.notInclude(answer.headers["content-type"] ?? "", "html", path)
      }
    })
  )

  it.scopedLive("answers what a proxy is sent: the whole URL", () =>
    Effect.gen(function* () {
      const { port } = yield* start
      assert.strictEqual((yield* ask(port, "http://localhost/bg/night.jpeg?1")).body, "jpeg")
      for (const target of ["http://localhost", "http://localhost/", "HTTP://localhost?1"]) {
        assert.include((yield* ask(port, target)).body, "<!doctype html>", target)
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
