import { FileSystem, Path } from "@effect/platform"
import type { CommandExecutor } from "@effect/platform"
import { Context, Effect, Layer, Option, PubSub, Stream } from "effect"
import * as Suggestion from "../config/Suggestion.ts"
import * as Advice from "./Advice.ts"
import * as Catalogue from "./Catalogue.ts"
import type { CatalogueEntry, ModelKind } from "./Catalogue.ts"
import * as LocalModel from "./LocalModel.ts"
import * as ModelFetch from "./ModelFetch.ts"
import * as ModelShelf from "./ModelShelf.ts"
import { ModelUnavailable } from "./ModelUnavailable.ts"
import type { Attempt } from "./ModelUnavailable.ts"
import * as PiperVoice from "./PiperVoice.ts"
import * as Placement from "./Placement.ts"
import * as Progress from "./Progress.ts"
import * as ProgressDisplay from "./ProgressDisplay.ts"
import * as Shared from "./Shared.ts"
import type { Needs } from "./SourceFetch.ts"
import * as UrlDownload from "./UrlDownload.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

export type Model = LocalModel.Model

export interface Options {
  /** Where downloads go. Defaults to `seiyuu/models` in `XDG_CACHE_HOME`, or else in `~/.cache`. */
  readonly folder?: string
  /** What a relative path to a model is relative to. Defaults to the working directory. */
  readonly configFolder?: string
  /** Whether nothing is fetched, except by `pull`. Defaults to false. */
  readonly offline?: boolean
  /** Defaults to the one that is part of this version. */
  readonly catalogue?: Catalogue.Catalogue
  /** Bytes that a model may take now. Defaults to what this process can still get, less a tenth. */
  readonly availableMemory?: Effect.Effect<number>
  /** Bytes that may still be written to this folder's file system. Defaults to what the system says. */
  readonly freeSpace?: (folder: string) => Effect.Effect<number>
  /** Defaults to 5 s for a connection, 30 s without data, and a minute for pip. */
  readonly patience?: UrlDownload.Patience
}

/**
 * The models on this machine. One is wanted by its id in the catalogue or as `auto`: the first of the catalogue that
 * fits this machine's memory and is here or can be fetched. A language model may be the path of a `.gguf` file, too
 * (absolute, or relative to the configuration's folder).
 */
export class ModelStore extends Context.Tag("seiyuu/models/ModelStore")<
  ModelStore,
  {
    /** The models folder, absolute. */
    readonly folder: Effect.Effect<string>
    /** The model if it is on this machine already; `auto` gives the first that is. Fetches nothing. */
    readonly locate: (
      kind: ModelKind,
      wanted: string
    ) => Effect.Effect<Option.Option<Model>, ModelUnavailable>
    /**
     * The model with what it needs, fetched if need be. Callers share a download; it stops when the last of them
     * leaves.
     */
    readonly obtain: (kind: ModelKind, wanted: string) => Effect.Effect<Model, ModelUnavailable>
    /** A piper voice of the user's own, by its `.onnx` file; converted for sherpa-onnx if it isn't yet. */
    readonly piperVoice: (file: string) => Effect.Effect<PiperVoice.PiperVoice, PiperVoice.PiperVoiceUnusable>
    /** Every download's progress from now on; a slow reader misses the older ones. */
    readonly progress: Stream.Stream<Progress.Progress>
    /** The catalogue, and what of it is here. */
    readonly list: Effect.Effect<ReadonlyArray<ModelShelf.Listed>>
    /** Obtains the entry of this id, of whatever kind, also offline. What is here of it is verified again. */
    readonly pull: (id: string) => Effect.Effect<Model, ModelUnavailable>
    /** Deletes what was fetched of the entry of this id. */
    readonly remove: (id: string) => Effect.Effect<ModelShelf.Removal, ModelUnavailable>
    /** The entry of this id if it is here. */
    readonly find: (id: string) => Effect.Effect<Option.Option<Model>, ModelUnavailable>
  }
