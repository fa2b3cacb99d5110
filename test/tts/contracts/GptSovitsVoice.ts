import * as Wav from "../../../src/audio/Wav.ts"
import type { Answer } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { bytesOf, inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const section = {
  text_lang: "en",
  ref_audio_path: "voices/ana.wav",
  prompt_lang: "zh",
  prompt_text: "你好 & welcome",
  text_split_method: "cut5",
  batch_size: "1",
  media_type: "wav",
  streaming_mode: "true"
}
export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("gpt_sovits_tts", { api_url: `${url}/tts`, ...section, ...changes })

export const refusal = (message: string, Exception?: string): Answer => ({
  status: 400,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ message, Exception })]
})

/** The header of a file whose length is not known yet, as Python's `wave` writes it, and the samples. */
const streamed = (pcm: Parameters<typeof bytesOf>[0]): Answer => ({
  headers: { "content-type": "audio/wav" },
  chunks: [Wav.encode({ ...pcm, samples: new Int16Array(0) }), ...inChunks(bytesOf(pcm))]
})

// Shapes: GPT-SoVITS, `api_v2.py` (its first comment, `GET /tts`; `streaming_generator`, `check_params`). It knows no keys.
export const contract: Contract = {
  config,
  secret: "there is none",
  textOf: ({ path }) => new URL(path, "http://host").searchParams.get("text") ?? "",
  answer: streamed,
  refusals: {
    key: { status: 401, chunks: ["<html>401 Authorization Required</html>"] },
    model: refusal("tts failed", "voices/ana.wav not exists")
  },
  keys: {
    secret: "tts_config.gpt_sovits_tts.api_url",
    model: "tts_config.gpt_sovits_tts.ref_audio_path",
    address: "tts_config.gpt_sovits_tts.api_url"
  },
  streams: true,
  firstSound: 1
}
