import { FileSystem } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer, Schema } from "effect"
import { AsrEngines } from "../../src/asr/Asr.ts"
import * as AsrTable from "../../src/asr/AsrTable.ts"
import * as SherpaAsr from "../../src/asr/SherpaAsr.ts"
import { AsrConfig } from "../../src/config/AsrConfig.ts"
import { Settings } from "../../src/config/Settings.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { ModelStore } from "../../src/models/ModelStore.ts"
import { systemConfig } from "../support/Fixtures.ts"
import * as SpeechModels from "../support/SpeechModels.ts"

/** All recognisers, with the models of the tests. */
export const engines = AsrTable.layer.pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      EnginePool.layer({ idleTimeToLive: "1 minute" }),
      NodeHttpClient.dispatcherLayer,
      SpeechModels.store,
      Layer.succeed(Settings, { folder: ".", system: systemConfig })
    )
  ),
  Layer.provideMerge(NodeContext.layer)
)

const decode = (keys: object) =>
  Schema.decodeUnknownSync(AsrConfig)({ asr_model: "sherpa_onnx_asr", sherpa_onnx_asr: keys })

/** A recogniser of sherpa-onnx by the keys of its section. */
export const open = (keys: object) => Effect.flatMap(AsrEngines, (engines) => engines.open(decode(keys)))

/** The engine behind a recogniser: that which the pool has loaded for it. */
export const engineOf = (keys: object) =>
  Effect.gen(function* () {
    const services = { store: yield* ModelStore, fs: yield* FileSystem.FileSystem, folder: "." }
    const pool = yield* EnginePool
    return yield* pool.borrow(SherpaAsr.spec(services, decode(keys).sherpa_onnx_asr!))
  })

/** Ends the process of the engine. */
export const kill = (keys: object) =>
  Effect.flatMap(engineOf(keys), (engine) => engine.process.pid).pipe(
    Effect.map((pid) => void process.kill(pid!, "SIGKILL")),
    Effect.orDie
  )
