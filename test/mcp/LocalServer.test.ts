import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import type { McpClient } from "../../src/mcp/McpClient.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as Processes from "../support/Processes.ts"
import * as McpFolder from "./McpFolder.ts"
import { english } from "../../src/language/Text.ts"

const pidsOf = (client: McpClient) =>
  Effect.map(client.call("pids", {}), ({ text }) => JSON.parse(text) as ReadonlyArray<number>)

/** Waits until something is so; the test's own time is the limit. */
const until = <E, R>(look: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(Effect.delay(look, "20 millis"), { until: (is) => is })

const gone = (pids: ReadonlyArray<number>) => until(Effect.sync(() => Processes.alive(pids).length === 0))

const names = (client: McpClient) => Effect.map(client.tools, (tools) => tools.map(({ name }) => name))

/** Runs a test with a journal that servers write into. */
const withJournal = <A, E, R>(
  use: (journal: {
    readonly file: string
    readonly lines: Effect.Effect<ReadonlyArray<string>>
  }) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const file = `${yield* ConfigFolder.make({ journal: "" })}/journal`
    const lines = Effect.map(Effect.orDie(fs.readFileString(file)), (text) => text.trim().split("\n"))
    return yield* use({ file, lines })
  }).pipe(Effect.provide(NodeContext.layer))

