import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Option, Schema } from "effect"
import type { Scope } from "effect"
import type { MinimaxTtsConfig } from "../config/CloudTtsConfig.ts"
import * as EventStream from "../engine/EventStream.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as RemoteRequest from "../engine/RemoteRequest.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as KeyedVoice from "./KeyedVoice.ts"
import * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

const engine = "minimax_tts"
/** Longest event, in characters: two for each byte of its sound. */
const longestEvent = 16 * 2 ** 20

/** MiniMax's service (its API reference, "T2A v2"): events with sound in hexadecimal digits. */
export const service = (
  http: Undici.Dispatcher,
  config: MinimaxTtsConfig
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(
    ServiceAddress.of(config.base_url, "MINIMAX_API_HOST", "https://api.minimaxi.com"),
    (address) => ({
      engine,
      about: {
        section: `tts_config.${engine}`,
        address,
        // A key counts in its own group, and at one of the service's two addresses.
        keys: {
          address: "base_url",
          secret: ["api_key", "group_id", "base_url"],
          model: ["model", "voice_id"]
        },
        secrets: [config.api_key]
      },
      limits: config,
      ask: (text) => ask(http, requestOf(address, config, text))
    })
  )

const requestOf = (address: string, config: MinimaxTtsConfig, text: string): RemoteRequest.Request => {
  const group = config.group_id.trim()
  const pronunciation = config.pronunciation_dict.trim()
  return SoundRequest.json(
    `${address}/v1/t2a_v2`,
    KeyedVoice.bearer(config),
    {
      model: config.model,
      text,
      stream: true,
      // Else all of the sound comes once more at the end.
      stream_options: { exclude_aggregated_audio: true },
      voice_setting: { voice_id: config.voice_id, speed: 1, vol: 1, pitch: 0 },
      audio_setting: { sample_rate: 32_000, bitrate: 128_000, format: "mp3", channel: 1 },
      ...(pronunciation === "" ? {} : { pronunciation_dict: JSON.parse(pronunciation) as unknown })
    },
    group === "" ? {} : { GroupId: group }
  )
}

const nullable = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

const Event = Schema.parseJson(
  Schema.Struct({
    data: nullable(
      Schema.Struct({
        audio: nullable(Schema.String.pipe(Schema.pattern(/^[0-9a-f]*$/i))),
        /** 1: more of it comes. 2: the last one, which holds the whole sound if anything. */
        status: nullable(Schema.Number)
      })
    ),
    base_resp: nullable(
      Schema.Struct({ status_code: Schema.Number, status_msg: Schema.optional(Schema.String) })
    )
  })
)
const readEvent = Schema.decodeOption(Event)

const ask = (
  http: Undici.Dispatcher,
  request: RemoteRequest.Request
): Effect.Effect<RemoteVoice.Sound, RemoteFailure.RemoteFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const answer = yield* RemoteRequest.open(http, request, RemoteVoice.longestSound)
    const isEvents = SoundRequest.typeOf(answer) === "text/event-stream"
    // A refusal comes by itself, and not as an event.
    const data = isEvents ? EventStream.of(answer, longestEvent) : RemoteRequest.text(answer)
    let isOver = false
    let heard = false

    const next = Effect.gen(function* () {
      while (!isOver) {
        const json = yield* data
        isOver = json === undefined || !isEvents
        if (json === undefined) break
        const event = Option.getOrUndefined(readEvent(json))
        if (event === undefined) return yield* new RemoteFailure.Unanswered({ reason: "unreadable" })
        const { base_resp, data: part } = event
        if (base_resp != null && base_resp.status_code !== 0)
          return yield* new RemoteFailure.Refused({
            status: base_resp.status_code,
            said: base_resp.status_msg ?? "",
            kind: kinds[base_resp.status_code] ?? "other"
          })
        const isWhole = part?.status === 2 && heard
        if (part?.audio == null || part.audio === "" || isWhole) continue
        heard = true
        return new Uint8Array(Buffer.from(part.audio, "hex"))
      }
      return undefined
    })
    return { format: "file", next: SoundRequest.notEmpty(next) }
  })

/** The codes of `base_resp` (its API reference, "Error Codes"); a refusal comes with status 200. */
const kinds: Readonly<Record<number, RemoteFailure.Kind>> = {
  1000: "down",
  1001: "down",
  1002: "busy",
  1004: "key",
  1008: "quota",
  1013: "down",
  1024: "down",
  1033: "down",
  1039: "busy",
  1041: "busy",
  2042: "model",
  2013: "model",
  2045: "busy",
  2049: "key",
  2054: "model",
  2056: "quota",
  20132: "model"
}
