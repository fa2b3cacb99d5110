import { Context, Layer, SubscriptionRef } from "effect"
import type { LoadedConfig } from "./ConfigFile.ts"

/** The configuration that counts now: a file that has changed may replace it while the server runs. */
export class CurrentConfig extends Context.Tag("seiyuu/config/CurrentConfig")<
  CurrentConfig,
  SubscriptionRef.SubscriptionRef<LoadedConfig>
>() {
  static readonly layer = (loaded: LoadedConfig) => Layer.effect(CurrentConfig, SubscriptionRef.make(loaded))
}
