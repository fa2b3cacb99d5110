import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as Yaml from "yaml"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as ConfigKey from "../../src/config/ConfigKey.ts"
import * as RawValue from "../../src/config/RawValue.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const defaults = new URL("fixtures/defaults.yaml", import.meta.url).pathname
const fixture = new URL("fixtures/every-key.yaml", import.meta.url).pathname

/** Keys whose value has more conditions than its kind: none of these may be any text. */
const special: Readonly<Record<string, unknown>> = {
  "character_config.agent_config.conversation_agent_choice": "letta_agent",
  "character_config.asr_config.asr_model": "whisper_cpp",
  "character_config.asr_config.wyoming_asr.uri": "tcp://other.example:10301",
  "character_config.tts_config.tts_model": "openai_tts",
  "character_config.tts_config.wyoming_tts.uri": "tcp://other.example:10201",
  "character_config.tts_config.minimax_tts.pronunciation_dict": '{"tone": []}',
  "live_config.youtube.videos": ["aliveVideo1", "https://youtu.be/aliveVideo2"]
}

const leaves = ConfigKey.flatten(ConfigKey.ofConfig).filter(({ shape }) => shape !== undefined)

const numberIn = (words: string, fallback: unknown): number => {
  const [, from, to] = /from (-?[\d.]+) to (-?[\d.]+)/u.exec(words) ?? []
  const least = /of at least (-?[\d.]+)/u.exec(words)?.[1]
  const start = Number(from ?? least ?? 1)
  const number = words.includes("whole") ? Math.ceil(start) + 1 : start + 0.5
  const most = to === undefined ? Infinity : Number(to)
  const fitting = number > most ? most : number
  return fitting === fallback ? Math.min(most, fitting + 1) : fitting
}

/** A value that the key may have and that is not its default. */
const another = ({ fallback, path, shape }: ConfigKey.ConfigKey): unknown => {
  const { choices, words } = shape!
  if (special[path] !== undefined) return special[path]
  if (words.startsWith("a list")) {
    if (choices !== undefined) return [choices.at(-1)]
    return words.includes("whole number") ? [7] : ["one", "two"]
  }
  if (choices !== undefined) return choices.findLast((choice) => choice !== fallback) ?? choices[0]
  if (words === "true or false") return fallback !== true
  if (words.includes("number")) return numberIn(words, fallback)
  if (words.startsWith("an address that begins with ws")) return "wss://other.example/v9"
  if (words.startsWith("an address")) return "https://other.example/v9"
  if (words.startsWith("a host name")) return "other.example"
  if (words.startsWith("a section of lists")) return { "X-Name": ["value"] }
  if (words.startsWith("a section")) return { "X-Name": "value" }
  return words === "anything" ? { deep: [1] } : "another text"
}

const put = (root: Record<string, unknown>, path: string, value: unknown) => {
  const keys = path.split(".")
  const last = keys.pop()!
  let section = root
  for (const key of keys) section = (section[key] ??= {}) as Record<string, unknown>
  section[last] = value
}

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce((inner: unknown, key) => (RawValue.isMapping(inner) ? inner[key] : undefined), value)

/** Without the wrapping of secrets. */
const bare = (value: unknown): unknown => {
  if (Redacted.isRedacted(value)) return bare(Redacted.value(value))
  if (RawValue.isMapping(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bare(item)]))
  return value
}

describe("every key", () => {
  it("says what it is for, in whole sentences, and what it may be", () => {
    for (const { about, path } of ConfigKey.flatten([...ConfigKey.ofConfig, ...ConfigKey.ofMcpServer]))
      expect(about, path).toMatch(/^[\p{L}`.].*[.]$/u)
    expect(leaves.length).toBeGreaterThan(300)
    expect(new Set(leaves.map(({ path }) => path)).size).toBe(leaves.length)
  })

  it.scoped("that is set to another value than its default is read back", () =>
    Effect.gen(function* () {
      const root: Record<string, unknown> = {}
      for (const key of leaves) put(root, key.path, another(key))
      const folder = yield* ConfigFolder.make({ "conf.yaml": Yaml.stringify(root) })
      const { config, warnings } = yield* ConfigFile.load(`${folder}/conf.yaml`)
      expect(warnings.filter((warning) => warning.includes("not a known key"))).toEqual([])
      for (const key of leaves) {
        const value = another(key)
        expect(value, key.path).not.toEqual(key.fallback)
        expect(bare(at(config, key.path)), key.path).toEqual(value)
      }
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.effect("of the fixture is read back as the text, number or truth that stands there", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const root: unknown = Yaml.parse(yield* fs.readFileString(fixture))
      const { config } = yield* ConfigFile.load(fixture)
      for (const { fallback, path } of leaves) {
        const written = at(root, path)
        const read = bare(at(config, path))
        if (written === undefined || written === null || read === undefined) continue
        // What looks like a number is a text where a text is wanted.
        if (typeof read === "string") expect(read.replace(/^0+(?=\d)/u, ""), path).toBe(String(written))
        else expect(read, `${path} (${JSON.stringify(fallback)})`).toEqual(written)
      }
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.effect("has the default of Open-LLM-VTuber", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const theirs = Yaml.parse(yield* fs.readFileString(defaults)) as Readonly<Record<string, unknown>>
      const ours = new Map(leaves.map(({ fallback, path }) => [path, fallback]))
      for (const [path, value] of Object.entries(theirs)) expect(ours.get(path), path).toEqual(value)
      expect(Object.keys(theirs)).toHaveLength(115)
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
