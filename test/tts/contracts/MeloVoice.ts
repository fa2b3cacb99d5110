import * as Wav from "../../../src/audio/Wav.ts"
import type { Pcm } from "../../../src/audio/Pcm.ts"
import * as GradioServer from "../../support/GradioServer.ts"
import type { Asked } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("melo_tts", { speaker: "EN-Default", language: "EN", base_url: url, ...changes })

export const listen = GradioServer.listenFor({
  version: 4,
  functions: { "/synthesize": ["speaker", "text", "speed", "language"], "/load_speakers": ["language"] },
  output: "file"
})
export const dataOf = (body: string) => (JSON.parse(body) as { readonly data: ReadonlyArray<unknown> }).data
// Its files have names without an ending, so that this is their type.
export const answer = (pcm: Pcm) => ({
  headers: { "content-type": "text/plain; charset=utf-8" },
  chunks: inChunks(Wav.encode(pcm))
})

// Shapes: MeloTTS, `melo/app.py`; Gradio's guide "Querying Gradio Apps with Curl". Neither knows keys.
export const contract: Contract = {
  config,
  secret: "there is none",
  textOf: ({ body }: Asked) => String(dataOf(body.toString())[1]),
  answer,
  refusals: {
    key: { status: 401, chunks: ['{"detail":"Not authenticated"}'] },
    model: GradioServer.failure("'EN-Nobody'")
  },
  keys: {
    secret: "tts_config.melo_tts.base_url",
    model: "tts_config.melo_tts.speaker",
    address: "tts_config.melo_tts.base_url"
  },
  streams: true,
  listen
}
