import * as Mp3 from "../../support/Mp3.ts"
import type { Answer } from "../../support/ServiceServer.ts"
import * as SocketService from "../../support/SocketService.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("edge_tts", { voice: "en-US-AvaMultilingualNeural", base_url: url, ...changes })

export const said = (path: string, body = "{}") =>
  `X-RequestId:0123\r\nContent-Type:application/json; charset=utf-8\r\nPath:${path}\r\n\r\n${body}`

export const audio = (bytes: Uint8Array, type = "Content-Type:audio/mpeg\r\n") => {
  const headers = Buffer.from(`X-RequestId:0123\r\n${type}X-StreamId:4567\r\nPath:audio\r\n`)
  return new Uint8Array(
    Buffer.concat([Buffer.from([headers.length >> 8, headers.length & 255]), headers, bytes])
  )
}

export const speech = (parts: ReadonlyArray<Uint8Array>): Answer => ({
  chunks: [
    said("turn.start"),
    said("response"),
    ...parts.map((part) => audio(part)),
    audio(new Uint8Array(0), ""),
    said("audio.metadata", '{"Metadata":[{"Type":"SessionEnd"}]}'),
    said("turn.end")
  ]
})

export const listen = SocketService.listenFor((message) => /\r\nPath:ssml\r\n/.test(message))

// Shapes: the npm packages msedge-tts 2.0.7 and node-edge-tts 1.2.10; Microsoft documents nothing of it. No key is its
// secret; the contract looks for one that never was.
export const contract: Contract = {
  config,
  secret: "there is none",
  textOf: ({ body }) =>
    (/<prosody[^>]*>(.*)<\/prosody>/s.exec(body.toString())?.[1] ?? "").replaceAll(/&\w+;/g, "&"),
  answer: (pcm) => speech(inChunks(Mp3.like(pcm))),
  disguise: (bytes) => speech([bytes]),
  refusals: { key: { status: 403 }, model: speech([]) },
  keys: {
    secret: "clock",
    model: "tts_config.edge_tts.voice",
    address: "tts_config.edge_tts.base_url"
  },
  streams: true,
  firstSound: 2,
  listen
}
