import { randomUUID } from "node:crypto"
import { FileSystem, Path } from "@effect/platform"
import { Effect, Schema } from "effect"
import * as Finalizer from "../supervision/Finalizer.ts"

/** Most files, and most bytes of all files, that are kept: beyond either the oldest go. */
export const limits = { files: 200, bytes: 64 * 1024 * 1024 }

/** Names of our own files: whatever else is in the folder is left alone. */
const ours = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.wav$/

/** A clip could not be written. `message` is fit for a client. */
export class ClipNotKept extends Schema.TaggedError<ClipNotKept>()("ClipNotKept", { cause: Schema.Defect }) {
  override get message(): string {
    return "The sound could not be kept: the server's folder `cache` cannot be written to. See to its rights and to the space on the disk."
  }
}

/** Sound files that wait for whoever asked for them. */
export interface Clips {
  /** Keeps a WAV file; answers the path, such as `/cache/….wav`, that it is served at. */
  readonly keep: (wav: Uint8Array) => Effect.Effect<string, ClipNotKept>
}

/**
 * Clips in the folder `folder`, which is served at `/cache/`. Emptied now, for whatever a server that was killed has
 * left, and when the scope closes.
 */
export const open = Effect.fn("Clips.open")(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  /** Oldest first. */
  const kept: Array<{ readonly name: string; readonly bytes: number }> = []
  let total = 0

  const remove = (name: string) => Effect.ignore(fs.remove(path.join(folder, name), { force: true }))
  const empty = fs.readDirectory(folder).pipe(
    Effect.flatMap((names) =>
      Effect.forEach(
        names.filter((name) => ours.test(name)),
        remove,
        { discard: true }
      )
    ),
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
    fs.makeDirectory(folder, { recursive: true }).pipe(
      Effect.zipRight(fs.writeFile(path.join(folder, name), wav)),
      Effect.onError(() => remove(name)),
      Effect.mapError((cause) => new ClipNotKept({ cause }))
    )

  yield* empty
  yield* Finalizer.add(empty)

  const keep = Effect.fn("Clips.keep")((wav: Uint8Array) =>
    Effect.uninterruptibleMask((restore) => {
      const name = `${randomUUID()}.wav`
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
