import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { join } from "node:path"
import * as Clips from "../../src/server/Clips.ts"
import * as Tone from "../support/Tone.ts"

const leftover = "0e9b1c4c-5a0f-4f43-9d0a-6f1d0f6b1a11.wav"

/** Clips in a new folder, which holds what an earlier server and somebody else have left in it. */
const open = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = join(yield* fs.makeTempDirectoryScoped(), "cache")
  yield* fs.makeDirectory(folder)
  yield* fs.writeFileString(join(folder, leftover), "old")
  yield* fs.writeFileString(join(folder, "mine.wav"), "somebody else's")
  const scope = yield* Scope.make()
  const clips = yield* Scope.extend(Clips.open(folder), scope)
  return { clips, close: Scope.close(scope, Exit.void), folder, names: fs.readDirectory(folder) }
})

describe("Clips", () => {
  it.scoped("keeps what it is given, and nothing of an earlier or an ended server", () =>
    Effect.gen(function* () {
      const { clips, close, folder, names } = yield* open
      expect(yield* names).toEqual(["mine.wav"])
      const wav = Tone.wav(20)
      const path = yield* clips.keep(wav)
      expect(path).toMatch(/^\/cache\/[0-9a-f-]{36}\.wav$/u)
      const fs = yield* FileSystem.FileSystem
      expect(yield* fs.readFile(join(folder, "..", path))).toEqual(wav)
      expect(yield* clips.keep(wav)).not.toBe(path)
      yield* close
      expect(yield* names).toEqual(["mine.wav"])
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("lets the oldest go when there are too many", () =>
    Effect.gen(function* () {
      const { clips, names } = yield* open
      const paths = yield* Effect.replicateEffect(clips.keep(Tone.wav(1)), Clips.limits.files + 3)
      const expected = paths.slice(3).map((path) => path.slice("/cache/".length))
      expect([...(yield* names)].sort()).toEqual([...expected, "mine.wav"].sort())
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("lets the oldest go when they are too large together", () =>
    Effect.gen(function* () {
      const { clips, names } = yield* open
      const half = new Uint8Array(Clips.limits.bytes / 2)
      const paths = yield* Effect.replicateEffect(clips.keep(half), 3)
      expect((yield* names).length).toBe(3)
      const all = yield* clips.keep(new Uint8Array(Clips.limits.bytes + 1))
      expect(paths).not.toContain(all)
      expect([...(yield* names)].sort()).toEqual([all.slice("/cache/".length), "mine.wav"].sort())
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("says so when the folder cannot be written to", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = yield* fs.makeTempFileScoped()
      const clips = yield* Clips.open(join(file, "cache"))
      const failure = yield* Effect.flip(clips.keep(Tone.wav(1)))
      expect(failure.message).toContain("`cache`")
      expect(failure.message).not.toContain(file)
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
