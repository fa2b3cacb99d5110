import { Context, Layer, Ref } from "effect"
import type { LoadedConfig } from "./ConfigFile.ts"

/** The configuration that counts now: a file that has changed may replace it while the server runs. */
export class CurrentConfig extends Context.Tag("seiyuu/config/CurrentConfig")<
  CurrentConfig,
  Ref.Ref<LoadedConfig>
>() {
  static readonly layer = (loaded: LoadedConfig) => Layer.effect(CurrentConfig, Ref.make(loaded))
}
