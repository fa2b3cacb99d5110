import * as Mp3 from "../../support/Mp3.ts"
import type { Answer } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const secret = "minimax-very-secret"
export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("minimax_tts", { api_key: secret, group_id: "17000001", base_url: url, ...changes })

const event = (bytes: Uint8Array, status: number) => {
  const json = {
    data: { audio: Buffer.from(bytes).toString("hex"), status },
    trace_id: "04",
    base_resp: fine
  }
  return `data: ${JSON.stringify(json)}\n\n`
}
export const fine = { status_code: 0, status_msg: "" }

export const stream = (parts: ReadonlyArray<Uint8Array>, last: Uint8Array = new Uint8Array(0)): Answer => ({
  headers: { "content-type": "text/event-stream; charset=utf-8" },
  chunks: [...parts.map((part) => event(part, 1)), event(last, 2)]
})

/** It refuses with status 200. */
export const refusal = (status_code: number, status_msg: string): Answer => ({
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ trace_id: "04", base_resp: { status_code, status_msg } })]
})

// Shapes: MiniMax's API reference, "T2A v2 (HTTP)", its stream, and "Error Codes".
export const contract: Contract = {
  config,
  secret,
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly text: string }).text,
  answer: (pcm) => stream(inChunks(Mp3.like(pcm))),
  disguise: (bytes) => stream([bytes]),
  refusals: {
    key: refusal(2049, "invalid api key"),
    model: refusal(2054, "voice id not exist"),
    quota: refusal(1008, "insufficient balance")
  },
  keys: {
    secret: "tts_config.minimax_tts.api_key",
    model: "tts_config.minimax_tts.voice_id",
    address: "tts_config.minimax_tts.base_url"
  },
  streams: true
}
