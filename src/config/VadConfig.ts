import { Schema } from "effect"
import * as Fields from "./Fields.ts"

/** Half a minute: more of them are a mistake, and would be kept in memory. */
const mostWindows = 1000

const windows = (fallback: number, about: string) =>
  Fields.withDefault(Fields.IntIn({ min: 1, max: mostWindows }), fallback, about)
const hertz = (about: string) => Fields.withDefault(Fields.IntIn({ min: 1, max: 768_000 }), 16_000, about)

const SileroVad = Schema.Struct({
  orig_sr: hertz("Hz of what clients send. They always send 16000, so anything else is only warned of."),
  target_sr: hertz("Hz of what the model hears. It listens at 16000, so anything else is only warned of."),
  prob_threshold: Fields.withDefault(
    Fields.FloatIn({ min: 0, max: 1 }),
    0.4,
    "Mean probability from which on a window is a hit; higher for a room with other voices."
  ),
  db_threshold: Fields.withDefault(
    Fields.Float,
    60,
    "Mean loudness from which on a window is a hit: dB over one step of 16 bits, 90 is the loudest."
  ),
  required_hits: windows(3, "Hits in a row with which speech starts, in windows of 32 ms."),
  required_misses: windows(24, "Misses in a row with which speech ends, in windows of 32 ms."),
  smoothing_window: windows(5, "Windows that the two means are taken over.")
})
export type SileroVadConfig = typeof SileroVad.Type

/** The `vad_config` section: what notices speech; no model means that the client does. */
export const VadConfig = Schema.Struct({
  vad_model: Fields.maybeNone(
    Fields.Choice("silero_vad"),
    "What notices speech. Empty: nothing, and clients that send raw audio are not heard."
  ),
  silero_vad: Fields.withDefault(
    Fields.section(SileroVad),
    {},
    "The model silero_vad, in a process of its own."
  )
})
export type VadConfig = typeof VadConfig.Type
