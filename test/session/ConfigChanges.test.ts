import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect, Layer, Queue } from "effect"
import { Characters } from "../../src/config/Characters.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import { CurrentConfig } from "../../src/config/CurrentConfig.ts"
import { McpEntries } from "../../src/config/McpEntries.ts"
import { ModelDict } from "../../src/config/ModelDict.ts"
import { Prompts } from "../../src/config/Prompts.ts"
import { Settings } from "../../src/config/Settings.ts"
import * as ConfigChanges from "../../src/session/ConfigChanges.ts"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

it.scopedLive("takes over the next change while a client still does not read of the last one", () =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* ConfigFolder.make({ "conf.yaml": ConfigFolder.minimal })
    const loaded = yield* ConfigFile.load(`${folder}/conf.yaml`)
    const told = yield* Queue.unbounded<ReadonlyArray<string>>()
    const registry = Layer.mock(SessionRegistry, {
      tell: ({ files }) => Effect.zipRight(Queue.offer(told, files), Effect.never)
    })
    const config = Layer.mergeAll(
      Characters.layerCurrent,
      ModelDict.layer,
      McpEntries.layer,
      Prompts.layerCurrent,
      registry
    ).pipe(
      Layer.provideMerge(CurrentConfig.layer(loaded)),
      Layer.provideMerge(Layer.succeed(Settings, { folder, system: loaded.config.system_config }))
    )
    yield* Layer.build(Layer.provide(ConfigChanges.layer, config))
    yield* fs.writeFileString(`${folder}/conf.yaml`, ConfigFolder.minimal.replace("Base", "First"))
    expect(yield* Queue.take(told)).toEqual(["conf.yaml"])
    yield* fs.writeFileString(`${folder}/model_dict.json`, "[]")
    expect(yield* Queue.take(told)).toEqual(["conf.yaml", "model_dict.json"])
  }).pipe(Effect.provide(NodeContext.layer))
)
