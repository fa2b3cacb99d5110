import { Args, Command, Options } from "@effect/cli"
import { Console, Effect } from "effect"
import * as Import from "../moving/Import.ts"
import * as ProgressBar from "../moving/ProgressBar.ts"
import * as Report from "../moving/Report.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Root from "./Root.ts"
import * as Table from "./Table.ts"

/** Says what an import would do. */
export const onlyTell = "--dry-run"
/** Lets what is moved take the place of what is there. */
export const replace = "--overwrite"

const columns: ReadonlyArray<readonly [Report.Outcome, past: string, future: string]> = [
  ["added", "added", "to add"],
  ["replaced", "replaced", "to replace"],
  ["same", "here already", "here already"],
  ["kept", "different, kept", "different, to keep"],
  ["empty", "empty", "empty"],
  ["broken", "broken", "broken"]
]

const tableOf = (report: Report.Report, dryRun: boolean) =>
  Table.render(
    ["", ...columns.map(([, past, future]) => (dryRun ? future : past))],
    Report.kinds.map((kind) => [kind, ...columns.map(([outcome]) => String(report.count(kind, outcome)))])
  )

const broken = (report: Report.Report) =>
  Report.kinds.reduce((sum, kind) => sum + report.count(kind, "broken"), 0)

/** What a person who expects to find everything here would look for in vain. */
const notTaken = (report: Report.Report, dryRun: boolean) => {
  const what = (["configuration", "avatar dictionary"] as const).filter(
    (kind) => report.count(kind, "kept") > 0
  )
  return what.length === 0
    ? []
    : [
        `Of these, what is here ${dryRun ? "would stay" : "has stayed"}, and what was to move in ${dryRun ? "would not count" : "does not count"}: ${what.join(", ")}. Run it with ${replace} to take it; what is here is kept with the ending .bak.`
      ]
}

const tell = (report: Report.Report, dryRun: boolean) =>
  [
    ...report.remarks.map(({ file, text }) => Table.plain(`${file}: ${text}`)),
    ...(report.remarks.length === 0 ? [] : [""]),
    tableOf(report, dryRun),
    "",
    ...notTaken(report, dryRun),
    `${dryRun ? "Nothing has been changed: this is what would be done." : "Done; the folder that was read is as it was."} Broken files: ${broken(report)}.`
  ].join("\n")

/** `seiyuu import`: moves in from Open-LLM-VTuber. A file that is broken is told and does not make it fail. */
export const command = Command.make(
  "import",
  {
    config: Root.config,
    dryRun: Options.boolean(onlyTell.slice(2)).pipe(
      Options.withDescription("Only says what would be done, and changes nothing.")
    ),
    overwrite: Options.boolean(replace.slice(2)).pipe(
      Options.withDescription(
        "Replaces files that are here and different; they are kept with the ending .bak. Conversations are never replaced."
      )
    ),
    from: Args.text({ name: "dir" })
  },
  ({ config, dryRun, from, overwrite }) =>
    Effect.gen(function* () {
      const target = yield* Root.fileOf(config)
      const report = yield* Effect.scoped(
        Effect.flatMap(ProgressBar.make, (show) =>
          Import.run({ from, config: target, dryRun, overwrite, show })
        )
      )
      yield* Console.log(tell(report, dryRun))
    }).pipe(ExitCode.unfinished)
).pipe(
  Command.withDescription(
    "Copies what a folder of Open-LLM-VTuber holds (configuration, characters, avatars, backgrounds, prompts, conversations) to the folder of the configuration. Run again, it goes on."
  )
)
