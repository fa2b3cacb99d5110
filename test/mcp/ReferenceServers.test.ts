import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as McpFolder from "./McpFolder.ts"

const namesOf = (tools: ReadonlyArray<{ readonly name: string }>) => tools.map(({ name }) => name)

describe("the reference servers", () => {
  it.scopedLive("everything: texts, pictures, resources, structured answers and refusals", () =>
    Effect.gen(function* () {
      const client = yield* McpFolder.open("everything")
      assert.deepStrictEqual(client.problems, [])
      const tools = yield* client.tools
      const sum = tools.find(({ name }) => name === "get-sum")
      assert(sum !== undefined)
      assert.strictEqual(sum.server, "everything")
      assert.strictEqual(sum.inputSchema["type"], "object")
      assert.isAbove(sum.description.length, 0)
      assert.isFalse(sum.confirm || sum.clientMayCall)
      // Those that need what is not offered to servers, or more than one step, are not there.
      assert.notInclude(namesOf(tools), "trigger-sampling-request")
      assert.notInclude(namesOf(tools), "simulate-research-query")

      const added = yield* client.call("get-sum", { a: 2, b: 3 })
      assert.deepStrictEqual(added, { text: "The sum of 2 and 3 is 5.", images: [], failed: false })
      const picture = yield* client.call("get-tiny-image", {})
      assert.deepStrictEqual(
        picture.images.map(({ mimeType }) => mimeType),
        ["image/png"]
      )
      assert.strictEqual(Buffer.from(picture.images[0]!.base64, "base64").subarray(1, 4).toString(), "PNG")
      const resource = yield* client.call("get-resource-reference", { resourceType: "Text", resourceId: 1 })
      assert.match(resource.text, /demo:\/\/resource\/dynamic\/text\/1:\n\S/u)
      const links = yield* client.call("get-resource-links", { count: 2 })
      assert.match(links.text, /demo:\/\/resource/u)
      const weather = yield* client.call("get-structured-content", { location: "Chicago" })
      assert.match(weather.text, /"temperature":/u)

      const wrong = yield* client.call("get-sum", { a: "two" })
      assert.isTrue(wrong.failed)
      assert.match(wrong.text, /Invalid arguments/u)
      const failure = yield* Effect.flip(client.call("get-summ", {}))
      assert.strictEqual(
        failure.message,
        `get-summ: there is no such tool (did you mean "get-sum"?). Use one of the character's tools.`
      )
    }).pipe(Effect.provide(McpFolder.layer({ everything: McpFolder.everything })))
  )

  it.scopedLive("everything: a call that shows progress outlives its time, one that does not ends", () =>
    Effect.gen(function* () {
      const client = yield* McpFolder.open("everything")
      const long = yield* client.call("trigger-long-running-operation", { duration: 3, steps: 6 })
      assert.match(long.text, /completed/u)
      const failure = yield* Effect.flip(
        client.call("trigger-long-running-operation", { duration: 30, steps: 1 })
      )
      assert.strictEqual(failure.reason, "timed-out")
      assert.strictEqual(
        failure.message,
        "trigger-long-running-operation: MCP server everything did not answer within 1.5 s. " +
          "Ask for less, or give it more time by timeout in mcp_servers.json."
      )
    }).pipe(Effect.provide(McpFolder.layer({ everything: { ...McpFolder.everything, timeout: 1.5 } })))
  )

  it.scopedLive("filesystem and memory work side by side", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.realPath(yield* ConfigFolder.make({ "note.txt": "Buy milk." }))
      yield* Effect.gen(function* () {
        const client = yield* McpFolder.open("filesystem", "memory")
        assert.deepStrictEqual(client.problems, [])
        const tools = yield* client.tools
        assert.includeMembers(namesOf(tools), ["read_text_file", "write_file", "create_entities"])
        assert.strictEqual(tools.find(({ name }) => name === "create_entities")?.server, "memory")
        assert.isTrue(tools.find(({ name }) => name === "write_file")?.confirm)
        assert.isFalse(tools.find(({ name }) => name === "read_text_file")?.confirm)
        assert.isTrue(tools.find(({ name }) => name === "read_graph")?.clientMayCall)

        const read = yield* client.call("read_text_file", { path: `${folder}/note.txt` })
        assert.deepStrictEqual(read, { text: "Buy milk.", images: [], failed: false })
        yield* client.call("write_file", { path: `${folder}/other.txt`, content: "Bread too." })
        assert.strictEqual(yield* fs.readFileString(`${folder}/other.txt`), "Bread too.")
        const outside = yield* client.call("read_text_file", { path: "/etc/hostname" })
        assert.isTrue(outside.failed)
        assert.match(outside.text, /outside allowed/u)

        const entities = [{ name: "Hana", entityType: "character", observations: ["likes tea"] }]
        yield* client.call("create_entities", { entities })
        assert.match((yield* client.call("search_nodes", { query: "tea" })).text, /Hana/u)
      }).pipe(
        Effect.provide(
          McpFolder.layer({
            filesystem: { ...McpFolder.filesystem(folder), confirm: ["write_file"] },
            memory: {
              ...McpFolder.memory,
              env: { MEMORY_FILE_PATH: `${folder}/memory.json` },
              client_calls: true
            }
          })
        )
      )
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
