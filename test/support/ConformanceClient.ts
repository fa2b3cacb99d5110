/**
 * A client for the conformance suite of MCP: opens the server of the address that is its last argument as a character does,
 * and calls every tool that it has.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Effect } from "effect"
import * as McpFolder from "../mcp/McpFolder.ts"

const program = Effect.gen(function* () {
  const client = yield* McpFolder.open("suite")
  for (const problem of client.problems ?? []) return yield* problem
  for (const { name } of yield* client.tools) yield* client.call(name, { a: 5, b: 3 })
}).pipe(Effect.scoped)

const servers = { suite: { url: process.argv.at(-1), transport: "http" } }

program.pipe(Effect.provide(McpFolder.layer(servers)), NodeRuntime.runMain)
