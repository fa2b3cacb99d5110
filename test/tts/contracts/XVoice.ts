import * as Wav from "../../../src/audio/Wav.ts"
import type { Answer } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { bytesOf, inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("x_tts", {
    api_url: `${url}/tts_stream`,
    speaker_wav: "female",
    language: "en",
    ...changes
  })

const refusal = (status: number, detail: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ detail })]
})

export const asked = { text: "Fish & chips?", speaker_wav: "female", language: "en" }

// Shapes: xtts-api-server 0.9.0, `server.py` (`/tts_stream`, `/tts_to_audio/`) and `get_wav_header`. It knows no keys.
export const contract: Contract = {
  config,
  secret: "there is none",
  textOf: ({ path }) => new URL(path, "http://host").searchParams.get("text") ?? "",
  answer: (pcm) => ({
    headers: { "content-type": "audio/x-wav" },
    chunks: [Wav.encode({ ...pcm, samples: new Int16Array(0) }), ...inChunks(bytesOf(pcm))]
  }),
  refusals: {
    key: { status: 401, chunks: ["<html>401 Authorization Required</html>"] },
    model: refusal(500, "Error: Speaker female not found.")
  },
  keys: {
    secret: "tts_config.x_tts.api_url",
    model: "tts_config.x_tts.speaker_wav",
    address: "tts_config.x_tts.api_url"
  },
  streams: true,
  firstSound: 1
}
