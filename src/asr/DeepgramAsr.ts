import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted, Schema } from "effect"
import type { Scope } from "effect"
import type { DeepgramAsrConfig } from "../config/RemoteAsrConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import type { Listener } from "./Asr.ts"
import * as DeepgramStream from "./DeepgramStream.ts"
import * as RemoteRecogniser from "./RemoteRecogniser.ts"

const engine = "deepgram_asr"

const Alternative = Schema.Struct({ transcript: Schema.String })

const readAnswer = RemoteRecogniser.read(
  Schema.Struct({
    results: Schema.Struct({
      channels: Schema.Array(Schema.Struct({ alternatives: Schema.Array(Alternative) }))
    })
  })
)

/** What both ways of asking have in common. */
const asked = ({ model }: DeepgramAsrConfig) => ({ model, smart_format: "true" })

const headersOf = ({ api_key }: DeepgramAsrConfig) => ({ authorization: `Token ${Redacted.value(api_key)}` })

/** Whole utterances: Deepgram's API reference, "Pre-recorded audio" (`POST /v1/listen`). */
const service = (
  http: Undici.Dispatcher,
  address: string,
  config: DeepgramAsrConfig
): RemoteRecogniser.Service => ({
  engine,
  about: {
    section: `asr_config.${engine}`,
    address,
    keys: { address: "base_url", secret: "api_key", model: ["model", "language"] },
    secrets: [config.api_key]
  },
  limits: config,
  ask: ({ wav }) =>
    RemoteRecogniser.answerOf(http, {
      url: `${address}/v1/listen`,
      query: {
        ...asked(config),
        ...(config.language === undefined ? { detect_language: "true" } : { language: config.language })
      },
      headers: { ...headersOf(config), "content-type": "audio/wav" },
      body: wav
    }).pipe(
      Effect.flatMap(readAnswer),
      Effect.map(({ results }) => results.channels[0]?.alternatives[0]?.transcript ?? "")
    )
})

export interface Deepgram {
  readonly service: RemoteRecogniser.Service
  /** What is heard while one speaks. The language of a stream is not found out: without one, nothing is. */
  readonly listen: ((seat: RemoteRecogniser.Seat) => Effect.Effect<Listener, never, Scope.Scope>) | undefined
}

export const make = (
  http: Undici.Dispatcher,
  config: DeepgramAsrConfig
): Effect.Effect<Deepgram, ServiceAddress.NoAddress> =>
  Effect.map(
    ServiceAddress.of(config.base_url, "DEEPGRAM_BASE_URL", "https://api.deepgram.com"),
    (address) => ({
      service: service(http, address, config),
      listen:
        config.language === undefined
          ? undefined
          : DeepgramStream.listen({
              address,
              headers: headersOf(config),
              query: { ...asked(config), language: config.language },
              timeoutSeconds: config.timeout_seconds
            })
    })
  )
