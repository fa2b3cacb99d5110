import { Schema } from "effect"
import { CharacterConfig } from "./CharacterConfig.ts"
import * as Fields from "./Fields.ts"
import { LiveConfig } from "./LiveConfig.ts"
import { SystemConfig } from "./SystemConfig.ts"

/** The whole of `conf.yaml`. */
export const SeiyuuConfig = Schema.Struct({
  system_config: Fields.withDefault(Fields.section(SystemConfig), {}, "The server itself."),
  character_config: Fields.required(
    Fields.section(CharacterConfig),
    "The character: who it is, what answers, listens and speaks. A file of `config_alts_dir` may hold the keys of it that differ."
  ),
  live_config: Fields.withDefault(
    Fields.section(LiveConfig),
    {},
    "Live streams whose chat the character reads."
  )
})
export type SeiyuuConfig = typeof SeiyuuConfig.Type
