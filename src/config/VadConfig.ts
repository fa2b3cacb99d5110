import { Schema } from "effect"
import * as Fields from "./Fields.ts"

const SileroVad = Schema.Struct({
  /** Hz. */
  orig_sr: Fields.required(Fields.Int),
  /** Hz. */
  target_sr: Fields.required(Fields.Int),
  prob_threshold: Fields.required(Fields.Float),
  db_threshold: Fields.required(Fields.Float),
  required_hits: Fields.required(Fields.Int),
  required_misses: Fields.required(Fields.Int),
  smoothing_window: Fields.required(Fields.Int)
})

/** The `vad_config` section: what notices speech; no model means that the client does. */
export const VadConfig = Schema.Struct({
  vad_model: Fields.maybe(Fields.Choice("silero_vad")),
  silero_vad: Fields.maybe(Fields.section(SileroVad))
})
export type VadConfig = typeof VadConfig.Type
