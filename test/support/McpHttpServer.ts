import { randomUUID } from "node:crypto"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { Server } from "@modelcontextprotocol/sdk/server/index.js"
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js"
import { Effect } from "effect"
import type { Scope } from "effect"
import type { Asked } from "./HttpAnswers.ts"

/** An MCP server over streamable HTTP, on the SDK's own transport. Its tools: `add`, `hang` and `endless` (9 MiB). */
export interface McpHttpServer {
  readonly url: string
  readonly asked: ReadonlyArray<Asked>
  /** Calls of `hang` that have not been cancelled. */
  readonly hanging: () => number
  /** Forgets all sessions, as a restart does. */
  readonly forget: Effect.Effect<void>
  /** Answers the end of a session no more. */
  readonly ignoreFarewells: Effect.Effect<void>
  /** Breaks all connections and listens no more, until `start`. */
  readonly stop: Effect.Effect<void>
  readonly start: Effect.Effect<void>
}

export const serve: Effect.Effect<McpHttpServer, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(async () => {
    const asked: Array<Asked> = []
    const sessions = new Map<string, StreamableHTTPServerTransport>()
    let hanging = 0
    let ignoresFarewells = false

    const begin = async () => {
      const server = new Server({ name: "test", version: "1" }, { capabilities: { tools: {} } })
      server.setRequestHandler(ListToolsRequestSchema, () => ({
        tools: ["add", "hang", "endless"].map((name) => ({ name, inputSchema: { type: "object" as const } }))
      }))
      server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
        if (params.name === "hang") {
          hanging++
          await new Promise((resolve) => signal.addEventListener("abort", resolve))
          hanging--
        }
        if (params.name === "endless") return { content: [{ type: "text", text: "x".repeat(9 * 2 ** 20) }] }
        const { a = 0, b = 0 } = (params.arguments ?? {}) as { readonly a?: number; readonly b?: number }
        return { content: [{ type: "text", text: String(a + b) }] }
      })
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void sessions.set(id, transport)
      })
      await server.connect(transport as Transport)
      return transport
    }

    const http = Http.createServer((request, response) => {
      const { headers, method = "", url = "" } = request
      asked.push({ method, path: url, headers })
      if (method === "DELETE" && ignoresFarewells) return
      const id = headers["mcp-session-id"]
      const known = typeof id === "string" ? sessions.get(id) : undefined
      if (id !== undefined && known === undefined) {
        response.writeHead(404).end()
        return
      }
      void (known === undefined ? begin() : Promise.resolve(known)).then((transport) =>
        transport.handleRequest(request, response)
      )
    })
    const listen = (port: number) => new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve))
    await listen(0)
    const { port } = http.address() as AddressInfo
    const server: McpHttpServer = {
      url: `http://127.0.0.1:${port}`,
      asked,
      hanging: () => hanging,
      forget: Effect.sync(() => sessions.clear()),
      ignoreFarewells: Effect.sync(() => (ignoresFarewells = true)),
      stop: Effect.sync(() => {
        sessions.clear()
        http.close()
        http.closeAllConnections()
      }),
      start: Effect.promise(() => listen(port))
    }
    return server
  }),
  ({ stop }) => stop
)
