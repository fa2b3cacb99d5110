import { Args, Command, Options } from "@effect/cli"
import { FileSystem } from "@effect/platform"
import { Console, Effect, Option, Schema } from "effect"
import * as ConfigCheck from "../config/ConfigCheck.ts"
import * as ConfigKey from "../config/ConfigKey.ts"
import * as Migration from "../config/Migration.ts"
import * as Explanation from "./Explanation.ts"
import * as TextFile from "../config/TextFile.ts"
import * as Root from "./Root.ts"

/** The configuration's files are not in order; what was printed says where. */
class NotInOrder extends Schema.TaggedError<NotInOrder>()("NotInOrder", {
  errors: Schema.Number,
  warnings: Schema.Number
}) {
  override get message(): string {
    return `The configuration is not in order: ${counted(this.errors, "error")}, ${counted(this.warnings, "warning")}.`
  }
}

/** The changes take more than moving lines. */
class NotRewritten extends Schema.TaggedError<NotRewritten>()("NotRewritten", { file: Schema.String }) {
  override get message(): string {
    return `${this.file} cannot be rewritten without changing more than that, and stays as it is. Make these changes by hand, or leave it: it is read as the newest form.`
  }
}

/** No key is called that. */
class NoSuchKey extends Schema.TaggedError<NoSuchKey>()("NoSuchKey", { wanted: Schema.String }) {
  override get message(): string {
    return `There is no key ${JSON.stringify(this.wanted)}${ConfigKey.hint(this.wanted)}. "seiyuu config explain" lists the sections.`
  }
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`

const file = Args.text({ name: "file" }).pipe(
  Args.withDescription(`The configuration file. Without it: what --config names, or ${Root.usualConfig}.`),
  Args.optional
)

/** The file that is meant: as an argument, by `--config` behind the command or before it, or the usual one. */
const fileOf = (file: Option.Option<string>, config: Option.Option<string>) =>
  Root.fileOf(Option.orElse(file, () => config))

const check = Command.make(
  "check",
  {
    config: Root.config,
    strict: Options.boolean("strict").pipe(Options.withDescription("Takes a warning for an error.")),
    file
  },
  Effect.fn("Config.check")(function* ({ config, file, strict }) {
    const { errors, warnings } = yield* ConfigCheck.check(yield* fileOf(file, config))
    for (const error of errors) yield* Console.log(`error: ${error}`)
    for (const warning of warnings) yield* Console.log(`warning: ${warning}`)
    if (errors.length > 0 || (strict && warnings.length > 0))
      return yield* new NotInOrder({ errors: errors.length, warnings: warnings.length })
    yield* Console.log(
      warnings.length === 0
        ? "The configuration is in order."
        : `The configuration can be used, with ${counted(warnings.length, "warning")}.`
    )
  })
).pipe(
  Command.withDescription(
    "Lists everything that is wrong with conf.yaml, with the characters, with model_dict.json and with mcp_servers.json."
  )
)

/** A name for a copy that is not taken: `conf.yaml.v1.1.0.bak`. */
const backupOf = Effect.fnUntraced(function* (file: string, from: string) {
  const fs = yield* FileSystem.FileSystem
  const wanted = `${file}.${from.replaceAll(/[^\w.-]/gu, "_")}.bak`
  const free = yield* Effect.iterate(0, {
    while: (number) => number >= 0,
    body: (number) =>
      Effect.map(fs.exists(number === 0 ? wanted : `${wanted}.${number}`), (taken) =>
        taken ? number + 1 : -1 - number
      )
  })
  const number = -1 - free
  return number === 0 ? wanted : `${wanted}.${number}`
})

const migrate = Command.make(
  "migrate",
  {
    config: Root.config,
    write: Options.boolean("write").pipe(
      Options.withDescription("Rewrites the file; what it was is kept beside it.")
    ),
    file
  },
  Effect.fn("Config.migrate")(function* ({ config, file, write }) {
    const fs = yield* FileSystem.FileSystem
    const name = yield* fileOf(file, config)
    // Says what is wrong with the syntax: such a file is left as it is.
    yield* Migration.read(name)
    const read = yield* TextFile.read(name)
    const { changes, from, older, text } = Migration.rewrite(read.text)
    const all = [
      ...changes,
      ...(older ? [`system_config.conf_version: ${from} has become ${Migration.newest}`] : [])
    ]
    if (all.length === 0) return yield* Console.log(`${name} is in the newest form (${Migration.newest}).`)
    for (const change of all) yield* Console.log(change)
    if (!write) return yield* Console.log(`Nothing has been written: "seiyuu config migrate --write" does.`)
    const bytes = text === undefined ? undefined : TextFile.bytesLike(read, text)
    if (bytes === undefined) return yield* new NotRewritten({ file: name })
    const backup = yield* backupOf(name, from ?? "old")
    yield* fs.copyFile(name, backup)
    yield* replace(name, bytes)
    yield* Console.log(`${name} has been rewritten; what it was is in ${backup}.`)
  })
).pipe(
  Command.withDescription(
    "Says what an older conf.yaml has differently from the newest form, and rewrites that; all other lines stay as they are."
  )
)

/** A reader finds the old file or the new one, whole. A link stays one; a file that is mounted alone has no other way than to be written over. */
const replace = Effect.fnUntraced(function* (name: string, bytes: Uint8Array) {
  const fs = yield* FileSystem.FileSystem
  const place = yield* fs.realPath(name)
  const part = `${place}.part`
  yield* fs.writeFile(part, bytes).pipe(
    Effect.zipRight(Effect.flatMap(fs.stat(place), ({ mode }) => fs.chmod(part, mode & 0o7777))),
    Effect.zipRight(fs.rename(part, place)),
    Effect.catchAll(() =>
      Effect.zipRight(Effect.ignore(fs.remove(part, { force: true })), fs.writeFile(place, bytes))
    )
  )
})

const explain = Command.make(
  "explain",
  { key: Args.text({ name: "key" }).pipe(Args.optional) },
  Effect.fn("Config.explain")(function* ({ key }) {
    if (Option.isNone(key)) return yield* Console.log(Explanation.ofSections(ConfigKey.ofConfig))
    const found = ConfigKey.find(key.value)
    if (found.length === 0) return yield* new NoSuchKey({ wanted: key.value })
    yield* Console.log(
      found.length > 4 ? Explanation.ofPaths(found) : found.map(Explanation.ofKey).join("\n\n")
    )
  })
).pipe(
  Command.withDescription(
    "Says what a key is for, what it may be and what it is by default; or which keys a section has."
  )
)

/** `seiyuu config`: looks after the configuration's files. */
export const command = Command.make("config").pipe(
  Command.withDescription("Checks and explains the configuration, and brings it into the newest form."),
  Command.withSubcommands([check, explain, migrate])
)
