import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as CharacterTools from "../../src/mcp/CharacterTools.ts"
import type { McpServer } from "../../src/mcp/McpServer.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const entry: CharacterTools.Held["entry"] = {
  disabled: false,
  command: "own",
  args: [],
  env: Redacted.make({}),
  timeout: 1,
  headers: Redacted.make({}),
  confirm: false,
  client_calls: false
}

const clientOf = (names: ReadonlyArray<string>, call: McpServer["call"]) => {
  const tools = names.map((name) => ({ name, inputSchema: { type: "object" as const } }))
  const server: McpServer = { tools: Effect.succeed(tools), call }
  return CharacterTools.clientOf([{ name: "own", held: { entry, server }, failure: undefined }])
}

describe("the tools of a character", () => {
  it.effect("fail in words where an answer is stumbled over", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const client = clientOf(["a"], () => Effect.die(new RangeError("too deep")))
      const { message, reason } = yield* Effect.flip(client.call("a", {}))
      assert.strictEqual(reason, "refused")
      assert.strictEqual(
        message,
        "a: its answer cannot be read. Do something else; the server's log has more."
      )
      assert.match(lines.join("\n"), /the call of tool a died/u)
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
  })
})
