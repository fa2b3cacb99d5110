import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import * as HttpFields from "./HttpFields.ts"
import { fallback } from "./RecogniserNames.ts"
import * as ServiceFields from "./ServiceFields.ts"

const secret = Fields.required(HttpFields.HeaderKey, "The account's key.")
const prompt = Fields.maybe(Fields.Text, "A text that leads the model to a style and to rare words.")
const language = (about: string) =>
  Fields.maybe(Fields.NonEmptyText, `The language that is spoken, such as \`en\`. ${about}`)
/** A transcript is short: what counts is when the whole of it is there. */
const limits = (places: number, seconds = 30) =>
  ServiceFields.limits(
    places,
    seconds,
    "Seconds that an attempt at a transcript may take, from the request to the end of the answer."
  )
const foundOut = "Without the key it is found out."

/** Any server that speaks OpenAI's `audio/transcriptions`. */
export const OpenAiAsrConfig = Schema.Struct({
  model: Fields.withDefault(Fields.NonEmptyText, "whisper-1", "The model, as the server calls it."),
  api_key: Fields.withDefault(HttpFields.HeaderKey, "not-needed", "The server's key, if it asks for one."),
  base_url: ServiceFields.baseUrl("`OPENAI_BASE_URL`, else `https://api.openai.com/v1`"),
  language: language(foundOut),
  prompt,
  response_format: Fields.withDefault(
    Fields.Choice("json", "text"),
    "json",
    "How the server is to answer; every server knows `json`."
  ),
  ...limits(16),
  ...fallback
})
export type OpenAiAsrConfig = typeof OpenAiAsrConfig.Type

export const GroqWhisperAsrConfig = Schema.Struct({
  api_key: secret,
  model: Fields.withDefault(Fields.Text, "whisper-large-v3-turbo", "The model, as Groq calls it."),
  lang: Fields.maybe(Fields.Text, `The language that is spoken. ${foundOut}`),
  base_url: ServiceFields.baseUrl("`GROQ_BASE_URL`, else `https://api.groq.com/openai/v1`"),
  prompt,
  ...limits(16),
  ...fallback
})
export type GroqWhisperAsrConfig = typeof GroqWhisperAsrConfig.Type

export const DeepgramAsrConfig = Schema.Struct({
  api_key: secret,
  model: Fields.withDefault(Fields.NonEmptyText, "nova-3", "The model, as Deepgram calls it."),
  language: language(
    "Set, Deepgram hears while one speaks; `multi` is speech mixed of several languages. Without the key the language is found out, of whole utterances."
  ),
  base_url: ServiceFields.baseUrl("`DEEPGRAM_BASE_URL`, else `https://api.deepgram.com`"),
  ...limits(50),
  ...fallback
})
export type DeepgramAsrConfig = typeof DeepgramAsrConfig.Type

export const AzureAsrConfig = Schema.Struct({
  api_key: secret,
  region: Fields.required(Fields.Text, "The account's region, such as `eastus`."),
  languages: Fields.withDefault(
    Fields.TextList,
    ["en-US", "zh-CN"],
    "Languages that may be spoken. One of them answers soonest; of several, the one that is spoken is found out."
  ),
  base_url: ServiceFields.baseUrl(
    "`AZURE_SPEECH_ENDPOINT`, else that of the region; any address that Azure's portal shows for the account means both of its services"
  ),
  ...limits(16),
  ...fallback
})
export type AzureAsrConfig = typeof AzureAsrConfig.Type

/** A running server of whisper.cpp (`whisper-server`). */
export const WhisperCppConfig = Schema.Struct({
  model_name: Fields.required(Fields.Text, "The model; the server has its own, whatever this says."),
  model_dir: Fields.required(
    Fields.Text,
    "The folder of models; the server has its own, whatever this says."
  ),
  print_realtime: Fields.withDefault(Fields.Flag, false, "Accepted and not read: nothing is printed."),
  print_progress: Fields.withDefault(Fields.Flag, false, "Accepted and not read: nothing is printed."),
  language: Fields.withDefault(
    Fields.Text,
    "auto",
    "The language that is spoken, such as `en`, or `auto` to find out."
  ),
  prompt,
  base_url: Fields.withDefault(Fields.NonEmptyText, "http://127.0.0.1:8080", "Where the server listens."),
  // A long utterance on a slow machine.
  ...limits(1, 60),
  ...fallback
})
export type WhisperCppConfig = typeof WhisperCppConfig.Type
