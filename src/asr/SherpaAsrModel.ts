import type { SherpaAsrConfig } from "../config/SherpaAsrConfig.ts"
import * as Threads from "../engine/Threads.ts"
import { say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

type Type = NonNullable<SherpaAsrConfig["model_type"]>
type FileKey = Extract<
  keyof SherpaAsrConfig,
  | `${string}coder`
  | "joiner"
  | "paraformer"
  | "nemo_ctc"
  | "wenet_ctc"
  | "tdnn_model"
  | "sense_voice"
  | "moonshine_preprocessor"
  | "zipformer_ctc"
  | "dolphin"
  | "omnilingual"
  | "medasr"
  | "zipformer2_ctc"
  | "tone_ctc"
>

/** What a process needs to load a recogniser. Plain data. */
export interface SherpaAsrModel {
  readonly type: Type
  /** It hears while one speaks. */
  readonly streaming: boolean
  /** Absolute paths by configuration key, `tokens` included. */
  readonly files: Readonly<Record<string, string>>
  readonly threads: number
  readonly useItn: boolean
}

/** What is wrong with a configuration. */
export interface Mistake {
  /** A clause without a full stop. */
  readonly problem: Text
}

/** One entry for each type: its files, and how the library's configuration names them. */
interface Shape {
  readonly keys: ReadonlyArray<FileKey>
  readonly model: (files: Files, options: Options) => object
}
type Files = (key: FileKey) => string
interface Options {
  readonly language: string
  readonly useItn: boolean
}

const single = (key: FileKey, name: string): Shape => ({
  keys: [key],
  model: (file) => ({ [name]: { model: file(key) } })
})

/** `""` lets a model find out itself. */
const languageOr = (language: string, otherwise: string) => (language === "auto" ? otherwise : language)

/** Ten seconds of silence behind the utterance, in frames of 10 ms: with less Whisper repeats itself. */
const whisperTail = 1000

const shapes: Readonly<Record<Type, Shape>> = {
  transducer: {
    keys: ["encoder", "decoder", "joiner"],
    model: (file) => ({
      transducer: { encoder: file("encoder"), decoder: file("decoder"), joiner: file("joiner") }
    })
  },
  paraformer: single("paraformer", "paraformer"),
  nemo_ctc: single("nemo_ctc", "nemoCtc"),
  wenet_ctc: single("wenet_ctc", "wenetCtc"),
  tdnn_ctc: single("tdnn_model", "tdnn"),
  zipformer_ctc: single("zipformer_ctc", "zipformerCtc"),
  dolphin: single("dolphin", "dolphin"),
  omnilingual: single("omnilingual", "omnilingual"),
  medasr: single("medasr", "medasr"),
  whisper: {
    keys: ["whisper_encoder", "whisper_decoder"],
    model: (file, { language }) => ({
      whisper: {
        encoder: file("whisper_encoder"),
        decoder: file("whisper_decoder"),
        language: languageOr(language, ""),
        task: "transcribe",
        tailPaddings: whisperTail
      }
    })
  },
  sense_voice: {
    keys: ["sense_voice"],
    model: (file, { language, useItn }) => ({
      senseVoice: {
        model: file("sense_voice"),
        language: languageOr(language, "auto"),
        useInverseTextNormalization: useItn ? 1 : 0
      }
    })
  },
  fire_red_asr: {
    keys: ["fire_red_asr_encoder", "fire_red_asr_decoder"],
    model: (file) => ({
      fireRedAsr: { encoder: file("fire_red_asr_encoder"), decoder: file("fire_red_asr_decoder") }
    })
  },
  moonshine: {
    keys: [
      "moonshine_preprocessor",
      "moonshine_encoder",
      "moonshine_uncached_decoder",
      "moonshine_cached_decoder"
    ],
    model: (file) => ({
      moonshine: {
        preprocessor: file("moonshine_preprocessor"),
        encoder: file("moonshine_encoder"),
        uncachedDecoder: file("moonshine_uncached_decoder"),
        cachedDecoder: file("moonshine_cached_decoder")
      }
    })
  },
  canary: {
    keys: ["canary_encoder", "canary_decoder"],
    model: (file, { language }) => ({
      canary: {
        encoder: file("canary_encoder"),
        decoder: file("canary_decoder"),
        srcLang: languageOr(language, "en"),
        tgtLang: languageOr(language, "en"),
        usePnc: 1
      }
    })
  },
  cohere_transcribe: {
    keys: ["cohere_encoder", "cohere_decoder"],
    model: (file, { language, useItn }) => ({
      cohereTranscribe: {
        encoder: file("cohere_encoder"),
        decoder: file("cohere_decoder"),
        language: languageOr(language, "en"),
        usePunct: 1,
        useItn: useItn ? 1 : 0
      }
    })
  },
  streaming_transducer: {
    keys: ["encoder", "decoder", "joiner"],
    model: (file) => ({
      transducer: { encoder: file("encoder"), decoder: file("decoder"), joiner: file("joiner") }
    })
  },
  streaming_paraformer: {
    keys: ["encoder", "decoder"],
    model: (file) => ({ paraformer: { encoder: file("encoder"), decoder: file("decoder") } })
  },
  streaming_zipformer2_ctc: single("zipformer2_ctc", "zipformer2Ctc"),
  streaming_nemo_ctc: single("nemo_ctc", "nemoCtc"),
  streaming_tone_ctc: single("tone_ctc", "toneCtc")
}

/**
 * The model that a configuration describes by a type and files. `locate` makes a path absolute; `cores`: of this
 * machine, one of which is left to the server.
 */
export const fromConfig = (
  config: SherpaAsrConfig,
  { cores, locate }: { readonly cores?: number; readonly locate: (path: string) => string }
): SherpaAsrModel | Mistake => {
  const type = config.model_type
  if (type === undefined) return { problem: say("speech.noModelSet") }
  const files: Record<string, string> = {}
  for (const key of [...shapes[type].keys, "tokens"] as const) {
    const path = config[key]
    if (path === undefined || path === "") return { problem: say("speech.fileMissing", key, type) }
    files[key] = locate(path)
  }
  return {
    type,
    streaming: type.startsWith("streaming_"),
    files,
    threads: Threads.atMost(config.num_threads, cores),
    useItn: config.use_itn
  }
}

/** The library's configuration of the recogniser, for one language. */
export const recognizer = (model: SherpaAsrModel, language: string): object => ({
  // The smallest digit model alone was made for telephone sound.
  featConfig:
    model.type === "tdnn_ctc" ? { sampleRate: 8000, featureDim: 23 } : { sampleRate: 16_000, featureDim: 80 },
  modelConfig: {
    ...shapes[model.type].model((key) => model.files[key]!, { language, useItn: model.useItn }),
    tokens: model.files["tokens"],
    numThreads: model.threads,
    provider: "cpu",
    debug: 0
  },
  decodingMethod: "greedy_search"
})
