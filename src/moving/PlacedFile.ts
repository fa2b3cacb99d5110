import { randomUUID } from "node:crypto"
import { dirname } from "node:path"
import { FileSystem } from "@effect/platform"
import type { Error as PlatformError } from "@effect/platform"
import { Effect } from "effect"
import * as Checksum from "../models/Checksum.ts"
import * as Folder from "../models/Folder.ts"
import * as MovingFailed from "./MovingFailed.ts"

export interface Options {
  /** Where the file is to be. */
  readonly path: string
  /** Whether it takes the place of another one. */
  readonly overwrite: boolean
  /** Whether the other one is kept beside it then. */
  readonly backup: boolean
  /** Whether it is only said what would happen. */
  readonly dryRun: boolean
}

type Outcome = "added" | "replaced" | "same" | "kept"
type Files<A> = Effect.Effect<A, PlatformError.PlatformError, FileSystem.FileSystem>

/** Puts a copy of the file `from` in a place. */
export const copy = (from: string, options: Options) =>
  put(options, {
    isSame: isSameFile(from, options.path),
    write: (part) => Effect.flatMap(FileSystem.FileSystem, (fs) => fs.copyFile(from, part))
  })

/** Puts a file of this content in a place. */
export const write = (content: string | Uint8Array, options: Options) => {
  const bytes = Buffer.from(content)
  return put(options, {
    isSame: Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFile(options.path)).pipe(
      Effect.map((there) => bytes.equals(there))
    ),
    write: (part) => Effect.flatMap(FileSystem.FileSystem, (fs) => fs.writeFile(part, bytes))
  })
}

const isSameFile = (one: string, other: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const [first, second] = yield* Effect.all([fs.stat(one), fs.stat(other)])
    if (first.type !== second.type || first.size !== second.size) return false
    return (yield* Checksum.ofFile(one)) === (yield* Checksum.ofFile(other))
  })

/** The file is whole before it gets its name: whatever happens meanwhile, half a file never has it, and always some file. */
const put = Effect.fnUntraced(
  function* (
    { backup, dryRun, overwrite, path }: Options,
    file: { readonly isSame: Files<boolean>; readonly write: (part: string) => Files<void> }
  ) {
    const fs = yield* FileSystem.FileSystem
    const isThere = yield* fs.exists(path)
    if (isThere && (yield* Effect.orElseSucceed(file.isSame, () => false))) return "same"
    if (isThere && !overwrite) return "kept"
    const outcome: Outcome = isThere ? "replaced" : "added"
    if (dryRun) return outcome
    yield* Folder.make(dirname(path))
    const part = `${path}.${randomUUID().slice(0, 8)}.part`
    yield* file
      .write(part)
      .pipe(
        Effect.zipRight(isThere && backup ? keepBeside(path) : Effect.void),
        Effect.zipRight(fs.rename(part, path)),
        Effect.ensuring(Effect.ignore(fs.remove(part, { force: true })))
      )
    return outcome
  },
  (placed, { path }) =>
    MovingFailed.unwritable(path)(placed) as Effect.Effect<
      Outcome,
      MovingFailed.MovingFailed,
      FileSystem.FileSystem
    >
)

/**
 * Gives the file a second name that is free: `conf.yaml.bak`, `conf.yaml.bak2` and so on. It keeps its own until another
 * file takes that. A file system without links gets a copy.
 */
const keepBeside = (path: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    let name = `${path}.bak`
    for (let number = 2; yield* fs.exists(name); number++) name = `${path}.bak${number}`
    yield* Effect.orElse(fs.link(path, name), () => fs.copyFile(path, name))
  })
