import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Layer } from "effect"
import { Settings } from "../../src/config/Settings.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"
import { PhraseCache } from "../../src/tts/PhraseCache.ts"
import * as TtsTable from "../../src/tts/TtsTable.ts"
import * as Fixtures from "../support/Fixtures.ts"
import * as SpeechModels from "../support/SpeechModels.ts"

/** All voices, with the models of the tests; relative paths start from `folder`. */
export const inFolder = (folder: string) =>
  TtsTable.layer.pipe(
    Layer.provide(Layer.merge(Alarms.layer, PhraseCache.none)),
    Layer.provideMerge(EnginePool.layer({ idleTimeToLive: "1 minute" })),
    Layer.provide(Layer.succeed(Settings, { folder, system: Fixtures.systemConfig })),
    Layer.provide(SpeechModels.store),
    Layer.provide(NodeHttpClient.dispatcherLayer),
    Layer.provideMerge(NodeContext.layer)
  )

export const engines = inFolder(process.cwd())
