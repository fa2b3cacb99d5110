import { fileURLToPath } from "node:url"
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import * as McpFolder from "../test/mcp/McpFolder.ts"
import * as BuiltServer from "../test/support/BuiltServer.ts"

const template = fileURLToPath(new URL("./server", import.meta.url))

/** Where the configuration in `server/` looks for the suite's model and voice. */
export const usualPort = 18_123

/** Starts the built server on a copy of `server/`; the scope's end stops it and removes the copy. */
export const start = Effect.fnUntraced(function* (servicesUrl: string) {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped({ prefix: "seiyuu-conformance-" })
  yield* files.copy(template, folder, { overwrite: true })
  const edit = Effect.fnUntraced(function* (name: string, change: (text: string) => string) {
    yield* files.writeFileString(
      `${folder}/${name}`,
      change(yield* files.readFileString(`${folder}/${name}`))
    )
  })
  yield* edit("conf.yaml", (text) => text.replaceAll(`http://127.0.0.1:${usualPort}`, servicesUrl))
  yield* edit("mcp_servers.json", (text) => {
    const described = JSON.parse(text) as { mcp_servers: { everything: object } }
    // The same program without a package manager in between.
    Object.assign(described.mcp_servers.everything, McpFolder.everything)
    return JSON.stringify(described)
  })
  const server = yield* BuiltServer.start(folder)
  return server.url
})
