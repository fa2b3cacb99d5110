import { Schema } from "effect"
import { CharacterConfig } from "./CharacterConfig.ts"
import * as Fields from "./Fields.ts"
import { LiveConfig } from "./LiveConfig.ts"
import { SystemConfig } from "./SystemConfig.ts"

/** The whole of `conf.yaml`. */
export const SeiyuuConfig = Schema.Struct({
  system_config: Fields.withDefault(Fields.section(SystemConfig), {}),
  character_config: Fields.required(Fields.section(CharacterConfig)),
  live_config: Fields.withDefault(Fields.section(LiveConfig), {})
})
export type SeiyuuConfig = typeof SeiyuuConfig.Type
