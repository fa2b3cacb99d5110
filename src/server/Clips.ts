import { randomUUID } from "node:crypto"
import { FileSystem, Path } from "@effect/platform"
import { Clock, Duration, Effect, Option, Schema } from "effect"
import * as Folder from "../models/Folder.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as LivingProcess from "../supervision/LivingProcess.ts"
import { english, say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** Most files, and most bytes of all files, that are kept: beyond either the oldest go. */
export const limits = { files: 200, bytes: 64 * 1024 * 1024 }

/** Names of a server's files, with its machine and its process: whatever else is in the folder is left alone. */
const ours = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.wav$/
/** Files of another machine that are older have been left by a server that is no more. */
const forgotten = Duration.days(1)

/** A clip could not be written. `message` is fit for a client. */
export class ClipNotKept extends Schema.TaggedError<ClipNotKept>()("ClipNotKept", { cause: Schema.Defect }) {
  override get message(): string {
    return english(this.words)
  }

  get words(): Text {
    return say("server.clipNotKept")
  }
}

/** Sound files that wait for whoever asked for them. */
export interface Clips {
  /** Keeps a WAV file; answers the path, such as `/cache/….wav`, that it is served at. */
  readonly keep: (wav: Uint8Array) => Effect.Effect<string, ClipNotKept>
}

/**
 * Clips in the folder `folder`, which is served at `/cache/`. They go when the scope closes. What a server that was killed
 * has left goes now; what belongs to another one that runs stays.
 */
export const open = Effect.fn("Clips.open")(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  /** Oldest first. */
  const kept: Array<{ readonly name: string; readonly bytes: number }> = []
  let total = 0

  const remove = (name: string) => Effect.ignore(fs.remove(path.join(folder, name), { force: true }))
  const isOld = (name: string) =>
    Effect.gen(function* () {
      const { mtime } = yield* fs.stat(path.join(folder, name))
      const age = (yield* Clock.currentTimeMillis) - Option.getOrElse(mtime, () => new Date(0)).getTime()
      return age > Duration.toMillis(forgotten)
    }).pipe(Effect.orElseSucceed(() => false))
  /** Whether its server has ended. This process has only just begun: what bears its number is of an earlier one. */
  const isLeft = (name: string) => {
    const [, machine, pid] = ours.exec(name) ?? []
    if (machine === undefined) return Effect.succeed(false)
    if (machine !== LivingProcess.machine) return isOld(name)
    return Effect.sync(() => Number(pid) === process.pid || !LivingProcess.isAlive(Number(pid)))
  }
  const removeAll = (which: (name: string) => Effect.Effect<boolean>) =>
    fs.readDirectory(folder).pipe(
      Effect.flatMap(Effect.filter(which)),
      Effect.flatMap(Effect.forEach(remove)),
      // Mostly there is no such folder.
      Effect.ignore
    )

  const forgetOldest = Effect.suspend(() => {
    const oldest: Array<string> = []
    while (kept.length > 1 && (kept.length > limits.files || total > limits.bytes)) {
      const { bytes, name } = kept.shift()!
      total -= bytes
      oldest.push(name)
    }
    return Effect.forEach(oldest, remove, { discard: true })
  })

  const write = (name: string, wav: Uint8Array) =>
    Folder.make(folder).pipe(
      Effect.provideService(FileSystem.FileSystem, fs),
      Effect.zipRight(fs.writeFile(path.join(folder, name), wav)),
      Effect.onError(() => remove(name)),
      Effect.mapError((cause) => new ClipNotKept({ cause }))
    )

  yield* removeAll(isLeft)
  yield* Finalizer.add(removeAll((name) => Effect.succeed(name.startsWith(LivingProcess.mine))))

  const keep = Effect.fn("Clips.keep")((wav: Uint8Array) =>
    Effect.uninterruptibleMask((restore) => {
      const name = `${LivingProcess.mine}${randomUUID()}.wav`
      return restore(write(name, wav)).pipe(
        Effect.tap(() => {
          kept.push({ name, bytes: wav.byteLength })
          total += wav.byteLength
        }),
        Effect.zipRight(forgetOldest),
        Effect.as(`/cache/${name}`)
      )
    })
  )
  const clips: Clips = { keep }
  return clips
})
