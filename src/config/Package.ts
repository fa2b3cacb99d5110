import { FileSystem, Path } from "@effect/platform"
import { Effect, Schema } from "effect"

const Manifest = Schema.parseJson(Schema.Struct({ version: Schema.String }))

/** The version of the installed package. */
export const version = Effect.gen(function* () {
  const path = yield* Path.Path
  // Two folders up from here is the package's own folder, in src/ as in dist/.
  const file = yield* path.fromFileUrl(new URL("../../package.json", import.meta.url))
  const text = yield* (yield* FileSystem.FileSystem).readFileString(file)
  return (yield* Schema.decode(Manifest)(text)).version
}).pipe(Effect.orDie)
