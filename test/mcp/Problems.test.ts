import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, LogLevel } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as HttpAnswers from "../support/HttpAnswers.ts"
import * as McpFolder from "./McpFolder.ts"
import { english } from "../../src/language/Text.ts"

/** A program that answers to the first message with this object, and complains of its key before. */
const replying = (answer: string) => ({
  command: process.execPath,
  args: [
    "-e",
    `const serverInfo = { name: "odd", version: "1" }
    if (process.env.KEY) console.error("my key is " + process.env.KEY)
    process.stdin.once("data", (data) => {
      const { id } = JSON.parse(String(data))
      console.log(JSON.stringify({ jsonrpc: "2.0", id, ...${answer} }))
    })`
  ]
})

describe("servers that cannot be had", () => {
  it.scopedLive("leave the others' tools, and each says why", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const port = yield* HttpAnswers.freePort
      const strange = yield* HttpAnswers.serve(() => ({ status: 200, body: "Hello." }))
      const endless = yield* HttpAnswers.serve(() => ({
        status: 200,
        headers: { "content-type": "application/json" },
        body: " ".repeat(65_536),
        endless: true
      }))
      const closed = yield* HttpAnswers.serve(() => ({ status: 401 }))
      yield* Effect.gen(function* () {
        const client = yield* McpFolder.open(
          "good",
          "missing",
          "elsewhere",
          "crash",
          "deaf",
          "strange",
          "closed",
          "endless",
          "nobody",
          "good"
        )
        assert.deepStrictEqual(
          client.problems?.map(({ kind, message }) => `${kind}: ${message}`),
          [
            'mcp: MCP server missing is not available: there is no program "no-such-program", or not the folder to run it in. ' +
              'Install the program, or correct command and cwd of "missing" in mcp_servers.json.',
            'mcp: MCP server elsewhere is not available: there is no program "no-such-program", or not the folder to run it in. ' +
              'Install the program, or correct command and cwd of "elsewhere" in mcp_servers.json.',
            "mcp: MCP server crash is not available: it ended with status 7 while it was started. " +
              "The server's log has its last words; start it by hand to see all of them.",
            "mcp: MCP server deaf is not available: no server answers (ECONNREFUSED). " +
              "Start it, or correct its url in mcp_servers.json.",
            "mcp: MCP server strange is not available: it answers with something without a content type, not as an MCP server does. " +
              "Check its url and transport in mcp_servers.json.",
            "mcp: MCP server closed is not available: it does not let us in (status 401). " +
              "Check the key in its headers in mcp_servers.json; signing in by a web page is not supported.",
            "mcp: MCP server endless is not available: it sent a message of more than 8 MiB. Ask it for less.",
            'mcp: MCP server nobody is not available: mcp_servers.json has no server "nobody". ' +
              "Add it to mcp_servers.json, or take it out of mcp_enabled_servers."
          ]
        )
        assert.isAbove((yield* client.tools).length, 0)
        assert.strictEqual((yield* client.call("long", { length: 2 })).text, "xx")
        // What failed is forgotten; the next session tries again.
        const uses = yield* (yield* EnginePool).uses
        assert.deepStrictEqual(
          uses.map(({ id, references }) => `${id.split(":", 1)[0]} ${references}`),
          ["good 1"]
        )
        assert.include(lines, "MCP server crash: no key: set KEY")
      }).pipe(
        Effect.provide(
          McpFolder.layer({
            good: McpFolder.own(),
            missing: { command: "no-such-program" },
            elsewhere: { command: "/home/somebody/bin/no-such-program" },
            crash: McpFolder.own("crash"),
            deaf: { url: `http://127.0.0.1:${port}/mcp` },
            strange: { url: strange.url },
            closed: { url: closed.url, transport: "http" },
            endless: { url: endless.url }
          })
        )
      )
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
  })

  it.scopedLive("that take long are not waited for; their tools come when they are there", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* ConfigFolder.make({})
      yield* Effect.gen(function* () {
        const client = yield* McpFolder.open("own", "slow")
        assert.deepStrictEqual(
          client.problems?.map(({ message }) => message),
          [
            "MCP server slow is not available: it is still being started. Its tools come when it is ready; if they do not, start it by hand to see what it waits for."
          ]
        )
        assert.isTrue((yield* client.tools).every(({ server }) => server === "own"))
        yield* fs.writeFileString(`${folder}/go`, "")
        const tools = yield* Effect.repeat(Effect.delay(client.tools, "50 millis"), {
          until: (tools) => tools.some(({ server }) => server === "slow")
        })
        assert.isTrue(tools.some(({ name }) => name === "get-sum"))
      }).pipe(
        Effect.provide(
          McpFolder.layer(
            {
              own: McpFolder.own(),
              slow: {
                command: "/bin/sh",
                args: [
                  "-c",
                  `until [ -e ${folder}/go ]; do sleep 0.1; done; exec "$0" "$@"`,
                  process.execPath,
                  McpFolder.everythingProgram,
                  "stdio"
                ]
              }
            },
            { patience: "4 seconds" }
          )
        )
      )
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("say what they are instead, and nothing of what their entry keeps to itself", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const page = yield* HttpAnswers.serve(() => ({
        status: 200,
        headers: { "content-type": "text/html; charset=utf-8" },
        body: "<p>Hello.</p>"
      }))
      yield* Effect.gen(function* () {
        const client = yield* McpFolder.open("page", "events", "old", "key")
        assert.deepStrictEqual(
          client.problems?.map(({ cause, engine, reason }) => [engine, english(reason), cause]),
          [
            ["MCP server page", "it answers with a web page, not as an MCP server does", undefined],
            [
              "MCP server events",
              "it answers with something that is no stream of events, perhaps a web page, not as an MCP server does",
              undefined
            ],
            ["MCP server old", 'it speaks a version of MCP that is not supported: "1999-01-01"', undefined],
            ["MCP server key", "it refused: key … is wrong", undefined]
          ]
        )
        assert.notInclude(lines.join("\n"), "ENVSECRET99")
        assert.include(lines, "MCP server key: my key is …")
      }).pipe(
        Effect.provide(
          McpFolder.layer({
            page: { url: page.url },
            events: { url: page.url, transport: "sse" },
            old: replying(`{ result: { protocolVersion: "1999-01-01", capabilities: {}, serverInfo } }`),
            key: {
              ...replying('{ error: { code: -32603, message: "key " + process.env.KEY + " is wrong" } }'),
              env: { KEY: "ENVSECRET99" }
            }
          })
        )
      )
    }).pipe(Logger.withMinimumLogLevel(LogLevel.Debug), Effect.provide(ConfigFolder.logTo(lines)))
  })

  it.scopedLive("are not looked for by a character that asks for none", () =>
    Effect.gen(function* () {
      const client = yield* McpFolder.open()
      assert.deepStrictEqual(yield* client.tools, [])
      const failure = yield* Effect.flip(client.call("anything", {}))
      assert.strictEqual(failure.reason, "unknown-tool")
    }).pipe(Effect.provide(McpFolder.layer("{ broken")))
  )
})
