import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as McpServers from "../../src/mcp/McpServers.ts"
import { run } from "../config/ReloadFolder.ts"
import * as McpFolder from "./McpFolder.ts"

const file = (servers: Readonly<Record<string, unknown>>) => JSON.stringify({ mcp_servers: servers })

const servers = McpServers.layer().pipe(Layer.provideMerge(EnginePool.layer({ idleTimeToLive: 0 })))

/** How many tools a session that begins now has. */
const toolsOf = (...names: ReadonlyArray<string>) =>
  McpFolder.open(...names).pipe(
    Effect.flatMap(({ tools }) => tools),
    Effect.map((tools) => tools.length),
    Effect.scoped
  )

describe("servers of a file that changes", () => {
  it.scopedLive("stay as they were where the file has become wrong, and new sessions have their tools", () =>
    run(
      ({ lines, look, remove, write }) =>
        Effect.gen(function* () {
          const all = yield* toolsOf("own")
          expect(all).toBeGreaterThan(0)
          for (const broken of ["{", "[]", file({ own: { args: [] }, second: McpFolder.own() })]) {
            yield* write("mcp_servers.json", broken)
            expect(yield* look).toEqual([])
            expect(lines.at(-1)).toMatch(/^mcp_servers\.json has changed .* what was before stays/u)
            expect(yield* toolsOf("own"), broken).toBe(all)
          }
          expect(yield* toolsOf("second")).toBe(all)
          // In the middle of being saved.
          yield* remove("mcp_servers.json")
          expect(yield* toolsOf("own")).toBe(all)
          // What somebody has taken out is gone.
          yield* write("mcp_servers.json", file({ second: McpFolder.own() }))
          expect(yield* look).toEqual(["mcp_servers.json"])
          expect(yield* toolsOf("own")).toBe(0)
          yield* remove("mcp_servers.json")
          expect(yield* look).toEqual(["mcp_servers.json"])
          expect(yield* toolsOf("second")).toBe(0)
        }).pipe(Effect.provide(servers)),
      { files: { "mcp_servers.json": file({ own: McpFolder.own() }) } }
    ).pipe(Effect.provide(NodeContext.layer))
  )
})
