import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as McpFolder from "../mcp/McpFolder.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as HttpAnswers from "../support/HttpAnswers.ts"
import * as Processes from "../support/Processes.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as StubProviders from "../support/StubProviders.ts"

const limit = 120_000

/** A folder whose character asks for these servers. */
const folderWith = Effect.fnUntraced(function* (
  servers: Readonly<Record<string, unknown>>,
  wanted: ReadonlyArray<string>
) {
  const stub = yield* StubProviders.open({})
  return yield* ServerFolder.make({
    character: ServerFolder.stubbed("Hana", stub, {}, ServerFolder.tooled(...wanted)),
    system: { port: yield* HttpAnswers.freePort },
    servers
  })
})

describe("MCP servers of the built server", () => {
  it.scopedLive(
    "are one process for all sessions, and end with the server, stubborn as they are",
    () =>
      Effect.gen(function* () {
        const server = yield* BuiltServer.start(
          yield* folderWith({ own: McpFolder.own("stubborn", "child") }, ["own"])
        )
        for (let sessions = 1; sessions <= 3; sessions++) yield* SocketTalk.open(server.url)
        const status = yield* Effect.repeat(Effect.delay(server.status, "50 millis"), {
          until: ({ engines }) => engines.some(({ kind, references }) => kind === "mcp" && references === 3)
        })
        expect(status.engines.filter(({ kind }) => kind === "mcp")).toEqual([
          { kind: "mcp", engine: "own", references: 3 }
        ])
        const pids = yield* Effect.repeat(
          Effect.delay(
            Effect.sync(() => Processes.descendants(server.pid)),
            "50 millis"
          ),
          { until: (pids) => pids.length === 2 }
        )
        const ended = yield* server
          .stop("SIGTERM")
          .pipe(Effect.timeoutTo({ duration: "5 seconds", onSuccess: (end) => end, onTimeout: () => "late" }))
        expect(ended).toEqual({ code: 0, signal: null })
        expect(Processes.alive(pids)).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "end side by side, so that none of them outlives the server",
    () =>
      Effect.gen(function* () {
        const names = ["a", "b", "c", "d"]
        const stubborn = McpFolder.own("stubborn", "child")
        const server = yield* BuiltServer.start(
          yield* folderWith(Object.fromEntries(names.map((name) => [name, stubborn])), names)
        )
        yield* SocketTalk.open(server.url)
        const pids = yield* Effect.repeat(
          Effect.delay(
            Effect.sync(() => Processes.descendants(server.pid)),
            "50 millis"
          ),
          { until: (pids) => pids.length === 8 }
        )
        expect(yield* server.stop("SIGTERM")).toEqual({ code: 0, signal: null })
        expect(Processes.alive(pids)).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "end by themselves when the server is killed",
    () =>
      Effect.gen(function* () {
        const server = yield* BuiltServer.start(
          yield* folderWith({ everything: McpFolder.everything, own: McpFolder.own() }, ["everything", "own"])
        )
        yield* SocketTalk.open(server.url)
        yield* Effect.repeat(Effect.delay(server.status, "50 millis"), {
          until: ({ engines }) => engines.filter(({ kind }) => kind === "mcp").length === 2
        })
        const pids = Processes.descendants(server.pid)
        expect(pids.length).toBe(2)
        yield* server.stop("SIGKILL")
        yield* Effect.sync(() => Processes.alive(pids)).pipe(
          Effect.delay("50 millis"),
          Effect.repeat({ until: (pids) => pids.length === 0 })
        )
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "are checked by the doctor",
    () =>
      Effect.gen(function* () {
        const folder = yield* folderWith(
          { everything: McpFolder.everything, crash: McpFolder.own("crash") },
          ["everything", "crash", "nobody"]
        )
        const launched = yield* BuiltServer.launch(["doctor", "--config", `${folder}/conf.yaml`])
        expect((yield* launched.ended).code).toBe(1)
        const rows = launched.stdout.filter((line) => line.startsWith("mcp "))
        expect(rows[0]).toMatch(/^mcp everything +ok +\d+ tools: echo, .+, \d+ more/u)
        expect(rows[1]).toMatch(/^mcp crash +broken +it ended with status 7 while it was started/u)
        expect(rows[2]).toMatch(/^mcp nobody +broken +mcp_servers\.json has no server "nobody"/u)
        expect(rows.length).toBe(3)
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
