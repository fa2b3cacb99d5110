import { resolve } from "node:path"
import { Args, Command, Options } from "@effect/cli"
import { Console, Effect, Option, Schema } from "effect"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import { Characters } from "../config/Characters.ts"
import * as ConfigFile from "../config/ConfigFile.ts"
import * as Suggestion from "../config/Suggestion.ts"
import { Facts } from "../history/Facts.ts"
import type { Fact, Whose } from "../history/Facts.ts"
import * as SqliteHistory from "../history/SqliteHistory.ts"
import { longestMemory } from "../protocol/ClientMessage.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Root from "./Root.ts"
import * as Table from "./Table.ts"

/** No character is called that. */
class NoSuchCharacter extends Schema.TaggedError<NoSuchCharacter>()("NoSuchCharacter", {
  wanted: Schema.String,
  names: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `--character ${JSON.stringify(this.wanted)}: there is no such character${Suggestion.hint(this.wanted, this.names)}; there are ${this.names.join(", ")}.`
  }
}

/** No memory of this character, and of this person if one was named, has the number. */
class NoSuchMemory extends Schema.TaggedError<NoSuchMemory>()("NoSuchMemory", { id: Schema.Number }) {
  override get message(): string {
    return `There is no memory ${this.id}. "seiyuu memory list" says which there are.`
  }
}

/** It is not said which memories are to be deleted. */
class NothingChosen extends Schema.TaggedError<NothingChosen>()("NothingChosen", {}) {
  override get message(): string {
    return "Say which memories to delete: their numbers, or --all."
  }
}

const options = {
  config: Root.config,
  character: Options.text("character").pipe(
    Options.withDescription(
      "A character by its name, its file or its conf_uid. Without it: the character of the configuration file."
    ),
    Options.optional
  ),
  person: Options.text("person").pipe(
    Options.withDescription("Only what is known of this person. Without it: of everybody."),
    Options.optional
  )
}

interface Chosen {
  readonly config: Option.Option<string>
  readonly character: Option.Option<string>
  readonly person: Option.Option<string>
}

const characterOf = Effect.fnUntraced(function* (wanted: Option.Option<string>) {
  const characters = yield* Characters
  if (Option.isNone(wanted)) return characters.base
  const entries = yield* characters.list
  for (const { filename, name } of entries) {
    const isCalled = filename === wanted.value || name === wanted.value
    // A broken file is somebody else's, unless it is the one that is wanted.
    const config: CharacterConfig | undefined = isCalled
      ? yield* characters.resolve(filename)
      : yield* Effect.orElseSucceed(characters.resolve(filename), () => undefined)
    if (config !== undefined && (isCalled || config.conf_uid === wanted.value)) return config
  }
  return yield* new NoSuchCharacter({ wanted: wanted.value, names: entries.map(({ name }) => name) })
})

/** Runs a command on what the chosen character knows; a server may run meanwhile. */
const onFacts = <A, E, R>(chosen: Chosen, use: (whose: Whose) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = yield* Root.command
    const file = Option.orElse(chosen.config, () => before.config)
    const loaded = yield* ConfigFile.load(Option.getOrElse(file, () => Root.usualConfig))
    const config = yield* characterOf(chosen.character).pipe(Effect.provide(Characters.layer(loaded)))
    const person = Option.getOrUndefined(chosen.person)
    const whose: Whose = { confUid: config.conf_uid, ...(person === undefined ? {} : { person }) }
    const database = resolve(loaded.folder, loaded.config.system_config.database)
    return yield* use(whose).pipe(Effect.provide(SqliteHistory.layerFacts({ file: database })))
  }).pipe(ExitCode.unfinished)

const all = (whose: Whose) => Effect.flatMap(Facts, (facts) => facts.list(whose))

/** As people read it: local time would differ from machine to machine. */
const day = (time: number) => new Date(time).toISOString().slice(0, 10)

const list = Command.make("list", options, (chosen) =>
  onFacts(chosen, (whose) =>
    Effect.flatMap(all(whose), (facts) => {
      const rows = facts.map(({ id, importance, person, text, updated }) => [
        String(id),
        person,
        String(importance),
        day(updated),
        text
      ])
      return Console.log(Table.render(["id", "person", "importance", "updated", "memory"], rows))
    })
  )
).pipe(Command.withDescription("Lists what a character has learnt of people."))

const exported = ({ created, id, importance, person, text, updated }: Fact) => ({
  id,
  person,
  text,
  importance,
  created: new Date(created).toISOString(),
  updated: new Date(updated).toISOString()
})

const exportAll = Command.make("export", options, (chosen) =>
  onFacts(chosen, (whose) =>
    Effect.flatMap(all(whose), (facts) => Console.log(JSON.stringify(facts.map(exported), null, 2)))
  )
).pipe(Command.withDescription("Prints the same as JSON."))

const edit = Command.make(
  "edit",
  {
    ...options,
    importance: Options.integer("importance").pipe(
      Options.withDescription("From 1, hardly matters, to 10, must never be forgotten."),
      Options.withSchema(Schema.Int.pipe(Schema.between(1, 10))),
      Options.optional
    ),
    id: Args.integer({ name: "id" }),
    text: Args.text({ name: "text" }).pipe(
      Args.withSchema(Schema.NonEmptyTrimmedString.pipe(Schema.maxLength(longestMemory)))
    )
  },
  ({ id, importance, text, ...chosen }) =>
    onFacts(
      chosen,
      Effect.fnUntraced(function* (whose) {
        const change = {
          text,
          ...(Option.isNone(importance) ? {} : { importance: importance.value })
        }
        if (!(yield* (yield* Facts).edit(whose, id, change))) return yield* new NoSuchMemory({ id })
        yield* Console.log(`Memory ${id} has been changed.`)
      })
    )
).pipe(Command.withDescription("Gives a memory another text."))

const remove = Command.make(
  "delete",
  {
    ...options,
    all: Options.boolean("all").pipe(Options.withDescription("Deletes every one.")),
    ids: Args.repeated(Args.integer({ name: "id" }))
  },
  ({ all, ids, ...chosen }) =>
    onFacts(
      chosen,
      Effect.fnUntraced(function* (whose) {
        const facts = yield* Facts
        if (!all && ids.length === 0) return yield* new NothingChosen()
        const known = new Set((yield* facts.list(whose)).map(({ id }) => id))
        const unknown = all ? undefined : ids.find((id) => !known.has(id))
        if (unknown !== undefined) return yield* new NoSuchMemory({ id: unknown })
        const deleted = yield* facts.remove(whose, all ? "all" : ids)
        yield* Console.log(`Memories deleted: ${deleted}.`)
      })
    )
).pipe(Command.withDescription("Deletes memories for good."))

/** `seiyuu memory`: what characters have learnt of people. */
export const command = Command.make("memory").pipe(
  Command.withDescription("Shows, changes and deletes what characters have learnt of people."),
  Command.withSubcommands([list, exportAll, edit, remove])
)
