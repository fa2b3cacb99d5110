import type { Answer } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { bytesOf, inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const secret = "azure-very-secret"
export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("azure_tts", {
    api_key: secret,
    region: "eastus",
    voice: "en-US-AshleyNeural",
    pitch: "26",
    rate: "1",
    base_url: url,
    ...changes
  })

const unescaped: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }
export const unescape = (xml: string) => xml.replaceAll(/&(\w+);/g, (_, name: string) => unescaped[name]!)

export const answer = (chunks: ReadonlyArray<Uint8Array>): Answer => ({
  headers: { "content-type": "audio/basic" },
  chunks
})

// Shapes: Microsoft Learn, "Text to speech REST API": "Convert text to speech", "HTTP status codes".
export const contract: Contract = {
  config,
  secret,
  textOf: ({ body }) => unescape(/<prosody[^>]*>(.*)<\/prosody>/s.exec(body.toString())?.[1] ?? ""),
  answer: (pcm) => answer(inChunks(bytesOf(pcm))),
  refusals: {
    key: { status: 401 },
    model: { status: 400, chunks: ["Unsupported voice en-US-NobodyNeural."] },
    quota: {
      status: 403,
      headers: { "content-type": "application/json" },
      chunks: [
        JSON.stringify({
          error: { code: "403", message: "Out of call volume quota. Quota will be replenished in 9 days." }
        })
      ]
    }
  },
  keys: {
    secret: "tts_config.azure_tts.api_key",
    model: "tts_config.azure_tts.voice",
    address: "tts_config.azure_tts.base_url"
  },
  streams: true,
  isBare: true
}
