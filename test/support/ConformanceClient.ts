/**
 * A client for the conformance suite of MCP: opens the server of the address that is its last argument as a character does,
 * and calls every tool that it has.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import * as McpFolder from "../mcp/McpFolder.ts"

const address = process.argv.at(-1)!

const program = Effect.gen(function* () {
  const client = yield* McpFolder.open("suite")
  for (const problem of client.problems ?? []) return yield* problem
  for (const { name } of yield* client.tools) yield* client.call(name, { a: 5, b: 3 })
}).pipe(Effect.scoped)

/** What a person would write into the entry of a server that wants a token. */
const oauth = Effect.promise(async () => {
  const { client_id, client_secret } = JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}") as {
    readonly client_id?: string
    readonly client_secret?: string
  }
  if (client_secret === undefined) return {}
  const { pathname, origin } = new URL(address)
  const metadata = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`)
  const { authorization_servers } = (await metadata.json()) as {
    readonly authorization_servers: readonly [string]
  }
  return { oauth: { issuer: authorization_servers[0], client_id, client_secret } }
})

const layer = Layer.unwrapEffect(
  Effect.map(oauth, (oauth) => McpFolder.layer({ suite: { url: address, transport: "http", ...oauth } }))
)

program.pipe(Effect.provide(layer), NodeRuntime.runMain)