>() {
  static readonly layer = (options: Options = {}) => {
    const patience = options.patience ?? {
      connect: "5 seconds",
      stall: "30 seconds",
      idle: "1 minute"
    }
    return Layer.scoped(ModelStore, make({ ...options, patience })).pipe(
      Layer.provide(UrlDownload.client(patience))
    ) satisfies Layer.Layer<
      ModelStore,
      never,
      FileSystem.FileSystem | Path.Path | CommandExecutor.CommandExecutor
    >
  }
}

/** Bytes that a model may take: what this process can still get, less a tenth. */
export const usableMemory = Effect.sync(() => 0.9 * process.availableMemory())

const isPath = (wanted: string) => wanted.toLowerCase().endsWith(".gguf")

type Tried = ReadonlyArray<Attempt>

/** How an entry that isn't here is had. */
interface Way {
  readonly offline: boolean
  readonly silent: Set<string>
}

const make = Effect.fnUntraced(function* (options: Options & { readonly patience: UrlDownload.Patience }) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const context = yield* Effect.context<Needs>()
  const catalogue = options.catalogue ?? (yield* Catalogue.shipped)
  const places: Placement.Places = {
    folder: path.resolve(options.folder ?? (yield* Placement.defaultFolder)),
    configFolder: path.resolve(options.configFolder ?? ".")
  }
  const available = options.availableMemory ?? usableMemory
  const freeSpace = options.freeSpace ?? ModelFetch.freeSpace
  const news = yield* PubSub.sliding<Progress.Progress>(64)
  const display = yield* ProgressDisplay.make
  const shareFetch = yield* Shared.make<void, Tried>()
  const shareVoice = yield* Shared.make<PiperVoice.PiperVoice, PiperVoice.PiperVoiceUnusable>()

  const find = (entry: CatalogueEntry) => Effect.provide(ModelShelf.find(catalogue, places, entry), context)

  const fetch = (entry: CatalogueEntry, silent: Set<string>) =>
    Effect.gen(function* () {
      const show = yield* display(entry.id)
      const tally = Progress.tally(entry.id, (progress) =>
        Effect.zipRight(PubSub.publish(news, progress), show(progress))
      )
      const size = Progress.readable(Catalogue.sizeOf(entry))
      yield* Effect.logInfo(`Fetching ${entry.name} (${size}, ${entry.licence})`)
      yield* ModelFetch.fetch(entry, { places, tally, silent, freeSpace, patience: options.patience })
    }).pipe(Effect.scoped, Effect.provide(context))

  const obtainEntry: (entry: CatalogueEntry, way: Way) => Effect.Effect<Model, Tried> = Effect.fn(
    "ModelStore.obtainEntry"
  )(function* (entry: CatalogueEntry, way: Way): Effect.fn.Return<Model, Tried> {
    const here = yield* find(entry)
    if (Option.isSome(here)) return here.value
    if (way.offline) {
      const reason = say("models.offline")
      return yield* Effect.fail([{ source: entry.id, reason }])
    }
    const own = yield* Effect.provide(Placement.find(places, entry), context)
    if (Option.isNone(own)) yield* shareFetch(entry.id, fetch(entry, way.silent))
    yield* Effect.forEach(ModelShelf.needsOf(catalogue, entry), (need) => obtainEntry(need, way))
    const got = yield* find(entry)
    return yield* Effect.mapError(got, () => [{ source: entry.id, reason: say("models.deleted") }])
  })

  const ofKind = (kind: ModelKind) => catalogue.filter((entry) => entry.kind === kind)
  const offline = options.offline ?? false
  const way = (): Way => ({ offline, silent: new Set() })

  const fits = Effect.fnUntraced(function* (entry: CatalogueEntry): Effect.fn.Return<void, Tried> {
    const bytes = yield* available
    if (entry.memory <= bytes) return
    const reason = say("models.tooLittleMemory", Progress.readable(entry.memory), Progress.readable(bytes))
    return yield* Effect.fail([{ source: entry.id, reason }])
  })

  const obtainBest = Effect.fnUntraced(function* (kind: ModelKind) {
    const once = way()
    const tried: Array<Attempt> = []
    const fitting: Array<string> = []
    for (const entry of ofKind(kind)) {
      const attempt = fits(entry).pipe(
        Effect.tap(() => Effect.sync(() => fitting.push(entry.id))),
        Effect.zipRight(obtainEntry(entry, once))
      )
      const got = yield* Effect.either(attempt)
      if (got._tag === "Right") return got.right
      tried.push(...got.left)
    }
    const [best] = fitting
    const help = offline && best !== undefined ? Advice.offline(best) : Advice.online(kind, tried)
    return yield* new ModelUnavailable({ id: "auto", tried, advice: help })
  })

  /** The file that a configuration names; its name only is told to people. */
  const ownFile = (kind: ModelKind, wanted: string) =>
    Effect.gen(function* () {
      const file = path.resolve(places.configFolder, wanted)
      const name = path.basename(file)
      const isFile = yield* fs.stat(file).pipe(
        Effect.map((info) => info.type === "File"),
        Effect.orElseSucceed(() => false)
      )
      if (isFile) return LocalModel.ofFile(name, file)
      const tried = [{ source: name, reason: say("models.noFile") }]
      return yield* new ModelUnavailable({ id: name, tried, advice: Advice.online(kind) })
    })

  const entryIn = (entries: Catalogue.Catalogue, wanted: string, help: Words) => {
    const entry = entries.find(({ id }) => id === wanted)
    if (entry !== undefined) return Effect.succeed(entry)
    const ids = entries.map(({ id }) => id)
    const tried = [
      {
        source: say("models.catalogue"),
        reason: say("models.unknown", JSON.stringify(wanted.slice(0, 60)), Suggestion.hint(wanted, ids), ids)
      }
    ]
    return new ModelUnavailable({ id: wanted, tried, advice: help })
  }
  const entryOf = (kind: ModelKind, wanted: string) => entryIn(ofKind(kind), wanted, Advice.choosing(kind))
  const entryById = (id: string) => entryIn(catalogue, id, say("models.writeId"))

  const obtainById = (entry: CatalogueEntry, way: Way) =>
    Effect.mapError(
      obtainEntry(entry, way),
      (tried) =>
        new ModelUnavailable({
          id: entry.id,
          tried,
          advice: way.offline ? Advice.offline(entry.id) : Advice.online(entry.kind, tried)
        })
    )

  return ModelStore.of({
    folder: Effect.succeed(places.folder),
    locate: Effect.fn("ModelStore.locate")(function* (kind, wanted) {
      if (kind === "llm" && isPath(wanted)) return yield* Effect.option(ownFile(kind, wanted))
      const candidates = wanted === "auto" ? ofKind(kind) : [yield* entryOf(kind, wanted)]
      const found = yield* Effect.forEach(candidates, find)
      return Option.firstSomeOf(found)
    }),
    obtain: Effect.fn("ModelStore.obtain")(function* (kind, wanted) {
      if (kind === "llm" && isPath(wanted)) return yield* ownFile(kind, wanted)
      if (wanted === "auto") return yield* obtainBest(kind)
      return yield* obtainById(yield* entryOf(kind, wanted), way())
    }),
    piperVoice: Effect.fn("ModelStore.piperVoice")((file) => {
      const absolute = path.resolve(places.configFolder, file)
      return shareVoice(
        absolute,
        Effect.provide(PiperVoice.prepare(places.folder, absolute, freeSpace), context)
      )
    }),
    progress: Stream.fromPubSub(news),
    list: Effect.provide(ModelShelf.list(catalogue, places), context),
    pull: Effect.fn("ModelStore.pull")(function* (id) {
      const entry = yield* entryById(id)
      yield* Effect.forEach([entry, ...ModelShelf.needsOf(catalogue, entry)], (part) =>
        Effect.provide(ModelShelf.clearDamaged(places, part), context)
      )
      return yield* obtainById(entry, { ...way(), offline: false })
    }),
    remove: Effect.fn("ModelStore.remove")(function* (id) {
      const entry = yield* entryById(id)
      return yield* Effect.provide(ModelShelf.remove(places, entry), context)
    }),
    find: Effect.fn("ModelStore.find")((id) => Effect.flatMap(entryById(id), find))
  })
})
