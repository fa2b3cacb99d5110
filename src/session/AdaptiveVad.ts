import { Effect, Ref } from "effect"
import type { SileroVadConfig } from "../config/VadConfig.ts"
import { Client } from "../conversation/Client.ts"
import type { Rules } from "../vad/SpeechDetector.ts"
import type { Session } from "./Session.ts"
import { say } from "../language/Text.ts"

/** What the thresholds are raised by while the client itself plays sound at its loudest. */
const most = { probability: 0.4, decibels: 20 }

/** A window more probable than this is speech whatever is played. */
const highestProbability = 0.95

/** How loudly a client plays that does not say so: prob_threshold + 0.2, db_threshold + 10. */
const usualVolume = 0.5

/** A character's rules, raised in proportion to what the client plays: `volume` from 0 to 1. */
export const rules = (config: SileroVadConfig, adaptive: { readonly volume: number } | undefined): Rules => {
  const volume = adaptive?.volume ?? 0
  const { prob_threshold: probability } = config
  return {
    probThreshold: Math.max(
      probability,
      Math.min(highestProbability, probability + most.probability * volume)
    ),
    dbThreshold: config.db_threshold + most.decibels * volume,
    requiredHits: config.required_hits,
    requiredMisses: config.required_misses,
    smoothingWindow: config.smoothing_window
  }
}

/**
 * `adaptive-vad-control`: the client is a kiosk that plays sound beside its microphone. `start` raises the thresholds
 * (to what `volume` says, if it is there), `adjust` follows the volume, `reset` brings the configured ones back and stays
 * ready for `adjust`, `stop` ends it. It is the session's: a switch keeps it.
 */
export const handle = Effect.fn("AdaptiveVad.handle")(function* (
  session: Session,
  action: "start" | "adjust" | "reset" | "stop",
  volume: number | undefined
) {
  const client = yield* Client
  const { vad_config } = (yield* Ref.get(session.seat)).character.config
  const refusal =
    vad_config.vad_model === undefined ? say("session.noDetection") : refusalOf(session, action, volume)
  if (refusal !== undefined) {
    return yield* client.send({ type: "adaptive-vad-response", action, error: refusal })
  }
  session.ear.adaptive = action === "stop" ? undefined : { volume: volumeOf(action, volume) }
  const { dbThreshold, probThreshold } = rules(vad_config.silero_vad, session.ear.adaptive)
  yield* client.send({
    type: "adaptive-vad-response",
    action,
    success: true,
    message: say("session.thresholds", round(probThreshold), round(dbThreshold))
  })
})

const volumeOf = (action: "start" | "adjust" | "reset", volume: number | undefined) =>
  action === "reset" ? 0 : (volume ?? usualVolume)

const refusalOf = (session: Session, action: string, volume: number | undefined) => {
  if (action === "adjust" && volume === undefined) return say("session.volumeMissing")
  if (volume !== undefined && !(volume >= 0 && volume <= 1)) return say("session.volumeOutOfRange", volume)
  // One that comes late would raise the thresholds for good.
  if (action === "adjust" && session.ear.adaptive === undefined) return say("session.nothingToAdjust")
  return undefined
}

const round = (threshold: number) => Math.round(threshold * 100) / 100
