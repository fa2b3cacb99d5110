import * as Wav from "../../../src/audio/Wav.ts"
import type { Answer } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("coqui_tts", {
    model_name: "tts_models/multilingual/multi-dataset/xtts_v2",
    language: "en",
    speaker_id: "Ana Florence",
    base_url: url,
    ...changes
  })

const refusal = (status: number, error: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ error })]
})

// Shapes: coqui-tts (idiap/coqui-ai-TTS), `TTS/server/server.py`, `/api/tts`. It knows no keys.
export const contract: Contract = {
  config,
  secret: "there is none",
  textOf: ({ path }) => new URL(path, "http://host").searchParams.get("text") ?? "",
  answer: (pcm) => ({ headers: { "content-type": "audio/wav" }, chunks: inChunks(Wav.encode(pcm)) }),
  refusals: {
    key: { status: 401, chunks: ["<html>401 Authorization Required</html>"] },
    model: refusal(500, "TTS synthesis failed: Speaker 'Ana Florence' not found")
  },
  keys: {
    secret: "tts_config.coqui_tts.base_url",
    model: "tts_config.coqui_tts.speaker_id",
    address: "tts_config.coqui_tts.base_url"
  },
  streams: true
}
