import { Option, Schema } from "effect"
import * as Field from "./Field.ts"
import * as Fields from "./Fields.ts"
import * as HttpFields from "./HttpFields.ts"
import * as ServiceFields from "./ServiceFields.ts"
import { fallback } from "./VoiceNames.ts"

// Voices of services in the cloud. How many requests go at a time by default is what their smaller plans allow.

const text = (about: string) => Fields.required(Fields.Text, about)
const textOr = (fallback: string, about: string) => Fields.withDefault(Fields.Text, fallback, about)
const secret = Fields.required(HttpFields.HeaderKey, "The account's key.")
const intOr = (fallback: number, about: string) => Fields.withDefault(Fields.Int, fallback, about)
const floatOr = (fallback: number, about: string) => Fields.withDefault(Fields.Float, fallback, about)
const flagOr = (fallback: boolean, about: string) => Fields.withDefault(Fields.Flag, fallback, about)
const speed = "How fast it speaks; above 1 is faster."
const voice = "The voice, as the provider calls it."

/** Text that is a JSON object, or empty. */
const JsonObject = Field.make(
  Schema.String,
  { words: "a JSON object as text, or nothing", json: Field.jsonText },
  (value) =>
    Option.match(Field.textOf(value), {
      onNone: () => Field.expected("a text", value),
      onSome: (text) =>
        text.trim() === "" || isJsonObject(text)
          ? text
          : new Field.Mismatch("is no JSON object: write braces around it, and quotation marks around names")
    })
)

const readObject = Schema.decodeOption(
  Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
)
const isJsonObject = (text: string) => Option.isSome(readObject(text))

export const AzureTtsConfig = Schema.Struct({
  api_key: secret,
  region: text("The account's region, such as `eastus`."),
  voice: text(voice),
  pitch: text("How much higher than usual, in percent, or as SSML says it, such as `high`."),
  rate: text("How fast it speaks; 1 is usual. Or as SSML says it, such as `slow`."),
  base_url: ServiceFields.baseUrl(
    "`AZURE_TTS_BASE_URL` of the environment, else the region's host; `/cognitiveservices/v1` follows"
  ),
  ...ServiceFields.limits(8),
  ...fallback
})
export type AzureTtsConfig = typeof AzureTtsConfig.Type

export const EdgeTtsConfig = Schema.Struct({
  voice: text("The voice, such as `en-US-AvaMultilingualNeural`."),
  base_url: ServiceFields.baseUrl(
    "`EDGE_TTS_BASE_URL` of the environment, else Microsoft's; `/edge/v1` follows"
  ),
  ...ServiceFields.limits(4),
  ...fallback
})
export type EdgeTtsConfig = typeof EdgeTtsConfig.Type

export const FishApiTtsConfig = Schema.Struct({
  api_key: secret,
  reference_id: text("The voice's id."),
  latency: Fields.required(
    Fields.Choice("normal", "balanced"),
    "`balanced` begins sooner, `normal` sounds better."
  ),
  base_url: Fields.maybe(
    Fields.Text,
    "The service's address. Without the key: `FISH_API_BASE_URL` of the environment, else https://api.fish.audio."
  ),
  model: textOr("s2-pro", "The model, such as `s1`."),
  ...ServiceFields.limits(4),
  ...fallback
})
export type FishApiTtsConfig = typeof FishApiTtsConfig.Type

export const SiliconflowTtsConfig = Schema.Struct({
  api_url: textOr(
    "https://api.siliconflow.cn/v1/audio/speech",
    "The service's address. As long as it is this one, `SILICONFLOW_BASE_URL` of the environment counts."
  ),
  api_key: secret,
  default_model: textOr("FunAudioLLM/CosyVoice2-0.5B", "The model."),
  default_voice: textOr("speech:Dreamflowers:5bdstvc39i:xkqldnpasqmoqbakubom", voice),
  sample_rate: intOr(32_000, "Hz of the sound."),
  response_format: textOr("mp3", "The format of the sound: mp3, opus, wav or pcm."),
  stream: flagOr(true, "Whether the sound comes piece by piece."),
  speed: floatOr(1, speed),
  gain: intOr(0, "How much louder than usual, in dB."),
  ...ServiceFields.limits(8),
  ...fallback
})
export type SiliconflowTtsConfig = typeof SiliconflowTtsConfig.Type

export const MinimaxTtsConfig = Schema.Struct({
  group_id: text("The account's group. Empty: accounts of today need none."),
  api_key: secret,
  model: textOr("speech-02-turbo", "The model."),
  voice_id: textOr("male-qn-qingse", voice),
  pronunciation_dict: Fields.withDefault(
    JsonObject,
    "",
    'How words are pronounced, as JSON, such as `{"tone": ["omg/oh my god"]}`.'
  ),
  base_url: ServiceFields.baseUrl(
    "`MINIMAX_API_HOST` of the environment, else https://api.minimaxi.com; accounts outside China: https://api.minimax.io"
  ),
  ...ServiceFields.limits(4),
  ...fallback
})
export type MinimaxTtsConfig = typeof MinimaxTtsConfig.Type

export const ElevenlabsTtsConfig = Schema.Struct({
  api_key: secret,
  voice_id: text(voice),
  model_id: textOr("eleven_multilingual_v2", "The model."),
  output_format: textOr(
    "mp3_44100_128",
    "The format of the sound: `mp3_…`, `opus_…`, `wav_…` or `pcm_…`, as the service calls it."
  ),
  stability: floatOr(0.5, "How little the voice varies, 0 to 1."),
  similarity_boost: floatOr(0.5, "How near it keeps to the voice, 0 to 1."),
  style: floatOr(0, "How much it exaggerates the voice's style, 0 to 1."),
  use_speaker_boost: flagOr(true, "Whether it sounds still nearer to the voice, and comes later."),
  base_url: ServiceFields.baseUrl("`ELEVENLABS_BASE_URL` of the environment, else https://api.elevenlabs.io"),
  ...ServiceFields.limits(3),
  ...fallback
})
export type ElevenlabsTtsConfig = typeof ElevenlabsTtsConfig.Type

export const CartesiaTtsConfig = Schema.Struct({
  model_id: textOr("sonic-3", "The model."),
  api_key: secret,
  voice_id: text(voice),
  output_format: Fields.withDefault(Fields.Choice("wav", "mp3"), "wav", "The format of the sound."),
  language: textOr("en", "The language that is spoken."),
  emotion: textOr("neutral", "The mood, in a word. Only for models of sonic-3, like `volume` and `speed`."),
  volume: floatOr(1, "How loud it is; 1 is usual."),
  speed: floatOr(1, speed),
  base_url: ServiceFields.baseUrl("`CARTESIA_BASE_URL` of the environment, else https://api.cartesia.ai"),
  ...ServiceFields.limits(3),
  ...fallback
})
export type CartesiaTtsConfig = typeof CartesiaTtsConfig.Type
