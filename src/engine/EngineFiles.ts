import { basename } from "node:path"
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { EngineUnavailable } from "./EngineUnavailable.ts"
import type { EngineKind } from "./EngineUnavailable.ts"

/** Where files are named: the engine and its section of the configuration, such as `tts_config.piper_tts`. */
export interface Place {
  readonly kind: EngineKind
  readonly engine: string
  readonly section: string
}

/** Something is wrong with what stands at a key. The path is told by its last part only. */
export const wrong = ({ engine, kind, section }: Place, key: string, reason: string, advice: string) =>
  new EngineUnavailable({ kind, engine, reason: `${section}.${key}: ${reason}`, advice })

/** Fails unless what the key names is there, may be read, and, if it is a file, holds something. */
export const check = Effect.fn("EngineFiles.check")(function* (
  place: Place,
  key: string,
  path: string,
  is: "file" | "folder" = "file"
): Effect.fn.Return<void, EngineUnavailable, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const name = JSON.stringify(basename(path))
  const fail = (
    reason: string,
    advice = "Correct the path; a relative one starts from the folder of conf.yaml."
  ) => wrong(place, key, reason, advice)
  const info = yield* Effect.mapError(fs.stat(path), () => fail(`there is no ${is} ${name}`))
  if (info.type !== (is === "folder" ? "Directory" : "File")) return yield* fail(`${name} is not a ${is}`)
  yield* Effect.mapError(fs.access(path, { readable: true }), () =>
    fail(`${name} may not be read`, "Give the server's user the right to read it.")
  )
  if (is === "file" && info.size === 0n)
    return yield* fail(`${name} is empty`, "Fetch it again: it belongs to the model.")
})
