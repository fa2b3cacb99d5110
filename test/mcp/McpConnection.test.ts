import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js"
import type { JSONRPCRequest } from "@modelcontextprotocol/sdk/types.js"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Logger, LogLevel, TestClock } from "effect"
import { vi } from "vitest"
import * as McpConnection from "../../src/mcp/McpConnection.ts"
import * as NextRound from "../../src/supervision/NextRound.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

interface Listed {
  readonly name: string
  readonly inputSchema: object
}

interface Server {
  /** What it lists, one page after the other. */
  pages: ReadonlyArray<ReadonlyArray<Listed>>
  /** Lists that it was asked for. */
  lists: number
  /** Whether it leaves requests for a list without an answer. */
  silent: boolean
  /** The token by which the latest call is told of its progress. */
  progressToken: unknown
  readonly notify: (method: string, params?: Record<string, unknown>) => Effect.Effect<void>
}

const tool = (name: string, inputSchema: object = {}): Listed => ({
  name,
  inputSchema: { type: "object", ...inputSchema }
})

const options: McpConnection.Options = { name: "own", version: "1", timeout: 1000, remote: false }

/** A connection to a server that lists these tools, and answers each call with an error of its own. */
const connect = Effect.fnUntraced(function* (...pages: ReadonlyArray<ReadonlyArray<Listed>>) {
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  const server: Server = {
    pages,
    lists: 0,
    silent: false,
    progressToken: undefined,
    notify: (method, params = {}) => Effect.promise(() => theirs.send({ jsonrpc: "2.0", method, params }))
  }
  const answers: Readonly<Record<string, (params: Record<string, unknown>) => object>> = {
    initialize: ({ protocolVersion }) => ({
      result: {
        protocolVersion,
        capabilities: { tools: { listChanged: true }, logging: {} },
        serverInfo: { name: "own", version: "1" }
      }
    }),
    "tools/list": ({ cursor }) => {
      const page = Number(cursor ?? 0)
      const next = page + 1 < server.pages.length ? { nextCursor: String(page + 1) } : {}
      return { result: { tools: server.pages[page], ...next } }
    },
    "tools/call": () => ({ error: { code: -32_000, message: "out of paper" } })
  }
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it has no other way.
  theirs.onmessage = (message) => {
    const { id, method, params = {} } = message as JSONRPCRequest
    if (method === "tools/list") server.lists++
    const answer = answers[method]?.(params)
    if (method === "tools/call") server.progressToken = params._meta?.progressToken
    if (answer !== undefined && params["name"] !== "hang" && !(server.silent && method === "tools/list"))
      void theirs.send({ jsonrpc: "2.0", id, ...answer } as never)
  }
  yield* Effect.promise(() => theirs.start())
  const connection = yield* McpConnection.open(ours, options)
  return { connection, server }
})

const names = ({ connection }: { readonly connection: McpConnection.McpConnection }) =>
  Effect.map(connection.tools, (tools) => tools.map(({ name }) => name))

/** Lets all that needs no time come to rest. */
const settle = Effect.repeatN(NextRound.nextRound, 20)

const pass = (duration: Parameters<typeof TestClock.adjust>[0]) =>
  settle.pipe(Effect.zipRight(TestClock.adjust(duration)), Effect.zipRight(settle))

const nested = (levels: number): object => {
  let value = {}
  for (let level = 0; level < levels; level++) value = { a: value }
  return value
}

/** A schema that makes a definition of about this many characters. */
const sized = (characters: number) => ({ description: "x".repeat(characters) })

