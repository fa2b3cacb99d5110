#!/usr/bin/env node
import { setFlagsFromString } from "node:v8"
import { NodeContext, NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import * as AgentTable from "./agent/AgentTable.ts"
import { Tokens } from "./agent/Tokens.ts"
import * as AsrTable from "./asr/AsrTable.ts"
import * as CommandLine from "./command/CommandLine.ts"
import * as ExitCode from "./command/ExitCode.ts"
import { Characters } from "./config/Characters.ts"
import { CurrentConfig } from "./config/CurrentConfig.ts"
import type * as ConfigFile from "./config/ConfigFile.ts"
import { McpEntries } from "./config/McpEntries.ts"
import { ModelDict } from "./config/ModelDict.ts"
import { Prompts } from "./config/Prompts.ts"
import { Settings } from "./config/Settings.ts"
import * as Database from "./history/Database.ts"
import * as LlmTable from "./llm/LlmTable.ts"
import * as McpServers from "./mcp/McpServers.ts"
import { EnginePool } from "./engine/EnginePool.ts"
import { ModelStore } from "./models/ModelStore.ts"
import * as StoreOptions from "./models/StoreOptions.ts"
import { Groups } from "./group/Groups.ts"
import { HttpServer } from "./server/HttpServer.ts"
import { Embedders } from "./recall/Embedder.ts"
import * as LiveChat from "./live/LiveChat.ts"
import { Callers } from "./session/Callers.ts"
import * as ConfigChanges from "./session/ConfigChanges.ts"
import { SessionRegistry } from "./session/SessionRegistry.ts"
import { Alarms } from "./supervision/Alarms.ts"
import { Census } from "./telemetry/Census.ts"
import * as TranslatorTable from "./translate/TranslatorTable.ts"
import { PhraseCache } from "./tts/PhraseCache.ts"
import * as TtsTable from "./tts/TtsTable.ts"
import * as VadTable from "./vad/VadTable.ts"
import * as SherpaSpotter from "./wake/SherpaSpotter.ts"

// Its heap is collected as a whole when it has trebled, instead of grown by a third: that holds everybody up for some 30 ms, and
// with a hundred people who talk it came every four seconds. The young part of the heap cannot be changed by now: `npm start` does.
setFlagsFromString("--heap-growing-percent=200")

/** Everything that lives as long as the process. A service closes before those that it is built on. */
const server = (loaded: ConfigFile.LoadedConfig) => {
  const { folder, config } = loaded
  const system = config.system_config
  const engines = Layer.mergeAll(
    AgentTable.layer,
    TranslatorTable.layer,
    Layer.provide(TtsTable.layer, PhraseCache.layer),
    AsrTable.layer,
    VadTable.layer,
    SherpaSpotter.layer,
    Embedders.layer,
    McpServers.layer()
  )
  return Layer.mergeAll(HttpServer.layer, ConfigChanges.layer, LiveChat.layer).pipe(
    Layer.provide(
      Layer.mergeAll(engines, Layer.provideMerge(SessionRegistry.layer, Groups.layer), Callers.layer)
    ),
    Layer.provide(LlmTable.layer),
    Layer.provide(EnginePool.layer({ idleTimeToLive: system.engine_idle_seconds * 1000 })),
    Layer.provide(
      Layer.mergeAll(
        Alarms.layer,
        Census.layer,
        Tokens.layer,
        Characters.layerCurrent,
        ModelDict.layer,
        ModelStore.layer(StoreOptions.ofConfig(loaded)),
        Prompts.layerCurrent,
        Layer.provideMerge(McpEntries.layer, Layer.succeed(Settings, { folder, system })),
        Database.layer(Database.placeOf(system.database, folder))
      )
    ),
    Layer.provide(CurrentConfig.layer(loaded))
  )
}

const program = CommandLine.run(server).pipe(
  Effect.provide(
    Layer.merge(
      NodeContext.layer,
      Layer.provideMerge(NodeHttpClient.layerUndiciWithoutDispatcher, NodeHttpClient.dispatcherLayer)
    )
  ),
  // Nobody collects spans yet, and making them is a quarter of what a connection costs.
  Effect.withTracerEnabled(false)
)

NodeRuntime.runMain(program, {
  disableErrorReporting: true,
  teardown: (exit, onExit) => onExit(ExitCode.of(exit))
})
