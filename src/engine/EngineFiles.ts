import { basename } from "node:path"
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { EngineUnavailable } from "./EngineUnavailable.ts"
import type { EngineKind } from "./EngineUnavailable.ts"
import { say } from "../language/Text.ts"
import type { Text, Words } from "../language/Text.ts"

/** Where files are named: the engine and its section of the configuration, such as `tts_config.piper_tts`. */
export interface Place {
  readonly kind: EngineKind
  readonly engine: string
  readonly section: string
}

/** Something is wrong with what stands at a key. The path is told by its last part only. */
export const wrong = ({ engine, kind, section }: Place, key: string, reason: Words, advice: Words) =>
  new EngineUnavailable({ kind, engine, reason: say("engine.of", `${section}.${key}`, reason), advice })

/** Fails unless what the key names is there, may be read, and, if it is a file, holds something. */
export const check = Effect.fn("EngineFiles.check")(function* (
  place: Place,
  key: string,
  path: string,
  is: "file" | "folder" = "file"
): Effect.fn.Return<void, EngineUnavailable, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const name = JSON.stringify(basename(path))
  const fail = (reason: Text, advice = say("engine.correctPath")) => wrong(place, key, reason, advice)
  const isFolder = is === "folder"
  const info = yield* Effect.mapError(fs.stat(path), () =>
    fail(isFolder ? say("engine.noFolder", name) : say("engine.noFile", name))
  )
  if (info.type !== (isFolder ? "Directory" : "File"))
    return yield* fail(isFolder ? say("engine.notAFolder", name) : say("engine.notAFile", name))
  yield* Effect.mapError(fs.access(path, { readable: true }), () =>
    fail(say("engine.unreadable", name), say("engine.giveRight"))
  )
  if (!isFolder && info.size === 0n)
    return yield* fail(say("engine.empty", name), say("engine.fetchFileAgain"))
})