describe("a server on this machine", () => {
  it.scopedLive("is one process for ten clients, and none after the last one's idle time", () =>
    Effect.gen(function* () {
      const pool = yield* EnginePool
      const clients = yield* Scope.make()
      const pids = yield* Effect.forEach(
        Array.from({ length: 10 }),
        () => Effect.flatMap(McpFolder.open("own"), pidsOf),
        { concurrency: "unbounded" }
      ).pipe(Scope.extend(clients))
      const [first] = pids
      assert.deepStrictEqual(
        pids,
        Array.from({ length: 10 }, () => first)
      )
      const [use, ...others] = yield* pool.uses
      assert.deepStrictEqual(others, [])
      assert.strictEqual(use?.kind, "mcp")
      assert.match(use?.id ?? "", /^own:[0-9a-f]{16}$/u)
      assert.strictEqual(use?.references, 10)

      yield* Scope.close(clients, Exit.void)
      assert.strictEqual((yield* pool.uses)[0]?.references, 0)
      assert.deepStrictEqual(Processes.alive(first!), first)
      yield* gone(first!)
      yield* until(Effect.map(pool.uses, (uses) => uses.length === 0))
    }).pipe(Effect.provide(McpFolder.layer({ own: McpFolder.own() }, { idle: "700 millis" })))
  )

  it.scopedLive("ends with its own children, however stubborn they are, after it was asked", () =>
    withJournal(({ file, lines }) =>
      Effect.gen(function* () {
        const pids = yield* Effect.scoped(Effect.flatMap(McpFolder.open("own"), pidsOf))
        assert.strictEqual(pids.length, 2)
        yield* gone(pids)
        assert.deepStrictEqual(yield* lines, [`started ${pids[0]}`, "SIGTERM"])
      }).pipe(Effect.provide(McpFolder.layer({ own: McpFolder.own("stubborn", "child", `journal=${file}`) })))
    )
  )

  it.scopedLive("is asked to end together with the client's others", () =>
    withJournal(({ file, lines }) => {
      const stubborn = McpFolder.own("stubborn", `journal=${file}`)
      return Effect.gen(function* () {
        const scope = yield* Scope.make()
        yield* Scope.extend(McpFolder.open("a", "b", "c", "d"), scope)
        const pids = (yield* lines).map((line) => Number(line.replace("started ", "")))
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* until(Effect.map(lines, (seen) => seen.filter((line) => line === "SIGTERM").length === 4))
        // The first to be asked still has its time.
        assert.sameMembers([...Processes.alive(pids)], pids)
        yield* Fiber.join(closing)
        yield* gone(pids)
      }).pipe(Effect.provide(McpFolder.layer({ a: stubborn, b: stubborn, c: stubborn, d: stubborn })))
    })
  )

  it.scopedLive("that ends by itself takes its children with it", () =>
    Effect.gen(function* () {
      const client = yield* McpFolder.open("own")
      const pids = yield* pidsOf(client)
      const failure = yield* Effect.flip(client.call("exit", {}))
      assert.strictEqual(failure.reason, "server-down")
      yield* gone(pids)
    }).pipe(Effect.provide(McpFolder.layer({ own: McpFolder.own("child") })))
  )

  it.scopedLive("that closes its output is started anew", () =>
    Effect.gen(function* () {
      const client = yield* McpFolder.open("own")
      const pids = yield* pidsOf(client)
      const failure = yield* Effect.flip(client.call("mute", {}))
      assert.strictEqual(failure.reason, "server-down")
      assert.notDeepEqual(yield* pidsOf(client), pids)
      yield* gone(pids)
    }).pipe(Effect.provide(McpFolder.layer({ own: McpFolder.own() })))
  )

  it.scopedLive(
    "that asks without end and reads nothing is held back, and started anew after a call",
    () =>
      withJournal(({ file, lines }) =>
        Effect.gen(function* () {
          const client = yield* McpFolder.open("own")
          const pids = yield* pidsOf(client)
          const failure = yield* Effect.flip(client.call("flood", {}))
          assert.strictEqual(failure.reason, "timed-out")
          yield* gone(pids)
          assert.notDeepEqual(yield* pidsOf(client), pids)
          const asked = (yield* lines).flatMap((line) => /^asked (\d+)$/u.exec(line)?.[1] ?? [])
          assert.isBelow(Number(asked.at(-1)), 20_000)
        }).pipe(Effect.provide(McpFolder.layer({ own: { ...McpFolder.own(`journal=${file}`), timeout: 1 } })))
      ),
    60_000
  )

  it.scopedLive("that does not read what it is asked is started anew before that grows", () =>
    Effect.gen(function* () {
      const client = yield* McpFolder.open("own")
      const pids = yield* pidsOf(client)
      yield* client.call("deafen", {})
      const failures = yield* Effect.forEach(
        Array.from({ length: 12 }),
        () => Effect.flip(client.call("where", { text: "x".repeat(2 ** 20) })),
        { concurrency: "unbounded" }
      )
      assert.sameMembers(
        [...new Set(failures.map(({ detail }) => english(detail)))],
        [
          "MCP server own cannot be reached: it does not read what it is sent",
          "MCP server own ended in the middle of the call"
        ]
      )
      assert.notDeepEqual(yield* pidsOf(client), pids)
    }).pipe(Effect.provide(McpFolder.layer({ own: McpFolder.own() })))
  )

  it.scopedLive("killed in the middle of a call fails it at once, and the next call works", () =>
    withJournal(({ file, lines }) =>
      Effect.gen(function* () {
        const client = yield* McpFolder.open("own")
        const [pid] = yield* pidsOf(client)
        const calls = yield* Effect.forEach([1, 2, 3], () =>
          Effect.fork(Effect.flip(client.call("hang", {})))
        )
        yield* until(Effect.map(lines, (seen) => seen.filter((line) => line === "hang").length === 3))
        process.kill(pid!, "SIGKILL")
        for (const failure of yield* Fiber.join(Fiber.all(calls))) {
          assert.strictEqual(failure.reason, "server-down")
          assert.strictEqual(
            failure.message,
            "hang: MCP server own ended in the middle of the call. It is being started anew: try again in a moment."
          )
        }
        const [next] = yield* pidsOf(client)
        assert.notStrictEqual(next, pid)
        assert.include(yield* names(client), "hang")
      }).pipe(Effect.provide(McpFolder.layer({ own: McpFolder.own(`journal=${file}`) })))
    )
  )

  it.scopedLive("hears that a call was interrupted, or took too long", () =>
    withJournal(({ file, lines }) =>
      Effect.gen(function* () {
        const client = yield* McpFolder.open("own")
        const call = yield* Effect.fork(client.call("hang", {}))
        yield* until(Effect.map(lines, (seen) => seen.at(-1) === "hang"))
        yield* Fiber.interrupt(call)
        yield* until(Effect.map(lines, (seen) => seen.at(-1) === "cancelled"))
        const failure = yield* Effect.flip(client.call("hang", {}))
        assert.strictEqual(failure.reason, "timed-out")
        yield* until(Effect.map(lines, (seen) => seen.filter((line) => line === "cancelled").length === 2))
        // Each step takes a part of the time; together they take more than all of it.
        assert.strictEqual((yield* client.call("steps", { count: 10 })).text, "10 steps")
      }).pipe(Effect.provide(McpFolder.layer({ own: { ...McpFolder.own(`journal=${file}`), timeout: 1 } })))
    )
  )

  it.scopedLive("may change its tools, lists them in pages, and greets people on its output", () =>
    Effect.gen(function* () {
      const client = yield* McpFolder.open("own")
      assert.includeMembers([...(yield* names(client))], ["pids", "sound", "dots_and_slashes"])
      assert.strictEqual((yield* client.call("dots_and_slashes", {})).text, "fine")
      yield* Effect.forEach(["a", "b", "c"], (name) => client.call("learn", { name }), {
        concurrency: "unbounded"
      })
      yield* until(
        Effect.map(names(client), (tools) => ["a", "b", "c"].every((name) => tools.includes(name)))
      )
      assert.strictEqual((yield* client.call("b", {})).text, "I am b")
    }).pipe(Effect.provide(McpFolder.layer({ own: McpFolder.own("pages", "chatty") })))
  )

  it.scopedLive("answers in all kinds; what is too long is cut, or ends the server", () =>
    Effect.gen(function* () {
      const client = yield* McpFolder.open("own")
      const long = yield* client.call("long", { length: 20_000 })
      assert.strictEqual(long.text, `${"x".repeat(8000)}\n(cut here: the first 8000 of 20000 characters)`)
      assert.match((yield* client.call("sound", {})).text, /^\(a sound, audio\/wav, 1 kB/u)
      const { browserView } = yield* client.call("watch", {})
      assert.deepStrictEqual(browserView, {
        sessionId: "s1",
        debuggerFullscreenUrl: "https://watch.example/full",
        debuggerUrl: "https://watch.example"
      })
      const refused = yield* Effect.flip(client.call("endless", {}))
      assert.strictEqual(refused.reason, "server-down")
      assert.strictEqual((yield* client.call("long", { length: 1 })).text, "x")
    }).pipe(Effect.provide(McpFolder.layer({ own: McpFolder.own() })))
  )

  it.scopedLive("runs beside conf.yaml, and gets its own variables but none of seiyuu's", () =>
    Effect.gen(function* () {
      process.env["SEIYUU_TEST_SECRET"] = "sk-secret"
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.realPath(
        yield* ConfigFolder.make({
          "sub/file": "",
          "mcp_servers.json": JSON.stringify({
            mcpServers: {
              here: McpFolder.own(),
              there: { ...McpFolder.own(), cwd: "sub", env: { TOKEN: "${SEIYUU_TEST_SECRET}" } }
            }
          })
        })
      )
      yield* Effect.gen(function* () {
        const client = yield* McpFolder.open("here", "there")
        assert.deepStrictEqual(client.problems, [])
        assert.strictEqual((yield* client.call("where", {})).text, folder)
        assert.strictEqual((yield* client.call("there_where", {})).text, `${folder}/sub`)
        assert.notInclude((yield* client.call("environment", {})).text, "sk-secret")
        const given = JSON.parse((yield* client.call("there_environment", {})).text) as Record<string, string>
        assert.strictEqual(given["TOKEN"], "sk-secret")
        assert.notProperty(given, "SEIYUU_TEST_SECRET")
        const uses = yield* (yield* EnginePool).uses
        assert.notInclude(JSON.stringify(uses), "sk-secret")
      }).pipe(Effect.provide(McpFolder.inFolder(folder)))
    }).pipe(
      Effect.ensuring(Effect.sync(() => delete process.env["SEIYUU_TEST_SECRET"])),
      Effect.provide(NodeContext.layer)
    )
  )
})
