import { Schema } from "effect"
import * as Fields from "./Fields.ts"

/** Half a minute: more of them are a mistake, and would be kept in memory. */
const mostWindows = 1000

const windows = (fallback: number) => Fields.withDefault(Fields.IntIn({ min: 1, max: mostWindows }), fallback)
const hertz = Fields.withDefault(Fields.IntIn({ min: 1, max: 768_000 }), 16_000)

const SileroVad = Schema.Struct({
  /** Hz. Clients always send 16000, so anything else is only warned of. */
  orig_sr: hertz,
  /** Hz. The model listens at 16000, so anything else is only warned of. */
  target_sr: hertz,
  /** Mean probability from which on a window is a hit. Defaults to 0.4. */
  prob_threshold: Fields.withDefault(Fields.FloatIn({ min: 0, max: 1 }), 0.4),
  /** Mean loudness from which on a window is a hit: dB over one step of 16 bits, 90 is the loudest. Defaults to 60. */
  db_threshold: Fields.withDefault(Fields.Float, 60),
  /** Hits in a row with which speech starts, in windows of 32 ms. Defaults to 3. */
  required_hits: windows(3),
  /** Misses in a row with which speech ends, in windows of 32 ms. Defaults to 24. */
  required_misses: windows(24),
  /** Windows that the two means are taken over. Defaults to 5. */
  smoothing_window: windows(5)
})
export type SileroVadConfig = typeof SileroVad.Type

/** The `vad_config` section: what notices speech; no model means that the client does. */
export const VadConfig = Schema.Struct({
  vad_model: Fields.maybeNone(Fields.Choice("silero_vad")),
  silero_vad: Fields.withDefault(Fields.section(SileroVad), {})
})
export type VadConfig = typeof VadConfig.Type
