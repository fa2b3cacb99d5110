import { Error, FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Option, Queue, Stream, TestClock } from "effect"
import * as FolderWatch from "../../src/config/FolderWatch.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const missing = (path: string) =>
  new Error.SystemError({ reason: "NotFound", module: "FileSystem", method: "stat", pathOrDescriptor: path })

/** A folder whose changes the test says; without an id it is not there. */
const pretend = () => {
  const events = Effect.runSync(Queue.bounded<FileSystem.WatchEvent>(16))
  const state: { id: number | undefined; watched: number; written: number; unwatchable: boolean } = {
    id: 1,
    watched: 0,
    written: 0,
    unwatchable: false
  }
  const fileSystem = FileSystem.layerNoop({
    stat: (path) =>
      Effect.suspend(() =>
        state.id === undefined
          ? missing(path)
          : Effect.succeed({
              type: path.endsWith(".yaml") ? "File" : "Directory",
              dev: 1,
              ino: Option.some(state.id),
              mtime: Option.some(new Date(state.written)),
              size: FileSystem.Size(1)
            } as FileSystem.File.Info)
      ),
    readDirectory: () => Effect.succeed(["conf.yaml", "history.db"]),
    watch: (path) =>
      Stream.unwrap(
        Effect.suspend(() => {
          if (state.id === undefined) return missing(path)
          state.watched++
          if (state.unwatchable)
            return new Error.SystemError({
              reason: "Unknown",
              module: "FileSystem",
              method: "watch",
              pathOrDescriptor: path
            })
          return Effect.succeed(Stream.fromQueue(events))
        })
      )
  })
  return { events, state, layer: Layer.merge(fileSystem, Path.layer) }
}

const touch = (path: string) => FileSystem.WatchEventUpdate({ path })

describe("FolderWatch", () => {
  const watched = Effect.gen(function* () {
    const heard = { times: 0 }
    yield* FolderWatch.changes(Effect.succeed(["/conf"]), (name) => name.endsWith(".yaml")).pipe(
      Stream.runForEach(() => Effect.sync(() => heard.times++)),
      Effect.forkScoped
    )
    yield* TestClock.adjust("300 millis")
    // Once at the beginning: something may have changed before anybody looked.
    expect(heard.times).toBe(1)
    return heard
  })

  it.scoped("waits until it is calm, and says it once", () => {
    const { events, layer } = pretend()
    return Effect.gen(function* () {
      const heard = yield* watched
      for (const _ of [1, 2, 3, 4]) {
        yield* Queue.offer(events, touch("conf.yaml"))
        yield* TestClock.adjust("200 millis")
      }
      expect(heard.times).toBe(1)
      yield* TestClock.adjust("100 millis")
      expect(heard.times).toBe(2)
      yield* Queue.offer(events, touch("history.db"))
      yield* TestClock.adjust("1 second")
      expect(heard.times).toBe(2)
    }).pipe(Effect.provide(layer))
  })

  it.scoped("watches a folder that has gone and comes again", () => {
    const { events, layer, state } = pretend()
    return Effect.gen(function* () {
      const heard = yield* watched
      state.id = undefined
      yield* TestClock.adjust("3 seconds")
      expect(heard.times).toBe(2)
      state.id = 2
      yield* TestClock.adjust("3 seconds")
      expect(heard.times).toBe(3)
      expect(state.watched).toBe(2)
      yield* Queue.offer(events, touch("a.yaml"))
      yield* TestClock.adjust("300 millis")
      expect(heard.times).toBe(4)
    }).pipe(Effect.provide(layer))
  })

  it.scoped("looks every two seconds whether a file is another one, if the system tells nothing", () => {
    const { layer, state } = pretend()
    state.unwatchable = true
    return Effect.gen(function* () {
      const heard = yield* watched
      yield* TestClock.adjust("10 seconds")
      expect(heard.times).toBe(1)
      for (const time of [1, 2, 3]) {
        state.written = time
        yield* TestClock.adjust("3 seconds")
        expect(heard.times).toBe(1 + time)
      }
    }).pipe(Effect.provide(layer))
  })

  it.scoped("says so within some seconds of a file that is written again and again", () => {
    const { events, layer } = pretend()
    return Effect.gen(function* () {
      const heard = yield* watched
      for (let time = 0; time < 10_000; time += 200) {
        yield* Queue.offer(events, touch("conf.yaml"))
        yield* TestClock.adjust("200 millis")
      }
      expect(heard.times).toBeGreaterThan(4)
      expect(heard.times).toBeLessThan(8)
    }).pipe(Effect.provide(layer))
  })

  it.scopedLive("sees what is behind links when these lead elsewhere", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* ConfigFolder.make({ "..1/conf.yaml": "a", "..2/conf.yaml": "b" })
      yield* fs.symlink("..1", `${folder}/..data`)
      yield* fs.symlink("..data/conf.yaml", `${folder}/conf.yaml`)
      const heard = yield* Queue.unbounded<void>()
      yield* FolderWatch.changes(Effect.succeed([folder]), (name) => name === "conf.yaml").pipe(
        Stream.runForEach(() => Queue.offer(heard, undefined)),
        Effect.forkScoped
      )
      yield* Queue.take(heard)
      yield* fs.symlink("..2", `${folder}/..new`)
      yield* fs.rename(`${folder}/..new`, `${folder}/..data`)
      yield* Queue.take(heard)
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
