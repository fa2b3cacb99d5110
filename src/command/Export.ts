import { Args, Command, Options } from "@effect/cli"
import { Console, Effect, Option, Schema } from "effect"
import * as ConfigFile from "../config/ConfigFile.ts"
import * as Database from "../history/Database.ts"
import * as Export from "../moving/Export.ts"
import * as ProgressBar from "../moving/ProgressBar.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Root from "./Root.ts"

/** Nobody has talked with a character yet. */
class NothingToExport extends Schema.TaggedError<NothingToExport>()("NothingToExport", {
  file: Schema.String
}) {
  override get message(): string {
    return `There are no conversations: ${this.file} (system_config.database) is not there yet. It comes with the first start of the server, or with "seiyuu import".`
  }
}

/** `seiyuu export`: writes the conversations as files. */
export const command = Command.make(
  "export",
  {
    config: Root.config,
    format: Options.choice("format", Export.formats).pipe(
      Options.withDescription(
        "upstream: as Open-LLM-VTuber keeps them, chat_history/CONF_UID/UID.json. markdown: to read."
      ),
      Options.withDefault("upstream" as const)
    ),
    character: Options.text("character").pipe(
      Options.withDescription("Only the conversations of this conf_uid. Without it: of all characters."),
      Options.optional
    ),
    overwrite: Options.boolean("overwrite").pipe(
      Options.withDescription(
        "Writes into a folder that holds something else too; files that are different are kept with the ending .bak."
      )
    ),
    to: Args.text({ name: "target-dir" })
  },
  ({ character, config, format, overwrite, to }) =>
    Effect.gen(function* () {
      const loaded = yield* ConfigFile.load(yield* Root.fileOf(config))
      const { database: file } = loaded.config.system_config
      const database = Database.placeOf(file, loaded.folder)
      if (!(yield* Database.mayBeThere(database))) return yield* new NothingToExport({ file })
      const written = yield* Effect.scoped(
        Effect.flatMap(ProgressBar.make, (show) =>
          Export.run({ to, format, confUid: Option.getOrUndefined(character), overwrite, show })
        )
      ).pipe(Effect.provide(Database.layerArchive(database)))
      yield* Console.log(`Conversations written to ${to}: ${written}.`)
    }).pipe(ExitCode.unfinished)
).pipe(Command.withDescription("Writes the conversations as files, to move out, to read or to keep."))
