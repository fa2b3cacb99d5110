import { homedir } from "node:os"
import { FileSystem, Path } from "@effect/platform"
import type { CommandExecutor } from "@effect/platform"
import { Config, Context, Effect, Layer, Option, PubSub, Stream } from "effect"
import * as Catalogue from "./Catalogue.ts"
import type { CatalogueEntry, ModelKind } from "./Catalogue.ts"
import * as ModelFetch from "./ModelFetch.ts"
import { ModelUnavailable } from "./ModelUnavailable.ts"
import type { Attempt } from "./ModelUnavailable.ts"
import * as Progress from "./Progress.ts"
import * as ProgressDisplay from "./ProgressDisplay.ts"
import * as Shared from "./Shared.ts"
import * as UrlDownload from "./UrlDownload.ts"

/** A model's file on this machine. */
export interface Model {
  /** The catalogue's id, or the file's name if it is not from the catalogue. */
  readonly id: string
  readonly name: string
  /** Absolute. */
  readonly path: string
}

export interface Options {
  /** Where downloads go. Defaults to `seiyuu/models` in `XDG_CACHE_HOME`, or else in `~/.cache`. */
  readonly folder?: string
  /** What a relative path to a model is relative to. Defaults to the working directory. */
  readonly configFolder?: string
  /** Defaults to the one that is part of this version. */
  readonly catalogue?: Catalogue.Catalogue
  /** Bytes that a model may take now. Defaults to what this process can still get, less a tenth. */
  readonly availableMemory?: Effect.Effect<number>
  /** Defaults to 5 s for a connection and 30 s without data. */
  readonly patience?: UrlDownload.Patience
}

/**
 * The local model files. A model is wanted by its id in the catalogue, by the path of a `.gguf` file (absolute, or
 * relative to the configuration's folder), or as `auto`: the first of the catalogue that fits this machine's memory
 * and is here or can be fetched.
 */
export class ModelStore extends Context.Tag("seiyuu/models/ModelStore")<
  ModelStore,
  {
    /** The model if it is on this machine already; `auto` gives the first that is. Fetches nothing. */
    readonly locate: (
      kind: ModelKind,
      wanted: string
    ) => Effect.Effect<Option.Option<Model>, ModelUnavailable>
    /** The model, fetched if need be. Callers share a download; it stops when the last of them leaves. */
    readonly obtain: (kind: ModelKind, wanted: string) => Effect.Effect<Model, ModelUnavailable>
    /** Every download's progress from now on; a slow reader misses the older ones. */
    readonly progress: Stream.Stream<Progress.Progress>
  }
>() {
  static readonly layer = (options: Options = {}) => {
    const patience = options.patience ?? { connect: "5 seconds", stall: "30 seconds" }
    return Layer.scoped(ModelStore, make({ ...options, patience })).pipe(
      Layer.provide(UrlDownload.client(patience))
    ) satisfies Layer.Layer<
      ModelStore,
      never,
      FileSystem.FileSystem | Path.Path | CommandExecutor.CommandExecutor
    >
  }
}

const advice = (kind: ModelKind): string =>
  kind === "llm"
    ? "Put a language model's .gguf file somewhere and set llama_cpp_llm.model_path to its path, or choose another provider as llm_provider."
    : "Check the network and the free disk space, or choose another engine."

const defaultFolder = Effect.gen(function* () {
  const path = yield* Path.Path
  const cache = yield* Config.option(Config.nonEmptyString("XDG_CACHE_HOME"))
  return path.join(
    Option.getOrElse(cache, () => path.join(homedir(), ".cache")),
    "seiyuu",
    "models"
  )
})

