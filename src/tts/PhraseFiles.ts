import { FileSystem, Path } from "@effect/platform"
import { Effect, Option, Queue } from "effect"
import { LRUCache } from "lru-cache"
import type { Pcm } from "../audio/Pcm.ts"
import * as Wav from "../audio/Wav.ts"
import * as Folder from "../models/Folder.ts"
import * as LivingProcess from "../supervision/LivingProcess.ts"

/**
 * The sound of phrases as files, by a key of 64 hexadecimal digits. None of it ever fails: what cannot be read or written
 * is synthesised.
 */
export interface PhraseFiles {
  readonly find: (key: string) => Effect.Effect<Option.Option<Pcm>>
  /** Returns at once: it is written in the background, or passed by while too many others wait for that. */
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

/** How many phrases wait to be written at most. */
const waitingAtMost = 8

const isOurs = (name: string): boolean => /^[0-9a-f]{64}\.wav$/.test(name)
const isDraft = (name: string): boolean => /^[0-9a-f]{64}\.wav\../.test(name)

/**
 * Files that an earlier run has left are known from the start, the latest ones as the most recently used. Writes as long
 * as the scope is open.
 */
export const open = Effect.fn("PhraseFiles.open")(function* ({ bytes, folder, place }: Options) {
  if (bytes === 0) return none
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const home = path.resolve(folder, place)
  const fileOf = (name: string) => path.join(home, name)
  const remove = (name: string) => Effect.ignore(fs.remove(fileOf(name)))
  const dropped: Array<string> = []
  const sizes = new LRUCache<string, number>({
    maxSize: bytes,
    sizeCalculation: (size) => size,
    dispose: (_, name, reason) => void (reason !== "set" && dropped.push(name))
  })
  /** Removes what has had to make room. */
  const clear = Effect.suspend(() => Effect.forEach(dropped.splice(0), remove, { discard: true }))

  const left = yield* Effect.gen(function* () {
    yield* Folder.make(home)
    const names = yield* fs.readDirectory(home)
    // Drafts that were never finished. If another process is at one of them, it does without that phrase.
    yield* Effect.forEach(names.filter(isDraft), remove, { discard: true })
    // What has vanished since then was another process's to remove.
    return yield* Effect.forEach(names.filter(isOurs), (name) =>
      Effect.option(Effect.map(fs.stat(fileOf(name)), (stat) => ({ name, stat })))
    )
  }).pipe(Effect.either)
  if (left._tag === "Left") {
    yield* Effect.logWarning(`phrases are not kept on the disk: ${left.left.message}`)
    return none
  }
  const timeOf = ({ stat }: { readonly stat: FileSystem.File.Info }) =>
    Option.match(stat.mtime, { onNone: () => 0, onSome: (time) => time.getTime() })
  const found = left.right.flatMap(Option.toArray).toSorted((a, b) => timeOf(a) - timeOf(b))
  for (const { name, stat } of found) sizes.set(name, Math.max(1, Number(stat.size)))
  yield* clear

  const waiting = yield* Queue.dropping<{ readonly name: string; readonly pcm: Pcm }>(waitingAtMost)
  const write = Effect.gen(function* () {
    const { name, pcm } = yield* Queue.take(waiting)
    const wav = Wav.encode(pcm)
    if (sizes.has(name) || wav.length > bytes) return
    // A file that is cut short, by a crash, would be taken for the phrase.
    const draft = `${name}.${LivingProcess.mine}draft`
    yield* fs.writeFile(fileOf(draft), wav).pipe(
      Effect.zipRight(fs.rename(fileOf(draft), fileOf(name))),
      Effect.matchEffect({
        onFailure: () => remove(draft),
        onSuccess: () =>
          Effect.zipRight(
            Effect.sync(() => sizes.set(name, wav.length)),
            clear
          )
      }),
      // What has begun is finished: nobody would remove half of it.
      Effect.uninterruptible
    )
  })
  yield* Effect.forkScoped(Effect.forever(write))

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
        return sizes.get(name) === undefined ? Queue.offer(waiting, { name, pcm }) : Effect.void
      })
  }
  return files
})

const nameOf = (key: string): string => `${key}.wav`
