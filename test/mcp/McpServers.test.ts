import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, TestClock } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import type { McpClient } from "../../src/mcp/McpClient.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as McpHttpServer from "../support/McpHttpServer.ts"
import * as McpFolder from "./McpFolder.ts"

const variablesOf = (client: McpClient) =>
  Effect.map(client.call("environment", {}), ({ text }) => JSON.parse(text) as Record<string, string>)

/** A folder whose server `own` can be described anew. */
const folder = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* ConfigFolder.make({})
  const describe = (own: object) =>
    fs.writeFileString(`${path}/mcp_servers.json`, JSON.stringify({ mcp_servers: { own } }))
  return { path, describe }
})

describe("two entries of one name", () => {
  it.scopedLive("that differ in any key share nothing", () =>
    Effect.gen(function* () {
      const { describe, path } = yield* folder
      yield* Effect.gen(function* () {
        const opened = yield* Effect.forEach(
          [{ env: { TOKEN: "1" } }, { env: { TOKEN: "2" } }, { cwd: "/" }, { timeout: 7 }, { confirm: true }],
          (keys) => Effect.zipRight(describe({ ...McpFolder.own(), ...keys }), McpFolder.open("own"))
        )
        const pids = yield* Effect.forEach(opened, (client) => client.call("pids", {}))
        assert.strictEqual(new Set(pids.map(({ text }) => text)).size, 5)
        const given = yield* Effect.forEach(opened, variablesOf)
        assert.deepStrictEqual(
          given.map(({ TOKEN }) => TOKEN),
          ["1", "2", undefined, undefined, undefined]
        )
        const again = yield* McpFolder.open("own")
        assert.deepStrictEqual((yield* again.call("pids", {})).text, pids[4]?.text)
      }).pipe(Effect.provide(McpFolder.inFolder(path)))
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("that differ in their headers share nothing", () =>
    Effect.gen(function* () {
      const remote = yield* McpHttpServer.serve
      const { describe, path } = yield* folder
      yield* Effect.gen(function* () {
        const pool = yield* EnginePool
        for (const key of ["sk-1", "sk-2"]) {
          yield* describe({ url: `${remote.url}/mcp`, headers: { Authorization: key } })
          const client = yield* McpFolder.open("own")
          assert.strictEqual((yield* client.call("add", { a: 1, b: 2 })).text, "3")
          assert.strictEqual(remote.asked.at(-1)?.headers["authorization"], key)
        }
        assert.strictEqual((yield* pool.uses).length, 2)
      }).pipe(Effect.provide(McpFolder.inFolder(path)))
    }).pipe(Effect.provide(NodeContext.layer))
  )
})

describe("a server that does not answer", () => {
  it.scoped("is waited for once, and has its tools when it answers", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { describe, path } = yield* folder
      const { args, command } = McpFolder.own() as { args: ReadonlyArray<string>; command: string }
      const script = `until [ -e ${path}/go ]; do sleep 0.1; done; exec "$0" "$@"`
      yield* describe({ command: "/bin/sh", args: ["-c", script, command, ...args] })
      yield* Effect.gen(function* () {
        const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        const first = yield* Effect.fork(McpFolder.open("own"))
        yield* TestClock.adjust("1 second").pipe(
          Effect.zipRight(turn),
          Effect.zipRight(first.poll),
          Effect.repeat({ until: Option.isSome })
        )
        yield* Fiber.join(first)
        // It is waited for only briefly.
        const waiting = yield* Effect.fork(McpFolder.open("own"))
        yield* TestClock.adjust("10 millis").pipe(
          Effect.zipRight(turn),
          Effect.zipRight(waiting.poll),
          Effect.repeat({ until: Option.isSome, times: 40 })
        )
        const second = yield* Fiber.join(waiting)
        assert.match(second.problems?.[0]?.message ?? "", /still being started/u)
        yield* fs.writeFileString(`${path}/go`, "")
        yield* Effect.zipRight(turn, second.tools).pipe(Effect.repeat({ until: (tools) => tools.length > 0 }))
        assert.deepStrictEqual((yield* McpFolder.open("own")).problems, [])
      }).pipe(Effect.provide(McpFolder.inFolder(path)))
    }).pipe(Effect.provide(NodeContext.layer))
  )
})

describe("the log", () => {
  it.scopedLive("has a server's failure after the others have been waited for", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { describe, path } = yield* folder
      yield* describe({
        command: "/bin/sh",
        args: ["-c", `until [ -e ${path}/go ]; do sleep 0.1; done; exit 7`]
      })
      yield* Effect.gen(function* () {
        const client = yield* McpFolder.open("own")
        assert.match(client.problems?.[0]?.message ?? "", /still being started/u)
        yield* fs.writeFileString(`${path}/go`, "")
        const failure = "MCP server own is not available: it ended with status 7 while it was started"
        yield* Effect.repeat(
          Effect.delay(
            Effect.sync(() => lines.some((line) => line.includes(failure))),
            "20 millis"
          ),
          { until: (is) => is }
        )
        // It fails at once now: whoever comes hears why.
        const next = yield* McpFolder.open("own")
        assert.match(next.problems?.[0]?.message ?? "", /ended with status 7/u)
      }).pipe(Effect.provide(McpFolder.inFolder(path, { patience: "300 millis" })))
    }).pipe(Effect.provide(Layer.merge(ConfigFolder.logTo(lines), NodeContext.layer)))
  })

  it.scopedLive("has, once, the names of tools that an entry has and its server has not", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      yield* McpFolder.open("own")
      yield* McpFolder.open("own")
      assert.deepStrictEqual(lines, [
        'mcp_servers.json: confirm of own names "lonk", a tool that the server does not have (did you mean "long"?)',
        'mcp_servers.json: client_calls of own names "nothing", a tool that the server does not have'
      ])
    }).pipe(
      Effect.provide(
        Layer.merge(
          McpFolder.layer({
            own: { ...McpFolder.own(), confirm: ["lonk", "long"], client_calls: ["pids", "nothing"] }
          }),
          ConfigFolder.logTo(lines)
        )
      )
    )
  })
})
