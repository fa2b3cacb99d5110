import { readdir, realpath, stat } from "node:fs/promises"
import { join, relative, sep } from "node:path"
import { Effect } from "effect"
import * as PlainName from "./PlainName.ts"
import type { Growing } from "./Report.ts"

/** A file of the folder that is moved in. */
export interface Source {
  /** Names below the folder. */
  readonly names: ReadonlyArray<string>
  /** The same with slashes, for people. */
  readonly shown: string
  /** Where it lies, links followed. */
  readonly path: string
  /** Bytes. */
  readonly size: number
}

/** Deeper folders than that are not looked into. */
const deepest = 16

/**
 * The files at and below `names` in `root`, a real path, by name. `isTaken` says which names are: plain ones, where they
 * become paths. What is hidden and what is code is passed by in silence; links that lead
 * out, names that some system would take for a path, and what is no file are passed by with a remark.
 */
export const files = Effect.fn("SourceFolder.files")(function* (
  root: string,
  names: ReadonlyArray<string>,
  growing: Growing,
  isTaken: (name: string) => boolean = PlainName.isPlain
) {
  const found: Array<Source> = []
  yield* look({ root, found, growing, isTaken }, names, [root])
  return found
})

interface Walk {
  readonly root: string
  readonly found: Array<Source>
  readonly growing: Growing
  readonly isTaken: (name: string) => boolean
}

/** `above` are the real paths of the folders that lead here: a link to one of them would lead round in a circle. */
const look: (walk: Walk, names: ReadonlyArray<string>, above: ReadonlyArray<string>) => Effect.Effect<void> =
  Effect.fnUntraced(function* (walk, names, above) {
    const { found, growing, isTaken, root } = walk
    const shown = names.join("/")
    const remark = (text: string) => Effect.sync(() => growing.remark(shown, text))
    const place = yield* Effect.either(
      Effect.flatMap(
        Effect.tryPromise(() => realpath(join(root, ...names))),
        (path) =>
          Effect.map(
            Effect.tryPromise(() => stat(path)),
            (info) => ({ path, info })
          )
      )
    )
    if (place._tag === "Left")
      return codeOf(place.left) === "ENOENT" && names.length === 1
        ? undefined
        : yield* remark(`cannot be read (${codeOf(place.left)}); it is left out`)
    const { info, path } = place.right
    if (!isWithin(root, path))
      return yield* remark("is a link that leads out of the folder; it is not followed")
    if (info.isFile()) return void found.push({ names, shown, path, size: info.size })
    if (!info.isDirectory()) return yield* remark("is neither a file nor a folder; it is left out")
    if (above.includes(path) || above.length >= deepest)
      return yield* remark("leads round in a circle, or too deep; it is not followed")
    const inside = yield* Effect.either(Effect.tryPromise(() => readdir(path)))
    if (inside._tag === "Left")
      return yield* remark(`cannot be read (${codeOf(inside.left)}); it is left out`)
    for (const name of inside.right.toSorted()) {
      if (isPassedBy(name)) continue
      if (isTaken(name)) yield* look(walk, [...names, name], [...above, path])
      else growing.remark(`${shown}/${name}`, "has a name that not every system can have; it is left out")
    }
  })

/** Hidden, or code: upstream's folder of prompts is a Python package too. */
const isPassedBy = (name: string) => name.startsWith(".") || name === "__pycache__" || /\.py$/iu.test(name)

const codeOf = (failure: { readonly error: unknown }) =>
  (failure.error as { readonly code?: string }).code ?? "unknown reason"

/** Whether a path is at or below a folder; both are absolute. */
export const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path)
  return way !== ".." && !way.startsWith(`..${sep}`) && join(folder, way) === path
}
