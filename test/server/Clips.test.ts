import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Scope, TestClock } from "effect"
import { createHash } from "node:crypto"
import { hostname } from "node:os"
import { join } from "node:path"
import * as Clips from "../../src/server/Clips.ts"
import * as Tone from "../support/Tone.ts"

const id = "0e9b1c4c-5a0f-4f43-9d0a-6f1d0f6b1a11.wav"
const here = createHash("sha256").update(hostname()).digest("hex").slice(0, 8)
// No process has this id: it is above the largest that Linux gives.
const leftover = `${here}-${2 ** 22 + 1}-${id}`
const elsewhere = `00000000-1-${id}`
const older = `00000000-2-${id}`
/** Of a server that runs beside this one: the process that has started this one stands for it. */
const other = `${here}-${process.ppid}-${id}`
const others = [elsewhere, other, "mine.wav"].toSorted()

/** Clips in a new folder, which holds what an earlier server and somebody else have left in it. */
const open = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = join(yield* fs.makeTempDirectoryScoped(), "cache")
  yield* fs.makeDirectory(folder)
  for (const name of [leftover, elsewhere, other, older]) yield* fs.writeFileString(join(folder, name), "old")
  yield* fs.utimes(join(folder, older), 0, 0)
  yield* fs.writeFileString(join(folder, "mine.wav"), "somebody else's")
  yield* TestClock.setTime(Date.now())
  const scope = yield* Scope.make()
  const clips = yield* Scope.extend(Clips.open(folder), scope)
  return {
    clips,
    close: Scope.close(scope, Exit.void),
    folder,
    names: Effect.map(fs.readDirectory(folder), (names) => names.toSorted())
  }
})

describe("Clips", () => {
  it.scoped("keeps what it is given and what another server has, and nothing of an ended one", () =>
    Effect.gen(function* () {
      const { clips, close, folder, names } = yield* open
      expect(yield* names).toEqual(others)
      const wav = Tone.wav(20)
      const path = yield* clips.keep(wav)
      expect(path).toMatch(/^\/cache\/[0-9a-f-]{40,}\.wav$/u)
      const fs = yield* FileSystem.FileSystem
      expect(yield* fs.readFile(join(folder, "..", path))).toEqual(wav)
      expect(yield* clips.keep(wav)).not.toBe(path)
      yield* close
      expect(yield* names).toEqual(others)
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("lets the oldest go when there are too many", () =>
    Effect.gen(function* () {
      const { clips, names } = yield* open
      const paths = yield* Effect.replicateEffect(clips.keep(Tone.wav(1)), Clips.limits.files + 3)
      const expected = paths.slice(3).map((path) => path.slice("/cache/".length))
      expect([...(yield* names)].sort()).toEqual([...expected, ...others].sort())
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("lets the oldest go when they are too large together", () =>
    Effect.gen(function* () {
      const { clips, names } = yield* open
      const half = new Uint8Array(Clips.limits.bytes / 2)
      const paths = yield* Effect.replicateEffect(clips.keep(half), 3)
      expect((yield* names).length).toBe(2 + others.length)
      const all = yield* clips.keep(new Uint8Array(Clips.limits.bytes + 1))
      expect(paths).not.toContain(all)
      expect([...(yield* names)].sort()).toEqual([all.slice("/cache/".length), ...others].sort())
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
