import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted } from "effect"
import type * as SoundReader from "../audio/SoundReader.ts"
import type { ServiceLimits } from "../config/ServiceFields.ts"
import type * as RemoteRequest from "../engine/RemoteRequest.ts"
import type * as ServiceAddress from "../engine/ServiceAddress.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

type Config = ServiceLimits & { readonly api_key: Redacted.Redacted<string> }

export interface Options {
  /** Its name in the configuration, such as `fish_api_tts`. */
  readonly engine: string
  readonly address: Effect.Effect<string, ServiceAddress.NoAddress>
  /** Keys of its section: what says where it is (`base_url` if it doesn't say), and what names its model or voice. */
  readonly addressKey?: string
  readonly model: ReadonlyArray<string>
  readonly request: (address: string, text: string) => RemoteRequest.Request
  /** Of the sound; a file if it doesn't say. */
  readonly format?: SoundReader.Format
  /** How it is asked, where that is not by one request whose answer is nothing but sound. */
  readonly ask?: typeof SoundRequest.ask
}

/** A service that lets one in by its `api_key`, and speaks a sentence for each request. */
export const service = (
  http: Undici.Dispatcher,
  config: Config,
  { addressKey = "base_url", ask = SoundRequest.ask, engine, format, model, request, ...options }: Options
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(options.address, (address) => ({
    engine,
    about: {
      section: `tts_config.${engine}`,
      address,
      keys: { address: addressKey, secret: "api_key", model },
      secrets: [config.api_key]
    },
    limits: config,
    ask: (text) => ask(http, request(address, text), format)
  }))

/** What lets one in where the service takes its key so. */
export const bearer = ({ api_key }: Config): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${Redacted.value(api_key)}`
})
