import type { OfflineTtsConfig } from "sherpa-onnx-node"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** Kinds of voices that the library speaks with. */
export type Kind = "vits" | "matcha" | "kokoro" | "kitten"

/** One setting of a kind of voice. */
interface Part {
  /** The configuration's key for it, without the kind in front. */
  readonly key: string
  /** The library's name for it. */
  readonly native: string
  /** `files`: several, separated by commas. `tokens`: a file that may not be empty. */
  readonly is: "file" | "files" | "tokens" | "folder" | "word"
  readonly required?: true
}

const tokens: Part = { key: "tokens", native: "tokens", is: "tokens", required: true }
const dataDir: Part = { key: "data_dir", native: "dataDir", is: "folder" }
const lexicon: Part = { key: "lexicon", native: "lexicon", is: "files" }
const model: Part = { key: "model", native: "model", is: "file", required: true }
const voices: Part = { key: "voices", native: "voices", is: "file", required: true }

const parts: Readonly<Record<Kind, ReadonlyArray<Part>>> = {
  vits: [model, tokens, lexicon, dataDir],
  matcha: [
    { key: "acoustic_model", native: "acousticModel", is: "file", required: true },
    { key: "vocoder", native: "vocoder", is: "file", required: true },
    tokens,
    lexicon,
    dataDir
  ],
  kokoro: [model, voices, tokens, lexicon, dataDir, { key: "lang", native: "lang", is: "word" }],
  kitten: [model, voices, tokens, dataDir]
}
const kinds = Object.keys(parts) as ReadonlyArray<Kind>

/** A setting of a voice, as the configuration gives it. */
export interface Given {
  /** The whole key, such as `vits_model`. */
  readonly key: string
  readonly native: string
  readonly is: Part["is"]
  /** Absolute paths, or one word. */
  readonly values: ReadonlyArray<string>
}

/** A voice's files. Plain data, since it crosses processes. */
export interface SherpaVoice {
  readonly kind: Kind
  readonly given: ReadonlyArray<Given>
}

/** The configuration does not say which voice is meant. `key`: where, without the section. */
export interface Unclear {
  readonly _tag: "Unclear"
  readonly key: string
  /** A clause without a full stop. */
  readonly reason: Words
}

const unclear = (key: string, reason: Words): Unclear => ({ _tag: "Unclear", key, reason })

/**
 * The one voice that these keys name. `keys`: values by key, such as `vits_model`; further ones are overlooked.
 * `resolve` makes a path absolute.
 */
export const choose = (
  keys: Readonly<Record<string, unknown>>,
  resolve: (path: string) => string
): SherpaVoice | Unclear => {
  const valueOf = (key: string) => {
    const value = keys[key]
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined
  }
  const named = kinds.flatMap((kind) => {
    const first = parts[kind].find(({ key }) => valueOf(`${kind}_${key}`) !== undefined)
    return first === undefined ? [] : [{ kind, key: `${kind}_${first.key}` }]
  })
  const [chosen, another] = named
  if (chosen === undefined) return unclear("vits_model", say("speech.noVoiceNamed"))
  if (another !== undefined) return unclear(another.key, say("speech.secondVoice", chosen.key))
  const { kind } = chosen
  const missing = parts[kind].find((part) => part.required && valueOf(`${kind}_${part.key}`) === undefined)
  if (missing !== undefined) return unclear(`${kind}_${missing.key}`, say("speech.keyMissing"))
  return {
    kind,
    given: parts[kind].flatMap(({ is, key, native }) => {
      const value = valueOf(`${kind}_${key}`)
      if (value === undefined) return []
      const values = is === "word" ? [value] : pathsOf(is === "files" ? value.split(",") : [value], resolve)
      return [{ key: `${kind}_${key}`, native, is, values }]
    })
  }
}

/** The paths that are not empty, made absolute. */
export const pathsOf = (
  paths: ReadonlyArray<string>,
  resolve: (path: string) => string
): ReadonlyArray<string> =>
  paths
    .map((path) => path.trim())
    .filter((path) => path !== "")
    .map(resolve)

/** Everything that the process loads. Plain data. */
export interface Load {
  readonly voice: SherpaVoice
  /** Absolute paths. */
  readonly ruleFsts: ReadonlyArray<string>
  /** Of a vits voice, the library's own where they are left out. */
  readonly noise?: { readonly scale: number; readonly scaleW: number }
  readonly provider: string
  readonly threads: number
  readonly debug: boolean
  /** Pieces of text that are spoken at a time. */
  readonly places: number
}

/** What the library is given. */
export const toNative = ({ debug, noise, provider, ruleFsts, threads, voice }: Load): OfflineTtsConfig => ({
  model: {
    [voice.kind]: {
      ...Object.fromEntries(voice.given.map(({ native, values }) => [native, values.join(",")])),
      ...(noise === undefined ? {} : { noiseScale: noise.scale, noiseScaleW: noise.scaleW })
    },
    numThreads: threads,
    provider,
    debug: debug ? 1 : 0
  },
  // One at a time: a cancelled text stops after the sentence that it is at.
  maxNumSentences: 1,
  ...(ruleFsts.length === 0 ? {} : { ruleFsts: ruleFsts.join(",") })
})
