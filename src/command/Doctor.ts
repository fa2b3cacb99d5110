import { Command, Options } from "@effect/cli"
import { Console, Effect, Layer, Option, Schema } from "effect"
import * as AgentTable from "../agent/AgentTable.ts"
import * as AsrTable from "../asr/AsrTable.ts"
import { Decode } from "../audio/Decode.ts"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import { Characters } from "../config/Characters.ts"
import * as ConfigFile from "../config/ConfigFile.ts"
import { McpEntries } from "../config/McpEntries.ts"
import { Prompts } from "../config/Prompts.ts"
import { Settings } from "../config/Settings.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import * as LlmTable from "../llm/LlmTable.ts"
import * as McpServers from "../mcp/McpServers.ts"
import { ModelStore } from "../models/ModelStore.ts"
import type { ModelUnavailable } from "../models/ModelUnavailable.ts"
import * as StoreOptions from "../models/StoreOptions.ts"
import { Embedders } from "../recall/Embedder.ts"
import { Alarms } from "../supervision/Alarms.ts"
import * as PiperTts from "../tts/PiperTts.ts"
import { PhraseCache } from "../tts/PhraseCache.ts"
import * as TtsTable from "../tts/TtsTable.ts"
import * as VadTable from "../vad/VadTable.ts"
import * as SherpaSpotter from "../wake/SherpaSpotter.ts"
import * as Database from "../history/Database.ts"
import * as DatabaseCheck from "./doctor/DatabaseCheck.ts"
import * as EngineRows from "./doctor/EngineRows.ts"
import * as LiveChecks from "./doctor/LiveChecks.ts"
import * as Machine from "./doctor/Machine.ts"
import * as McpChecks from "./doctor/McpChecks.ts"
import * as NamedEngines from "./doctor/NamedEngines.ts"
import * as NeededModels from "./doctor/NeededModels.ts"
import * as Report from "./doctor/Report.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Root from "./Root.ts"

/** Something does not work; the table says what. */
class NotWell extends Schema.TaggedError<NotWell>()("NotWell", {
  failures: Schema.Number,
  checks: Schema.Number
}) {
  override get message(): string {
    return `${this.failures} of ${this.checks} checks failed; the table says how to mend that.`
  }
}

/** What a check needs, as the server has it; nothing is fetched, and an engine that was checked is freed at once. */
const services = (loaded: ConfigFile.LoadedConfig) =>
  AgentTable.layer.pipe(
    Layer.provideMerge(LlmTable.layerOfLookers),
    Layer.merge(
      Layer.mergeAll(
        Layer.provide(TtsTable.layer, Layer.merge(Alarms.layer, PhraseCache.none)),
        AsrTable.layer,
        VadTable.layer,
        SherpaSpotter.layer,
        Decode.layer,
        Embedders.layer,
        McpServers.layer({ patience: McpChecks.patience })
      )
    ),
    Layer.provide(EnginePool.layer({ idleTimeToLive: 0 })),
    Layer.provideMerge(
      Layer.mergeAll(
        Characters.layer(loaded),
        ModelStore.layer({ ...StoreOptions.ofConfig(loaded), offline: true }),
        Prompts.layer(loaded),
        Layer.provideMerge(
          McpEntries.layer,
          Layer.succeed(Settings, { folder: loaded.folder, system: loaded.config.system_config })
        )
      )
    )
  )

const checkFile = (loaded: ConfigFile.LoadedConfig): ReadonlyArray<Report.Row> => {
  const what = "conf.yaml"
  return loaded.warnings.length === 0
    ? [{ what, ...Report.ok("can be read") }]
    : loaded.warnings.map((text) => ({ what, ...Report.warning(text, "Correct the file, or leave it so.") }))
}

