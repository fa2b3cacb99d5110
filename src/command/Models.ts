import { Args, Command } from "@effect/cli"
import { Console, Effect, Option, Schema } from "effect"
import * as ConfigFile from "../config/ConfigFile.ts"
import * as Catalogue from "../models/Catalogue.ts"
import { ModelStore } from "../models/ModelStore.ts"
import type { Listed, Removal } from "../models/ModelShelf.ts"
import * as Progress from "../models/Progress.ts"
import * as StoreOptions from "../models/StoreOptions.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Root from "./Root.ts"
import * as Table from "./Table.ts"

/** The path of a model was asked for that is not on this machine. */
class ModelMissing extends Schema.TaggedError<ModelMissing>()("ModelMissing", { id: Schema.String }) {
  override get message(): string {
    return `The model "${this.id}" is not on this machine. Run "seiyuu models pull ${this.id}".`
  }
}

/** What the configuration says about the models; without one, what is usual. */
const optionsOf = (config: Option.Option<string>) =>
  Option.match(config, {
    onSome: (file) => Effect.map(ConfigFile.load(file), StoreOptions.ofConfig),
    onNone: () =>
      ConfigFile.load(Root.usualConfig).pipe(
        Effect.map(StoreOptions.ofConfig),
        Effect.catchTag("ConfigMissing", () => Effect.succeed({}))
      )
  })

/** Runs a command on the store that the configuration describes, named behind the command or before it. */
const onStore = <A, E, R>(config: Option.Option<string>, use: Effect.Effect<A, E, R>) =>
  Root.command.pipe(
    Effect.flatMap((before) => optionsOf(Option.orElse(config, () => before.config))),
    Effect.flatMap((options) => Effect.provide(use, ModelStore.layer(options))),
    ExitCode.unfinished
  )

const { config } = Root
const id = Args.text({ name: "id" })
const ids = Args.atLeast(id, 1)

const places: Readonly<Record<Listed["place"], string>> = {
  here: "yes",
  elsewhere: "yes, where it lies",
  missing: "no"
}

const list = Command.make("list", { config }, ({ config }) =>
  onStore(
    config,
    Effect.gen(function* () {
      const listed = yield* (yield* ModelStore).list
      const rows = listed.map(({ entry, place }) => [
        entry.id,
        entry.kind,
        entry.language,
        Progress.readable(Catalogue.sizeOf(entry)),
        places[place],
        entry.licence
      ])
      yield* Console.log(Table.render(["id", "kind", "language", "size", "here", "licence"], rows))
    })
  )
).pipe(Command.withDescription("Lists the models of the catalogue, and which of them are on this machine."))

const pull = Command.make("pull", { config, ids }, ({ config, ids }) =>
  onStore(
    config,
    Effect.gen(function* () {
      const store = yield* ModelStore
      // A slip in the last id is told before the first download.
      yield* Effect.forEach(ids, store.find)
      for (const id of ids) {
        const model = yield* store.pull(id)
        yield* Console.log(`${id} is at ${model.path}`)
      }
    })
  )
).pipe(
  Command.withDescription(
    "Fetches models, with what they need. What is on this machine is checked, and fetched again if it is damaged."
  )
)

const saying: Readonly<Record<Removal, string>> = {
  removed: "has been removed.",
  missing: "is not on this machine: there is nothing to remove.",
  elsewhere: "is used where it lies, outside the models folder: it is not removed."
}

const remove = Command.make("remove", { config, ids }, ({ config, ids }) =>
  onStore(
    config,
    Effect.gen(function* () {
      const store = yield* ModelStore
      yield* Effect.forEach(ids, store.find)
      for (const id of ids) yield* Console.log(`${id} ${saying[yield* store.remove(id)]}`)
    })
  )
).pipe(Command.withDescription("Deletes what was fetched of models."))

const path = Command.make("path", { config, id: Args.optional(id) }, ({ config, id }) =>
  onStore(
    config,
    Effect.gen(function* () {
      const store = yield* ModelStore
      if (Option.isNone(id)) return yield* Effect.flatMap(store.folder, Console.log)
      const found = yield* store.find(id.value)
      if (Option.isNone(found)) return yield* new ModelMissing({ id: id.value })
      yield* Console.log(found.value.path)
    })
  )
).pipe(Command.withDescription("Prints where the models folder is, or a model's file."))

/** `seiyuu models`: looks after the models on this machine. */
export const command = Command.make("models").pipe(
  Command.withDescription("Looks after the models on this machine."),
  Command.withSubcommands([list, pull, remove, path])
)
