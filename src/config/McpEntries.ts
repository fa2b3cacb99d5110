import { FileSystem, Path } from "@effect/platform"
import { Context, Effect, Either, Layer } from "effect"
import type { McpServerEntry } from "./McpServerConfig.ts"
import * as McpServersFile from "./McpServersFile.ts"
import { Settings } from "./Settings.ts"

/** The entries of `mcp_servers.json`, read anew each time. */
export class McpEntries extends Context.Tag("seiyuu/config/McpEntries")<
  McpEntries,
  {
    /** What the file says now. An entry that cannot be used any more is what it was when `take` saw it last. */
    readonly read: Effect.Effect<McpServersFile.McpServersFile>
    /** Reads the file and keeps the entries that can be used; gives its problems, or undefined if it is what it was. */
    readonly take: Effect.Effect<ReadonlyArray<string> | undefined>
  }
>() {
  static readonly layer = Layer.effect(
    McpEntries,
    Effect.gen(function* () {
      const { folder } = yield* Settings
      const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
      /** What could be used last, by name. */
      const kept = new Map<string, McpServerEntry>()
      const file = Effect.provide(McpServersFile.read(folder), context)
      let digest: string | undefined
      const keep = (now: McpServersFile.McpServersFile) => {
        digest = now.digest
        for (const name of new Set([...kept.keys(), ...now.names])) {
          const found = now.find(name)
          if (Either.isRight(found)) kept.set(name, found.right)
          else if (found.left.kind !== "mistake") kept.delete(name)
        }
        return now.problems
      }
      keep(yield* file)
      return McpEntries.of({
        // A file that is not there for a moment may be in the middle of being saved.
        read: Effect.map(file, (now) => ({
          ...now,
          find: (name: string) =>
            Either.orElse(now.find(name), (why) =>
              why.kind === "unwanted" ? Either.left(why) : Either.fromNullable(kept.get(name), () => why)
            )
        })),
        take: Effect.map(file, (now) => (now.digest === digest ? undefined : keep(now)))
      })
    })
  )
}
