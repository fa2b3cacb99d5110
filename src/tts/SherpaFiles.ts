import { basename } from "node:path"
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { Given, SherpaVoice } from "./SherpaVoice.ts"

/** Where the files are named: the engine and its section of the configuration, such as `tts_config.piper_tts`. */
export interface Place {
  readonly engine: string
  readonly section: string
}

/** Something is wrong with what stands at a key. The path is told by its last part only. */
export const wrong = ({ engine, section }: Place, key: string, reason: string, advice: string) =>
  new EngineUnavailable({ kind: "tts", engine, reason: `${section}.${key}: ${reason}`, advice })

/**
 * Fails unless everything is there that the library reads, and readable: it ends its process over some of what is not.
 */
export const check = Effect.fn("SherpaFiles.check")(function* (
  place: Place,
  voice: SherpaVoice,
  ruleFsts: ReadonlyArray<string>
) {
  for (const given of voice.given) {
    if (given.is === "word") continue
    for (const path of given.values) yield* checkPath(place, given, path)
  }
  yield* checkFiles(place, "tts_rule_fsts", ruleFsts)
})

/** The same for files that belong to one key. */
export const checkFiles = (place: Place, key: string, paths: ReadonlyArray<string>) =>
  Effect.forEach(paths, (path) => checkPath(place, { key, is: "file" }, path), { discard: true })

const checkPath = Effect.fnUntraced(function* (
  place: Place,
  { is, key }: Pick<Given, "is" | "key">,
  path: string
) {
  const fs = yield* FileSystem.FileSystem
  const name = JSON.stringify(basename(path))
  const fail = (
    reason: string,
    advice = "Correct the path; a relative one starts from the folder of conf.yaml."
  ) => wrong(place, key, reason, advice)
  const what = is === "folder" ? "folder" : "file"
  const info = yield* Effect.mapError(fs.stat(path), () => fail(`there is no ${what} ${name}`))
  if (info.type !== (is === "folder" ? "Directory" : "File")) return yield* fail(`${name} is not a ${what}`)
  yield* Effect.mapError(fs.access(path, { readable: true }), () =>
    fail(`${name} may not be read`, "Give the server's user the right to read it.")
  )
  if (is !== "folder" && info.size === 0n) {
    return yield* fail(`${name} is empty`, "Fetch it again: it belongs to the model.")
  }
})