describe("the list of a server's tools", () => {
  it.scoped.each<readonly [string, ReadonlyArray<ReadonlyArray<Listed>>, ReadonlyArray<string>, RegExp]>([
    [
      "too large a definition",
      [[tool("large", sized(17_000)), tool("fine", sized(16_000))]],
      ["fine"],
      /definition has more than 16384/u
    ],
    [
      "too deep a definition",
      [[tool("deep", nested(40)), tool("deepest", nested(20_000)), tool("fine", nested(28))]],
      ["fine"],
      /definition has .* 32 levels/u
    ],
    [
      "too many tools in a page",
      [Array.from({ length: 150_000 }, (_, number) => tool(`t${number}`))],
      Array.from({ length: 500 }, (_, number) => `t${number}`),
      /more than 500 tools/u
    ],
    [
      "what has no name",
      [[tool(""), tool("fine"), tool("")]],
      ["fine"],
      /a tool that has no name is left out/u
    ],
    [
      "what is no tool",
      [[{ name: "odd", inputSchema: "foo" as never }, tool("fine")]],
      ["fine"],
      /its tool "odd" is left out: its inputSchema is not as the protocol has it/u
    ],
    [
      "too many pages",
      Array.from({ length: 60 }, (_, number) => [tool(`t${number}`)]),
      Array.from({ length: 50 }, (_, number) => `t${number}`),
      /50 pages/u
    ],
    [
      "too much in all",
      [Array.from({ length: 80 }, (_, number) => tool(`t${number}`, sized(16_000)))],
      Array.from({ length: 65 }, (_, number) => `t${number}`),
      /list of tools has more than 1048576 characters/u
    ]
  ])("leaves out %s, with a word about it once", ([, pages, kept, warning]) => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const opened = yield* connect(...pages)
      assert.deepStrictEqual(yield* names(opened), kept)
      yield* opened.server.notify("notifications/tools/list_changed")
      yield* pass("1 second")
      assert.isAbove(opened.server.lists, 1)
      assert.deepStrictEqual(yield* names(opened), kept)
      assert.strictEqual(lines.length, 1)
      assert.match(lines[0] ?? "", warning)
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
  })

  it.scoped("is fetched again a second after a change, and later and later if there are ever more", () =>
    Effect.gen(function* () {
      const opened = yield* connect([tool("a")])
      const { server } = opened
      server.pages = [[tool("b")]]
      const changed = server.notify("notifications/tools/list_changed")
      yield* Effect.repeatN(changed, 100)
      yield* pass("999 millis")
      assert.strictEqual(server.lists, 1)
      yield* pass("1 millis")
      assert.strictEqual(server.lists, 2)
      assert.deepStrictEqual(yield* names(opened), ["b"])
      // After 2, 4, 8, 16, 32 seconds, and then each minute.
      for (let second = 0; second < 5 * 60; second++)
        yield* Effect.zipRight(changed, TestClock.adjust("1 second"))
      yield* settle
      assert.isAtMost(server.lists, 2 + 5 + 4)
      assert.isAtLeast(server.lists, 2 + 5 + 2)
      yield* pass("2 minutes")
      const before = server.lists
      yield* changed
      yield* pass("1 second")
      assert.strictEqual(server.lists, before + 1)
    })
  )

  it.scoped("that does not come in time is said, and the next change is heard", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const opened = yield* connect([tool("a")])
      const { server } = opened
      server.silent = true
      yield* server.notify("notifications/tools/list_changed")
      yield* pass("1 second")
      yield* pass("60 seconds")
      assert.strictEqual(server.lists, 2)
      assert.match(lines.join("\n"), /could not be listed again/u)
      server.silent = false
      server.pages = [[tool("b")]]
      yield* server.notify("notifications/tools/list_changed")
      yield* pass("2 seconds")
      assert.deepStrictEqual(yield* names(opened), ["b"])
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
  })
})

describe("a connection", () => {
  it.scoped(
    "is not taken for one that has ended when the server uses that code for an error of its own",
    () =>
      Effect.gen(function* () {
        const { connection } = yield* connect([tool("a")])
        const { ended, error } = yield* Effect.flip(connection.call("a", {}))
        assert.isFalse(ended)
        assert.include(String(error), "out of paper")
      })
  )

  it.scoped("gives up a call that shows progress for more than ten minutes", () =>
    Effect.gen(function* () {
      const { connection, server } = yield* connect([tool("hang")])
      const call = yield* Effect.fork(Effect.flip(connection.call("hang", {})))
      yield* settle
      const progress = (progress: number) =>
        Effect.zipRight(
          server.notify("notifications/progress", { progressToken: server.progressToken, progress }),
          settle
        )
      const begun = Date.now()
      vi.setSystemTime(begun + 599_000)
      yield* progress(1)
      assert.isNull(call.unsafePoll())
      vi.setSystemTime(begun + 601_000)
      yield* progress(2)
      assert.include(String((yield* Fiber.join(call)).error), "Maximum total timeout exceeded")
    }).pipe(Effect.ensuring(Effect.sync(() => vi.useRealTimers())))
  )

  it.scoped("logs the beginning of what the server says", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const { server } = yield* connect([tool("a")])
      yield* server.notify("notifications/message", { level: "info", data: "x".repeat(100_000) })
      yield* settle
      const [line = ""] = lines.filter((text) => text.includes("xxx"))
      assert.match(line, /^MCP server own: info: x+$/u)
      assert.isBelow(line.length, 5000)
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)), Logger.withMinimumLogLevel(LogLevel.Debug))
  })
})
