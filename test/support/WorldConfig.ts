import { Effect, Layer, Stream } from "effect"
import { ModelDict } from "../../src/config/ModelDict.ts"
import { Prompts } from "../../src/config/Prompts.ts"
import { Settings } from "../../src/config/Settings.ts"
import type { SystemConfig } from "../../src/config/SystemConfig.ts"
import { ModelStore } from "../../src/models/ModelStore.ts"
import { systemConfig } from "./Fixtures.ts"

/** What the world is configured to be; groups can be set until their first turn. */
export const layer = (world: { readonly groups: SystemConfig["groups"] }) =>
  Layer.mergeAll(
    Layer.succeed(Settings, {
      folder: ".",
      get system() {
        return { ...systemConfig, groups: world.groups }
      }
    }),
    Layer.succeed(ModelDict, {
      modelInfo: (name) => Effect.succeed({ name, url: "", emotionMap: { joy: 1 } }),
      take: Effect.succeed([])
    }),
    Layer.succeed(Prompts, {
      get: (purpose) => Effect.succeed(purpose === "proactive_speak_prompt" ? "Say something." : undefined),
      take: Effect.succeed([])
    }),
    Layer.mock(ModelStore, { progress: Stream.never })
  )
