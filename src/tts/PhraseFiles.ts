import { createHash } from "node:crypto"
import { FileSystem, Path } from "@effect/platform"
import { Effect, Option } from "effect"
import { LRUCache } from "lru-cache"
import type { Pcm } from "../audio/Pcm.ts"
import * as Wav from "../audio/Wav.ts"

/** The sound of phrases as files. None of it ever fails: what cannot be read or written is synthesised. */
export interface PhraseFiles {
  readonly find: (key: string) => Effect.Effect<Option.Option<Pcm>>
  /** Returns at once if it is there already. */
  readonly keep: (key: string, pcm: Pcm) => Effect.Effect<void>
}

export interface Options {
  /** What `place` starts from, if it is relative. */
  readonly folder: string
  readonly place: string
  /** Most bytes of all files; 0: none is written. */
  readonly bytes: number
}

const none: PhraseFiles = { find: () => Effect.succeedNone, keep: () => Effect.void }

const nameOf = (key: string): string => `${createHash("sha256").update(key).digest("hex")}.wav`
const isOurs = (name: string): boolean => /^[0-9a-f]{64}\.wav$/.test(name)

/** Files that an earlier run has left are known from the start, the latest ones as the most recently used. */
export const open = Effect.fn("PhraseFiles.open")(function* ({ bytes, folder, place }: Options) {
  if (bytes === 0) return none
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const home = path.resolve(folder, place)
  const fileOf = (name: string) => path.join(home, name)
  const dropped: Array<string> = []
  const sizes = new LRUCache<string, number>({
    maxSize: bytes,
    sizeCalculation: (size) => size,
    dispose: (_, name, reason) => void (reason !== "set" && dropped.push(name))
  })
  /** Removes what has had to make room. */
  const clear = Effect.suspend(() =>
    Effect.forEach(dropped.splice(0), (name) => Effect.ignore(fs.remove(fileOf(name))), { discard: true })
  )

  const left = yield* Effect.gen(function* () {
    yield* fs.makeDirectory(home, { recursive: true })
    const names = (yield* fs.readDirectory(home)).filter(isOurs)
    return yield* Effect.forEach(names, (name) =>
      Effect.map(fs.stat(fileOf(name)), (stat) => ({ name, stat }))
    )
  }).pipe(Effect.either)
  if (left._tag === "Left") {
    yield* Effect.logWarning("phrases are not kept on the disk: their folder cannot be used", left.left)
    return none
  }
  const timeOf = ({ stat }: { readonly stat: FileSystem.File.Info }) =>
    Option.match(stat.mtime, { onNone: () => 0, onSome: (time) => time.getTime() })
  for (const { name, stat } of left.right.toSorted((a, b) => timeOf(a) - timeOf(b)))
    sizes.set(name, Math.max(1, Number(stat.size)))
  yield* clear

  const files: PhraseFiles = {
    find: (key) =>
      Effect.suspend(() => {
        const name = nameOf(key)
        if (sizes.get(name) === undefined) return Effect.succeedNone
        return fs.readFile(fileOf(name)).pipe(
          Effect.map((bytes) => Option.fromNullable(Wav.decodePlain(bytes))),
          Effect.orElseSucceed(() => Option.none<Pcm>()),
          Effect.tap((pcm) =>
            Option.isSome(pcm)
              ? Effect.void
              : Effect.zipRight(
                  Effect.sync(() => sizes.delete(name)),
                  clear
                )
          )
        )
      }),
    keep: (key, pcm) =>
      Effect.suspend(() => {
        const name = nameOf(key)
        if (sizes.get(name) !== undefined) return Effect.void
        const wav = Wav.encode(pcm)
        sizes.set(name, wav.length)
        // A file that is cut short, by a crash, would be taken for the phrase.
        const draft = fileOf(`${name}.${process.pid}`)
        return fs.writeFile(draft, wav).pipe(
          Effect.zipRight(fs.rename(draft, fileOf(name))),
          Effect.catchAll(() => Effect.sync(() => sizes.delete(name))),
          Effect.zipRight(clear)
        )
      })
  }
  return files
})