/** A row for each further character's file, and all characters that can be used, the base one first. */
const checkCharacters = Effect.gen(function* () {
  const { base, list, resolve } = yield* Characters
  const usable: Array<CharacterConfig> = [yield* base]
  const rows: Array<Report.Row> = []
  // What the list warns of is told file by file.
  const [, ...others] = yield* Report.silently(list)
  for (const { filename } of others) {
    const judge = resolve(filename).pipe(
      Effect.map((character) => {
        usable.push(character)
        return Report.ok(`${character.conf_name} can be read`)
      }),
      Effect.catchAll(({ message }) => Effect.succeed(Report.broken(message, "Correct the file.")))
    )
    rows.push(yield* Report.check(filename, judge))
  }
  return { rows, usable }
})

/** Fetches what the server would, also where that may not; answers why what could not be had. */
const fetchAll = (loaded: ConfigFile.LoadedConfig, missing: ReadonlyArray<NeededModels.Unmet>) =>
  Effect.gen(function* () {
    const store = yield* ModelStore
    const refusals = new Map<string, ModelUnavailable>()
    for (const { needed } of missing) {
      const got = yield* Effect.either(store.obtain(needed.kind, needed.wanted))
      if (got._tag === "Left") refusals.set(NeededModels.nameOf(needed), got.left)
    }
    return refusals
  }).pipe(Effect.provide(ModelStore.layer({ ...StoreOptions.ofConfig(loaded), offline: false })))

const examine = Effect.fn("Doctor.examine")(function* (
  loaded: ConfigFile.LoadedConfig,
  {
    config,
    fetch,
    host,
    port
  }: {
    readonly config: Option.Option<string>
    readonly fetch: boolean
    readonly host: string
    readonly port: number
  }
) {
  const store = yield* ModelStore
  const { rows: files, usable } = yield* checkCharacters
  const engines = NamedEngines.of(usable, yield* PiperTts.environmentData)
  const missing = yield* NeededModels.allMissing(
    store,
    engines.flatMap(({ needs }) => needs)
  )
  const models = missing.map(({ model }) => model)
  const bytes = models.reduce((sum, { bytes }) => sum + bytes, 0)
  const machine = [
    yield* Report.check("Node", Effect.succeed(Machine.node(process.versions.node))),
    ...checkFile(loaded),
    ...files,
    yield* Report.check("port", Machine.port(host, port)),
    yield* Report.check(
      "models folder",
      Effect.flatMap(store.folder, (folder) => Machine.modelsFolder(folder, bytes))
    ),
    yield* Report.check(
      "database",
      DatabaseCheck.check(Database.placeOf(loaded.config.system_config.database, loaded.folder))
    ),
    ...(models.some(({ byPip }) => byPip) ? [yield* Report.check("pip", Machine.pip)] : [])
  ]
  const refusals = fetch ? yield* fetchAll(loaded, missing) : new Map<never, never>()
  const { offline } = loaded.config.system_config
  const rows = yield* EngineRows.of(engines, {
    config: Option.match(config, { onNone: () => "", onSome: (file) => ` --config ${file}` }),
    several: usable.length > 1,
    offline,
    refusals
  })
  const chats = yield* LiveChecks.rows(loaded.config.live_config)
  return [...machine, ...rows, ...(yield* McpChecks.rows(usable)), ...chats]
})

/** `seiyuu doctor`: looks whether what the configuration names works on this machine. */
export const command = Command.make(
  "doctor",
  {
    config: Root.config,
    fetch: Options.boolean("fetch").pipe(Options.withDescription("Fetch the models that are missing."))
  },
  Effect.fn("Doctor.run")(function* ({ config, fetch }) {
    const before = yield* Root.command
    const named = Option.orElse(config, () => before.config)
    const file = Option.getOrElse(named, () => Root.usualConfig)
    const loaded = yield* ConfigFile.load(file)
    const { system_config } = loaded.config
    const rows = yield* examine(loaded, {
      config: named,
      fetch,
      host: Option.getOrElse(before.host, () => system_config.host),
      port: Option.getOrElse(before.port, () => system_config.port)
    }).pipe(Effect.provide(services(loaded)))
    yield* Console.log(Report.render(rows, process.stdout.columns))
    const failures = Report.failures(rows).length
    if (failures > 0) return yield* new NotWell({ failures, checks: rows.length })
  }, ExitCode.unfinished)
).pipe(Command.withDescription("Looks whether what the configuration names works on this machine."))
