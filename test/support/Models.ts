import { randomBytes } from "node:crypto"
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { it } from "@effect/vitest"
import { Effect, Layer, Logger, LogLevel, Schedule } from "effect"
import type { Scope } from "effect"
import type { CatalogueEntry, CatalogueFile, Source } from "../../src/models/Catalogue.ts"
import { ModelStore } from "../../src/models/ModelStore.ts"
import type { Options } from "../../src/models/ModelStore.ts"
import * as FileServer from "./FileServer.ts"

/** What the files of the entries here hold. */
export const body = randomBytes(1_000_000)

/** A catalogue's file that holds `body`. */
export const file = (name: string, ...sources: ReadonlyArray<Source>): CatalogueFile => ({
  name,
  size: body.length,
  sha256: FileServer.sha256(body),
  sources
})

/** A language model of one file, `m.gguf`. */
export const entry = (
  id: string,
  source: Source | ReadonlyArray<Source>,
  changes: Partial<CatalogueEntry> = {}
): CatalogueEntry => ({
  id,
  kind: "llm",
  name: id.toUpperCase(),
  language: "English",
  licence: "MIT",
  memory: 1000,
  files: [file("m.gguf", ...[source].flat())],
  folders: [],
  needs: [],
  engine: {},
  ...changes
})

export const url = (url: string): Source => ({ type: "url", url })

export const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

/** A store of its own, for the test's scope. */
export const open = (options: Options) =>
  Effect.map(Layer.build(ModelStore.layer({ availableMemory: Effect.succeed(1e9), ...options })), (context) =>
    Layer.succeedContext(context)
  ).pipe(Effect.flatMap((layer) => Effect.provide(ModelStore, layer)))

export const untilEquals = <A>(expected: A, current: () => A) =>
  Effect.suspend(() => (current() === expected ? Effect.void : Effect.fail("not yet"))).pipe(
    Effect.retry({ schedule: Schedule.spaced("20 millis") }),
    Effect.orDie
  )

export const test = <E>(
  name: string,
  body: Effect.Effect<unknown, E, Scope.Scope | NodeContext.NodeContext>,
  timeout?: number
) =>
  it.scopedLive(
    name,
    () => body.pipe(Logger.withMinimumLogLevel(LogLevel.Error), Effect.provide(NodeContext.layer)),
    timeout
  )
