import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted, Schema } from "effect"
import type { AzureAsrConfig } from "../config/RemoteAsrConfig.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as AzureHosts from "./AzureHosts.ts"
import * as RemoteRecogniser from "./RemoteRecogniser.ts"
import * as UtteranceFile from "./UtteranceFile.ts"

const engine = "azure_asr"
/** What the API for short sounds takes, in seconds. */
const short = 60

/** Statuses of an utterance in which nothing was understood. */
const nothing: ReadonlySet<string> = new Set([
  "NoMatch",
  "InitialSilenceTimeout",
  "BabbleTimeout",
  "EndOfDictation"
])

const readShort = RemoteRecogniser.read(
  Schema.Struct({ RecognitionStatus: Schema.String, DisplayText: Schema.optional(Schema.String) })
)
const readFast = RemoteRecogniser.read(
  Schema.Struct({ combinedPhrases: Schema.Array(Schema.Struct({ text: Schema.String })) })
)

/**
 * One language and up to a minute: "Speech to text REST API for short audio", which answers soonest. Its requests name one
 * language, and it finds none out: for several of them, or a longer utterance, the same account's "fast transcription
 * API" is asked, which finds out the one that is spoken in the whole utterance.
 */
export const service = (
  http: Undici.Dispatcher,
  config: AzureAsrConfig
): Effect.Effect<RemoteRecogniser.Service, ServiceAddress.NoAddress> => {
  const { api_key, base_url, languages, region } = config
  return Effect.gen(function* () {
    const hosts = AzureHosts.ofAddress(
      yield* ServiceAddress.of(base_url, "AZURE_SPEECH_ENDPOINT", AzureHosts.ofRegion(region).fast)
    )
    const headers = {
      "ocp-apim-subscription-key": Redacted.value(api_key),
      accept: "application/json"
    }

    const askShort = (wav: Uint8Array, language: string) =>
      RemoteRecogniser.answerOf(http, {
        url: `${hosts.short}/speech/recognition/conversation/cognitiveservices/v1`,
        query: { language, format: "simple" },
        headers: { ...headers, "content-type": "audio/wav; codecs=audio/pcm; samplerate=16000" },
        body: wav
      }).pipe(
        Effect.flatMap(readShort),
        Effect.flatMap(({ DisplayText = "", RecognitionStatus: status }) => {
          if (status === "Success") return Effect.succeed(DisplayText)
          return nothing.has(status)
            ? Effect.succeed("")
            : new RemoteFailure.Reported({ said: `RecognitionStatus ${status}` })
        })
      )

    const askFast = (wav: Uint8Array<ArrayBuffer>) =>
      RemoteRecogniser.answerOf(http, {
        url: `${hosts.fast}/speechtotext/transcriptions:transcribe`,
        query: { "api-version": "2024-11-15" },
        headers,
        body: UtteranceFile.formOf("audio", wav, {
          definition: JSON.stringify(languages.length === 0 ? {} : { locales: languages })
        })
      }).pipe(
        Effect.flatMap(readFast),
        Effect.map(({ combinedPhrases }) => combinedPhrases.map(({ text }) => text).join(" "))
      )

    const [language, ...others] = languages
    /** The language of an utterance that the API for short sounds is asked about. */
    const alone = (seconds: number) => (others.length === 0 && seconds <= short ? language : undefined)
    const addressFor = (seconds: number) => (alone(seconds) === undefined ? hosts.fast : hosts.short)
    return {
      engine,
      about: {
        section: `asr_config.${engine}`,
        address: addressFor(0),
        keys: {
          address: base_url === undefined ? "region" : "base_url",
          // A key counts in its own region only.
          secret: base_url === undefined ? ["api_key", "region"] : "api_key",
          model: ["languages"]
        },
        secrets: [api_key]
      },
      limits: config,
      addressFor,
      ask: ({ seconds, wav }) => {
        const language = alone(seconds)
        return language === undefined ? askFast(wav) : askShort(wav, language)
      }
    }
  })
}
