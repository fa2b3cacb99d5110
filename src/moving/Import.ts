import { realpath } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import * as ConfigFile from "../config/ConfigFile.ts"
import * as ConfigInvalid from "../config/ConfigInvalid.ts"
import * as YamlFile from "../config/YamlFile.ts"
import * as Checks from "./Checks.ts"
import * as ConfigurationCopy from "./ConfigurationCopy.ts"
import * as ConversationImport from "./ConversationImport.ts"
import { MovingFailed } from "./MovingFailed.ts"
import * as Places from "./Places.ts"
import * as PlacedFile from "./PlacedFile.ts"
import type { Show } from "./ProgressBar.ts"
import * as Report from "./Report.ts"
import * as SourceFolder from "./SourceFolder.ts"

export interface Options {
  /** A folder of Open-LLM-VTuber. */
  readonly from: string
  /** The configuration file here; it need not be there yet. */
  readonly config: string
  /** Whether files here that are different are replaced; they are kept beside the new ones. */
  readonly overwrite: boolean
  /** Whether it is only said what would happen. */
  readonly dryRun: boolean
  readonly show: Show
}

/** One file that is to be here. */
interface Job {
  readonly kind: Report.Kind
  readonly source: SourceFolder.Source
  readonly target: string
  readonly check: Checks.Check
  /** What is written, if it is not the source as it is. */
  readonly content?: Uint8Array
}

/** Moves what a folder of Open-LLM-VTuber holds to the folder of a configuration, and says what came of it. */
export const run = Effect.fn("Import.run")(function* (options: Options) {
  const root = yield* Effect.tryPromise({
    try: () => realpath(options.from),
    catch: (cause) =>
      new MovingFailed({
        action: `read ${options.from}`,
        advice: "Name the folder of Open-LLM-VTuber.",
        cause
      })
  })
  const growing = Report.make()
  const config = resolve(options.config)
  const folder = dirname(config)

  const [moving] = yield* SourceFolder.files(root, ["conf.yaml"], growing)
  const movingYaml =
    moving === undefined ? undefined : yield* Effect.orElseSucceed(Checks.wholeYaml(moving), () => undefined)
  const {
    alternatives,
    leadingOut,
    places: movingPlaces
  } = yield* Places.ofMoving(folder, movingYaml, growing)
  // As it is it would lead this server, and the next import, out of the folder.
  const content =
    moving === undefined || leadingOut.length === 0
      ? undefined
      : yield* ConfigurationCopy.withUsual(moving.path, leadingOut)
  const isCopied = movingYaml !== undefined && (leadingOut.length === 0 || content !== undefined)
  const own = yield* ownConfiguration(config, isCopied && options.overwrite)
  const places = own === undefined ? movingPlaces : yield* Places.ofOwn(folder, own)

  const jobs: Array<Job> = []
  if (moving !== undefined)
    jobs.push({
      kind: "configuration",
      source: moving,
      target: config,
      check: isCopied || movingYaml === undefined ? Checks.configuration : () => Effect.succeed(unchangeable),
      ...(content === undefined ? {} : { content })
    })
  const inFolder = Effect.fnUntraced(function* (kind: Report.Kind, name: string, check: Checks.Check) {
    for (const source of yield* SourceFolder.files(root, [name], growing))
      jobs.push({ kind, source, target: join(folder, ...source.names), check })
  })
  for (const source of yield* SourceFolder.files(root, alternatives, growing)) {
    const name = source.names.at(-1)!
    if (source.names.length === alternatives.length + 1 && /\.ya?ml$/iu.test(name))
      jobs.push({
        kind: "characters",
        source,
        target: join(places.characters, name),
        check: Checks.character
      })
  }
  yield* inFolder("avatar dictionary", "model_dict.json", Checks.avatarDictionary)
  yield* inFolder("MCP servers", "mcp_servers.json", Checks.mcpServers)
  yield* inFolder("prompts", "prompts", Checks.asset)
  yield* inFolder("Live2D models", "live2d-models", Checks.asset)
  yield* inFolder("avatars", "avatars", Checks.asset)
  yield* inFolder("backgrounds", "backgrounds", Checks.asset)
  // These names become no paths here.
  const histories = yield* SourceFolder.files(root, ["chat_history"], growing, () => true)
  if (jobs.length === 0 && histories.length === 0)
    return yield* new MovingFailed({
      action: `find anything to move in ${options.from}`,
      advice: "Name the folder of Open-LLM-VTuber, the one with its conf.yaml."
    })

  for (const [index, job] of jobs.entries()) {
    yield* options.show("files", index, jobs.length)
    yield* runJob(job, options, growing)
  }
  yield* ConversationImport.run(histories, places.database, options, growing)
  return growing.report
})

const unchangeable =
  "leads out of the folder by an alias or <<, which no copy can change: write the places themselves"

/** The configuration that is here, unless there is none or another one takes its place. Fails if it cannot be read. */
const ownConfiguration = Effect.fnUntraced(function* (config: string, replaced: boolean) {
  if (replaced || !(yield* (yield* FileSystem.FileSystem).exists(config))) return undefined
  return yield* YamlFile.read(config)
})

const runJob = Effect.fnUntraced(function* (
  { check, content, kind, source, target }: Job,
  { dryRun, overwrite }: Options,
  growing: Report.Growing
) {
  const why = yield* check(source)
  if (why !== undefined) {
    growing.add(kind, "broken")
    return growing.remark(source.shown, `${why}; it is left out`)
  }
  const place = { path: target, overwrite, backup: true, dryRun }
  const outcome = yield* content === undefined
    ? PlacedFile.copy(source.path, place)
    : PlacedFile.write(content, place)
  growing.add(kind, outcome)
  if (outcome === "kept") growing.remark(source.shown, "is different here; the one that is here stays")
  if (kind === "configuration" && outcome !== "same" && outcome !== "kept")
    for (const problem of yield* problemsOf(source.path)) growing.remark(source.shown, problem)
})

/** What keeps a server from starting with a configuration. It moves nevertheless: it can be mended here. */
const problemsOf = (file: string) =>
  Effect.match(ConfigFile.load(file), {
    onSuccess: () => [],
    onFailure: (failure) =>
      failure._tag === "ConfigMissing"
        ? [failure.message]
        : failure.problems.map((problem) => `needs mending: ${ConfigInvalid.describe(failure.file, problem)}`)
  }).pipe(Effect.catchAllDefect(() => Effect.succeed(["cannot be checked: it may be nested too deep"])))
