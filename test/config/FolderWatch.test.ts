import { Error, FileSystem, Path } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Option, Queue, Stream, TestClock } from "effect"
import * as FolderWatch from "../../src/config/FolderWatch.ts"

const missing = (path: string) =>
  new Error.SystemError({ reason: "NotFound", module: "FileSystem", method: "stat", pathOrDescriptor: path })

/** A folder whose changes the test says; without an id it is not there. */
const pretend = () => {
  const events = Effect.runSync(Queue.bounded<FileSystem.WatchEvent>(16))
  const state: { id: number | undefined; watched: number; unwatchable: boolean } = {
    id: 1,
    watched: 0,
    unwatchable: false
  }
  const fileSystem = FileSystem.layerNoop({
    stat: (path) =>
      Effect.suspend(() =>
        state.id === undefined
          ? missing(path)
          : Effect.succeed({ dev: 1, ino: Option.some(state.id) } as FileSystem.File.Info)
      ),
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

  it.scoped("has a folder looked at every two seconds if the system does not watch it", () => {
    const { layer, state } = pretend()
    state.unwatchable = true
    return Effect.gen(function* () {
      const heard = yield* watched
      yield* TestClock.adjust("10 seconds")
      expect(heard.times).toBeGreaterThan(4)
    }).pipe(Effect.provide(layer))
  })
})