const make = Effect.fnUntraced(function* (options: Options & { readonly patience: UrlDownload.Patience }) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const context = yield* Effect.context<ModelFetch.Needs>()
  const catalogue = options.catalogue ?? (yield* Catalogue.shipped)
  const folder = path.resolve(options.folder ?? (yield* Effect.orDie(defaultFolder)))
  const configFolder = path.resolve(options.configFolder ?? ".")
  const available = options.availableMemory ?? Effect.sync(() => 0.9 * process.availableMemory())
  const news = yield* PubSub.sliding<Progress.Progress>(64)
  const display = yield* ProgressDisplay.make
  const share = yield* Shared.make<void, ReadonlyArray<Attempt>>()

  const pathOf = (entry: CatalogueEntry) => path.join(folder, entry.file)
  const modelOf = (entry: CatalogueEntry, file: string): Model => ({
    id: entry.id,
    name: entry.name,
    path: file
  })

  const find = (entry: CatalogueEntry) =>
    Effect.findFirst(
      [
        pathOf(entry),
        ...entry.sources.flatMap((source) =>
          source.type === "file" ? [path.resolve(configFolder, source.path)] : []
        )
      ],
      (file) => ModelFetch.isThere(file, entry)
    ).pipe(Effect.map(Option.map((file) => modelOf(entry, file))), Effect.provide(context))

  const fetch = (entry: CatalogueEntry, silent: Set<string>) =>
    Effect.gen(function* () {
      const show = yield* display(entry.id)
      const report = (progress: Progress.Progress) =>
        Effect.zipRight(PubSub.publish(news, progress), show(progress))
      const { sha256, size } = entry
      yield* Effect.logInfo(`Fetching ${entry.name} (${Progress.readable(size)}, ${entry.licence})`)
      yield* ModelFetch.fetch(
        entry,
        { model: entry.id, path: pathOf(entry), size, sha256, report },
        options.patience,
        silent
      )
    }).pipe(Effect.scoped, Effect.provide(context))

  const obtainEntry = Effect.fn("ModelStore.obtainEntry")(function* (
    entry: CatalogueEntry,
    silent: Set<string>
  ) {
    const here = yield* find(entry)
    if (Option.isSome(here)) return here.value
    yield* share(entry.id, fetch(entry, silent))
    return modelOf(entry, pathOf(entry))
  })

  const ofKind = (kind: ModelKind) => catalogue.filter((entry) => entry.kind === kind)

  const fits = Effect.fnUntraced(function* (
    entry: CatalogueEntry
  ): Effect.fn.Return<void, ReadonlyArray<Attempt>> {
    const bytes = yield* available
    if (entry.memory <= bytes) return
    const reason = `it needs ${Progress.readable(entry.memory)} of memory, and ${Progress.readable(bytes)} are free`
    return yield* Effect.fail([{ source: entry.id, reason }])
  })

  const obtainBest = Effect.fnUntraced(function* (kind: ModelKind) {
    const silent = new Set<string>()
    const tried: Array<Attempt> = []
    for (const entry of ofKind(kind)) {
      const got = yield* Effect.either(Effect.zipRight(fits(entry), obtainEntry(entry, silent)))
      if (got._tag === "Right") return got.right
      tried.push(...got.left)
    }
    return yield* new ModelUnavailable({ id: "auto", tried, advice: advice(kind) })
  })

  /** The file that a configuration names; its name only is told to people. */
  const ownFile = (kind: ModelKind, wanted: string) =>
    Effect.gen(function* () {
      const file = path.resolve(configFolder, wanted)
      const name = path.basename(file)
      const isFile = yield* fs.stat(file).pipe(
        Effect.map((info) => info.type === "File"),
        Effect.orElseSucceed(() => false)
      )
      if (isFile) return { id: name, name, path: file }
      const tried = [{ source: name, reason: "there is no such file at the configured place" }]
      return yield* new ModelUnavailable({ id: name, tried, advice: advice(kind) })
    })

  const entryOf = (kind: ModelKind, wanted: string) => {
    const entry = ofKind(kind).find(({ id }) => id === wanted)
    if (entry !== undefined) return Effect.succeed(entry)
    const ids = ofKind(kind).map(({ id }) => id)
    const tried = [{ source: "the catalogue", reason: `it has no such model; it has ${ids.join(", ")}` }]
    return new ModelUnavailable({
      id: wanted,
      tried,
      advice: "Write auto, one of these ids, or the path of a .gguf file."
    })
  }

  const isPath = (wanted: string) => wanted.toLowerCase().endsWith(".gguf")

  return ModelStore.of({
    locate: Effect.fn("ModelStore.locate")(function* (kind, wanted) {
      if (isPath(wanted)) return yield* Effect.option(ownFile(kind, wanted))
      const candidates = wanted === "auto" ? ofKind(kind) : [yield* entryOf(kind, wanted)]
      const found = yield* Effect.forEach(candidates, find)
      return Option.firstSomeOf(found)
    }),
    obtain: Effect.fn("ModelStore.obtain")(function* (kind, wanted) {
      if (isPath(wanted)) return yield* ownFile(kind, wanted)
      if (wanted === "auto") return yield* obtainBest(kind)
      const entry = yield* entryOf(kind, wanted)
      return yield* obtainEntry(entry, new Set()).pipe(
        Effect.mapError((tried) => new ModelUnavailable({ id: wanted, tried, advice: advice(kind) }))
      )
    }),
    progress: Stream.fromPubSub(news)
  })
})
