import { spawn } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import * as HttpAnswers from "../support/HttpAnswers.ts"
import * as McpHttpServer from "../support/McpHttpServer.ts"
import * as McpFolder from "./McpFolder.ts"

const until = <E, R>(look: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(Effect.delay(look, "20 millis"), { until: (is) => is })

/** The reference server `everything` on a port of its own. */
const everything = (
  transport: "streamableHttp" | "sse",
  port: number
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<ReturnType<typeof spawn>>((resume) => {
      const child = spawn(process.execPath, [McpFolder.everythingProgram, transport], {
        env: { ...process.env, PORT: String(port) },
        stdio: ["ignore", "ignore", "pipe"]
      })
      // It says so there when it listens.
      child.stderr?.on("data", (data: Buffer) => {
        if (/(?:listening|running) on port/iu.test(data.toString())) resume(Effect.succeed(child))
      })
    }),
    (child) =>
      Effect.async<void>((resume) => {
        child.once("exit", () => resume(Effect.void))
        child.kill("SIGKILL")
      })
  )

const sum = Effect.gen(function* () {
  const client = yield* McpFolder.open("remote")
  assert.deepStrictEqual(client.problems, [])
  assert.strictEqual((yield* client.call("get-sum", { a: 2, b: 3 })).text, "The sum of 2 and 3 is 5.")
  const picture = yield* client.call("get-tiny-image", {})
  assert.strictEqual(picture.images.length, 1)
  return client
})

describe("a server elsewhere", () => {
  it.scopedLive("speaks streamable HTTP", () =>
    Effect.gen(function* () {
      const port = yield* HttpAnswers.freePort
      yield* everything("streamableHttp", port)
      yield* Effect.provide(sum, McpFolder.layer({ remote: { url: `http://127.0.0.1:${port}/mcp` } }))
    })
  )

  it.scopedLive("speaks SSE where that is all it speaks, and is found again when it is back", () =>
    Effect.gen(function* () {
      const port = yield* HttpAnswers.freePort
      const first = yield* Scope.make()
      yield* Scope.extend(everything("sse", port), first)
      yield* Effect.gen(function* () {
        const client = yield* sum
        yield* Scope.close(first, Exit.void)
        const away = yield* Effect.flip(client.call("get-sum", { a: 1, b: 1 }))
        assert.strictEqual(away.reason, "server-down")
        yield* everything("sse", port)
        const added = yield* Effect.retry(client.call("get-sum", { a: 1, b: 1 }), {
          while: ({ reason }) => reason === "server-down"
        })
        assert.strictEqual(added.text, "The sum of 1 and 1 is 2.")
      }).pipe(Effect.provide(McpFolder.layer({ remote: { url: `http://127.0.0.1:${port}/sse` } })))
    })
  )

  it.scopedLive("speaks SSE when that is asked for", () =>
    Effect.gen(function* () {
      const port = yield* HttpAnswers.freePort
      yield* everything("sse", port)
      const remote = { url: `http://127.0.0.1:${port}/sse`, transport: "sse" }
      yield* Effect.provide(sum, McpFolder.layer({ remote }))
    })
  )

  it.scopedLive("gets the headers of its entry with every request, and hears the end of the session", () =>
    Effect.gen(function* () {
      const server = yield* McpHttpServer.serve
      yield* sumOf(server).pipe(Effect.scoped)
      assert.isAbove(server.asked.length, 3)
      for (const { headers } of server.asked) assert.strictEqual(headers["authorization"], "Bearer sk-1")
      assert.strictEqual(server.asked.at(-1)?.method, "DELETE")
    })
  )

  it.scopedLive("gets the name and password of its address as a header", () =>
    Effect.gen(function* () {
      const server = yield* McpHttpServer.serve
      const url = `${server.url.replace("://", "://bob:pass%20word@")}/mcp`
      yield* Effect.gen(function* () {
        const client = yield* McpFolder.open("remote")
        assert.strictEqual((yield* client.call("add", { a: 2, b: 3 })).text, "5")
      }).pipe(Effect.provide(McpFolder.layer({ remote: { url } })))
      const basic = `Basic ${Buffer.from("bob:pass word").toString("base64")}`
      for (const { headers } of server.asked) assert.strictEqual(headers["authorization"], basic)
    })
  )

  it.scopedLive("that does not answer to the end of the session is left all the same", () =>
    Effect.gen(function* () {
      const server = yield* McpHttpServer.serve
      yield* server.ignoreFarewells
      yield* sumOf(server).pipe(Effect.scoped)
      assert.strictEqual(server.asked.at(-1)?.method, "DELETE")
    })
  )

  it.scopedLive("hears that a call was interrupted", () =>
    Effect.gen(function* () {
      const server = yield* McpHttpServer.serve
      yield* Effect.gen(function* () {
        const client = yield* McpFolder.open("remote")
        const call = yield* Effect.fork(client.call("hang", {}))
        yield* until(Effect.sync(() => server.hanging() === 1))
        yield* Fiber.interrupt(call)
        yield* until(Effect.sync(() => server.hanging() === 0))
      }).pipe(Effect.provide(layerOf(server)))
    })
  )

  it.scopedLive("that says too much is not listened to", () =>
    Effect.gen(function* () {
      const server = yield* McpHttpServer.serve
      yield* Effect.gen(function* () {
        const client = yield* McpFolder.open("remote")
        assert.strictEqual((yield* Effect.flip(client.call("endless", {}))).reason, "timed-out")
        assert.strictEqual((yield* client.call("add", { a: 1, b: 2 })).text, "3")
      }).pipe(Effect.provide(McpFolder.layer({ remote: { url: `${server.url}/mcp`, timeout: 2 } })))
    })
  )

  it.scopedLive("that forgets its sessions is greeted anew by the next call", () =>
    Effect.gen(function* () {
      const server = yield* McpHttpServer.serve
      yield* Effect.gen(function* () {
        const client = yield* McpFolder.open("remote")
        assert.strictEqual((yield* client.call("add", { a: 1, b: 2 })).text, "3")
        yield* server.forget
        assert.strictEqual((yield* client.call("add", { a: 2, b: 2 })).text, "4")
      }).pipe(Effect.provide(layerOf(server)))
    })
  )

  it.scopedLive(
    "that goes in the middle of a call fails it at once, and is found again when it is back",
    () =>
      Effect.gen(function* () {
        const server = yield* McpHttpServer.serve
        yield* Effect.gen(function* () {
          const client = yield* McpFolder.open("remote")
          const call = yield* Effect.fork(Effect.flip(client.call("hang", {})))
          yield* until(Effect.sync(() => server.hanging() === 1))
          yield* server.stop
          const failure = yield* Fiber.join(call)
          assert.strictEqual(failure.reason, "server-down")
          assert.match(failure.message, /^hang: MCP server remote ended in the middle of the call\./u)
          const away = yield* Effect.flip(client.call("add", {}))
          assert.strictEqual(away.reason, "server-down")
          yield* server.start
          const added = yield* Effect.retry(client.call("add", { a: 1, b: 1 }), {
            while: ({ reason }) => reason === "server-down"
          })
          assert.strictEqual(added.text, "2")
        }).pipe(Effect.provide(layerOf(server)))
      })
  )
})

const layerOf = (server: McpHttpServer.McpHttpServer) =>
  McpFolder.layer({ remote: { url: `${server.url}/mcp`, headers: { Authorization: "Bearer sk-1" } } })

const sumOf = (server: McpHttpServer.McpHttpServer) =>
  Effect.gen(function* () {
    const client = yield* McpFolder.open("remote")
    assert.deepStrictEqual(client.problems, [])
    assert.strictEqual((yield* client.call("add", { a: 2, b: 3 })).text, "5")
  }).pipe(Effect.provide(layerOf(server)))
