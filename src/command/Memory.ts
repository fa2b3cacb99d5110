import { Args, Command, Options } from "@effect/cli"
import { Console, Effect, Option, Schema } from "effect"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import { Characters } from "../config/Characters.ts"
import * as ConfigFile from "../config/ConfigFile.ts"
import * as Suggestion from "../config/Suggestion.ts"
import { Facts } from "../history/Facts.ts"
import type { Fact, Whose } from "../history/Facts.ts"
import * as Database from "../history/Database.ts"
import { longestMemory, oneLine } from "../protocol/ClientMessage.ts"
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
class NoSuchMemory extends Schema.TaggedError<NoSuchMemory>()("NoSuchMemory", { id: Schema.String }) {
  override get message(): string {
    return `There is no memory ${this.id}. "seiyuu memory list" says which there are.`
  }
}

/** It is not said which memories are to be deleted, or two things are. */
class NothingChosen extends Schema.TaggedError<NothingChosen>()("NothingChosen", {}) {
  override get message(): string {
    return "Say which memories to delete: either their numbers, or --all."
  }
}

/** What a memory is to be changed to makes none. */
class NoMemory extends Schema.TaggedError<NoMemory>()("NoMemory", { problem: Schema.String }) {
  override get message(): string {
    return `${this.problem}. Nothing has been changed.`
  }
}

/** Nobody has talked with a character yet. */
class NoDatabase extends Schema.TaggedError<NoDatabase>()("NoDatabase", { file: Schema.String }) {
  override get message(): string {
    return `There are no memories: ${this.file} (system_config.database) is not there yet. It comes with the first start of the server.`
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
  if (Option.isNone(wanted)) return yield* characters.base
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
    const loaded = yield* ConfigFile.load(yield* Root.fileOf(chosen.config))
    const config = yield* characterOf(chosen.character).pipe(Effect.provide(Characters.layer(loaded)))
    const person = Option.getOrUndefined(chosen.person)
    const whose: Whose = { confUid: config.conf_uid, ...(person === undefined ? {} : { person }) }
    const { database: file } = loaded.config.system_config
    const place = Database.placeOf(file, loaded.folder)
    if (!(yield* Database.mayBeThere(place))) return yield* new NoDatabase({ file })
    return yield* use(whose).pipe(Effect.provide(Database.layerFacts(place)))
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

/** The number of a memory, as it was written. */
const idOf = (id: string) => (/^\d{1,15}$/u.test(id) ? Effect.succeed(Number(id)) : new NoSuchMemory({ id }))

const changeOf = Effect.fnUntraced(function* (given: string, wanted: string | undefined) {
  const text = oneLine(given)
  if (text === "") return yield* new NoMemory({ problem: "The text of a memory is not empty" })
  if (text.length > longestMemory)
    return yield* new NoMemory({
      problem: `The text has ${text.length} characters; ${longestMemory} is the most`
    })
  if (wanted === undefined) return { text }
  const importance = Number(wanted)
  if (!Number.isInteger(importance) || importance < 1 || importance > 10)
    return yield* new NoMemory({
      problem: `--importance is a whole number from 1 to 10, and not ${JSON.stringify(wanted)}`
    })
  return { text, importance }
})

const edit = Command.make(
  "edit",
  {
    ...options,
    importance: Options.text("importance").pipe(
      Options.withDescription("From 1, hardly matters, to 10, must never be forgotten."),
      Options.optional
    ),
    id: Args.text({ name: "id" }),
    text: Args.text({ name: "text" })
  },
  ({ id, importance, text, ...chosen }) =>
    onFacts(
      chosen,
      Effect.fnUntraced(function* (whose) {
        const change = yield* changeOf(text, Option.getOrUndefined(importance))
        const isThere = yield* (yield* Facts).edit(whose, yield* idOf(id), change)
        if (!isThere) return yield* new NoSuchMemory({ id })
        yield* Console.log(`Memory ${id} has been changed.`)
      })
    )
).pipe(Command.withDescription("Gives a memory another text."))

/** Chooses every memory. */
export const every = "--all"

const remove = Command.make(
  "delete",
  {
    ...options,
    all: Options.boolean("all").pipe(Options.withDescription("Deletes every one.")),
    ids: Args.repeated(Args.text({ name: "id" }))
  },
  ({ all, ids, ...chosen }) =>
    onFacts(
      chosen,
      Effect.fnUntraced(function* (whose) {
        const facts = yield* Facts
        if (all === ids.length > 0) return yield* new NothingChosen()
        const known = new Set((yield* facts.list(whose)).map(({ id }) => id))
        const numbers = yield* Effect.forEach(ids, idOf)
        const unknown = numbers.find((id) => !known.has(id))
        if (unknown !== undefined) return yield* new NoSuchMemory({ id: String(unknown) })
        const deleted = yield* facts.remove(whose, all ? "all" : numbers)
        yield* Console.log(`Memories deleted: ${deleted}.`)
      })
    )
).pipe(Command.withDescription("Deletes memories for good."))

/** `seiyuu memory`: what characters have learnt of people. */
export const command = Command.make("memory").pipe(
  Command.withDescription("Shows, changes and deletes what characters have learnt of people."),
  Command.withSubcommands([list, exportAll, edit, remove])
)
