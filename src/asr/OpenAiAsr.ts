import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted, Schema } from "effect"
import type { GroqWhisperAsrConfig, OpenAiAsrConfig } from "../config/RemoteAsrConfig.ts"
import type { ServiceLimits } from "../config/ServiceFields.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as RemoteRecogniser from "./RemoteRecogniser.ts"
import * as UtteranceFile from "./UtteranceFile.ts"
import { say } from "../language/Text.ts"

/** What a server of this API is asked with. */
interface Asked extends ServiceLimits {
  readonly api_key: Redacted.Redacted<string>
  readonly model: string
  readonly language?: string | undefined
  readonly prompt?: string | undefined
  readonly response_format: "json" | "text"
}

const readAnswer = RemoteRecogniser.read(Schema.Struct({ text: Schema.String }))

/** A page is a text, too, but no transcript. */
const readText = (text: string) =>
  /^\s*<(!doctype|html)/iu.test(text)
    ? new RemoteFailure.Unanswered({ reason: "unreadable", detail: say("engine.sentWebPage") })
    : Effect.succeed(text)

/** `address`: what stands before `/audio/transcriptions` (OpenAI's API reference, "Create transcription"). */
const service = (
  engine: string,
  http: Undici.Dispatcher,
  address: string,
  config: Asked
): RemoteRecogniser.Service => {
  const { api_key, language, model, prompt, response_format } = config
  return {
    engine,
    about: {
      section: `asr_config.${engine}`,
      address,
      keys: { address: "base_url", secret: "api_key", model: ["model"] },
      secrets: [api_key]
    },
    limits: config,
    ask: ({ wav }) =>
      RemoteRecogniser.answerOf(http, {
        url: `${address}/audio/transcriptions`,
        headers: { authorization: `Bearer ${Redacted.value(api_key)}` },
        body: UtteranceFile.formOf("file", wav, { model, response_format, language, prompt })
      }).pipe(
        Effect.flatMap((said) =>
          response_format === "text" ? readText(said) : Effect.map(readAnswer(said), ({ text }) => text)
        )
      )
  }
}

/** Any server that speaks OpenAI's `audio/transcriptions`. */
export const openAi = (
  http: Undici.Dispatcher,
  config: OpenAiAsrConfig
): Effect.Effect<RemoteRecogniser.Service, ServiceAddress.NoAddress> =>
  Effect.map(ServiceAddress.of(config.base_url, "OPENAI_BASE_URL", "https://api.openai.com/v1"), (address) =>
    service("openai_asr", http, address, config)
  )

/** Groq's library means its host by an address, and adds the API's place itself; other clients name both. */
const withPlace = (address: string) =>
  URL.canParse(address) && new URL(address).pathname === "/" ? `${address}/openai/v1` : address

/** Groq, which speaks the same (its API reference, "Create transcription"). */
export const groq = (
  http: Undici.Dispatcher,
  { lang, ...config }: GroqWhisperAsrConfig
): Effect.Effect<RemoteRecogniser.Service, ServiceAddress.NoAddress> =>
  Effect.map(ServiceAddress.of(config.base_url, "GROQ_BASE_URL", "https://api.groq.com"), (address) =>
    service("groq_whisper_asr", http, withPlace(address), {
      ...config,
      language: lang,
      response_format: "json"
    })
  )
