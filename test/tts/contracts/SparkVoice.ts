import * as Wav from "../../../src/audio/Wav.ts"
import * as GradioServer from "../../support/GradioServer.ts"
import type { Asked } from "../../support/ServiceServer.ts"
import type { Pcm } from "../../../src/audio/Pcm.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("spark_tts", {
    api_url: `${url}/`,
    prompt_wav_upload: "",
    api_name: "voice_creation",
    gender: "female",
    pitch: 3,
    speed: 4,
    ...changes
  })

export const listen = GradioServer.listenFor({
  version: 5,
  functions: {
    "/voice_clone": ["text", "prompt_text", "prompt_wav_upload", "prompt_wav_record"],
    "/voice_creation": ["text", "gender", "pitch", "speed"]
  },
  output: "file"
})
export const dataOf = (body: string) => (JSON.parse(body) as { readonly data: ReadonlyArray<unknown> }).data
export const answer = (pcm: Pcm) => ({
  headers: { "content-type": "application/octet-stream" },
  chunks: inChunks(Wav.encode(pcm))
})

// Shapes: Spark-TTS, `webui.py`; Gradio's guide "Querying Gradio Apps with Curl". Neither knows keys.
export const contract: Contract = {
  config,
  secret: "there is none",
  textOf: ({ body }: Asked) => String(dataOf(body.toString())[0]),
  answer,
  refusals: {
    key: { status: 401, chunks: ['{"detail":"Not authenticated"}'] },
    model: GradioServer.failure("Value: other is not in the list of choices: ['male', 'female']")
  },
  keys: {
    secret: "tts_config.spark_tts.api_url",
    model: "tts_config.spark_tts.gender",
    address: "tts_config.spark_tts.api_url"
  },
  streams: true,
  listen
}
