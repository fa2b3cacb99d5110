import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import type { SchemaAST } from "effect"
import * as Yaml from "yaml"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as RawValue from "../../src/config/RawValue.ts"
import { SeiyuuConfig } from "../../src/config/SeiyuuConfig.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import { ownGroupKeys, ownPatterns, ownVoiceKeys } from "./OwnKeys.ts"
import { loadText, problemsOf } from "./LoadText.ts"

const fixture = new URL("fixtures/every-key.yaml", import.meta.url).pathname
const shipped = new URL("../../conf.yaml", import.meta.url).pathname

const withEnvironment = (variables: Readonly<Record<string, string>>) =>
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables))))

/** Every key path that the schema knows. */
const keyPaths = (ast: SchemaAST.AST, path: string): ReadonlyArray<string> => {
  if (ast._tag === "Transformation") return keyPaths(ast.to, path)
  if (ast._tag !== "TypeLiteral" || ast.propertySignatures.length === 0) return [path]
  return ast.propertySignatures.flatMap(({ name, type }) =>
    keyPaths(type, path === "" ? String(name) : `${path}.${String(name)}`)
  )
}

const valueAt = (value: unknown, path: string): unknown =>
  path.split(".").reduce((inner: unknown, key) => (RawValue.isMapping(inner) ? inner[key] : undefined), value)

layer(NodeContext.layer)("ConfigFile", (it) => {
  it.effect("takes a file with every key of the format and only warns of what is not built", () =>
    Effect.gen(function* () {
      const { config, warnings } = yield* ConfigFile.load(fixture)
      expect(warnings.map((warning) => /^every-key\.yaml:\d+:\d+ (\S+): /.exec(warning)?.[1])).toEqual([
        "system_config.media_server"
      ])
      const { llm_configs } = config.character_config.agent_config
      expect(llm_configs.ollama_llm).toMatchObject({ base_url: "https://llm.example/v1", keep_alive: -1 })
      // A key that looks like a number is the text that stands in the file.
      expect(llm_configs.claude_llm?.llm_api_key).toEqual(Redacted.make("0123"))
      expect(config.character_config.tts_config.gpt_sovits).toMatchObject({
        batch_size: "1",
        streaming_mode: "false"
      })
      expect(config.live_config.bilibili_live.room_ids).toEqual([1991478060])
    })
  )

  it.effect("the fixture has every key that the schema knows, except our own", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const whole: unknown = Yaml.parse(yield* fs.readFileString(fixture))
      const absent = keyPaths(SeiyuuConfig.ast, "")
        .filter((path) => valueAt(whole, path) === undefined)
        .filter((path) => !ownPatterns.some((own) => own.test(path)))
        // The other name of gpt_sovits.
        .filter((path) => !path.includes(".gpt_sovits_tts."))
      expect(absent).toEqual([
        "system_config.language",
        "system_config.allowed_origins",
        "system_config.database",
        "system_config.models_dir",
        "system_config.offline",
        "system_config.engine_idle_seconds",
        "system_config.playback_grace_seconds",
        ...ownGroupKeys.map((key) => `system_config.groups.${key}`),
        ...ownVoiceKeys.map((key) => `character_config.tts_config.${key}`)
      ])
    })
  )

  it.effect("the file that comes with the project needs no warning", () =>
    Effect.gen(function* () {
      const path = yield* Path.Path
      const loaded = yield* ConfigFile.load(shipped)
      expect(loaded.warnings).toEqual([])
      expect(loaded.folder).toBe(path.dirname(shipped))
      expect(loaded.config.system_config).toMatchObject({ host: "localhost", port: 12393 })
      expect(loaded.config.character_config.agent_config.llm_configs.llama_cpp_llm.model_path).toBe("auto")
    })
  )

  it.scoped("fills in what a short file leaves out", () =>
    Effect.gen(function* () {
      const { config, warnings } = yield* loadText(ConfigFolder.minimal)
      expect(warnings).toEqual([])
      expect(config.system_config).toEqual({
        conf_version: "v1.2.1",
        host: "localhost",
        port: 12393,
        config_alts_dir: "characters",
        tool_prompts: {},
        enable_proxy: false,
        allowed_origins: [],
        database: "data/history.db",
        offline: false,
        engine_idle_seconds: 300,
        language: "auto",
        playback_grace_seconds: 15,
        groups: { speakers: "round_robin", patience_seconds: 30 },
        voice_cache: { memory_mb: 16, disk_mb: 0, folder: "cache/voices" }
      })
      expect(config.character_config.tts_config.flite_tts).toEqual({ voice: "slt" })
      expect(config.character_config.tts_preprocessor_config.remove_special_char).toBe(true)
    })
  )

  it.scoped("takes null for a section and the spellings of YAML 1.1 for a truth value", () =>
    Effect.gen(function* () {
      const { config } = yield* loadText(
        `system_config: null\nlive_config:\n${ConfigFolder.minimal}  asr_config:\n  vad_config: {silero_vad: }\n` +
          "  tts_preprocessor_config: {remove_special_char: No, ignore_brackets: off, ignore_asterisks: 'yes'}\n"
      )
      expect(config.system_config.port).toBe(12393)
      expect(config.character_config.tts_preprocessor_config).toMatchObject({
        remove_special_char: false,
        ignore_brackets: false,
        ignore_asterisks: true
      })
    })
  )

  it.scoped("names every problem at once, with its line and what may have been meant", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf(`system_config:
  port: twelve
  playback_grace_seconds: 3
character_config:
  conf_name: [a, b]
  agent_config:
    agent_settings:
      basic_memory_agent:
        llm_provider: opnai_llm
  tts_config:
    tts_model: "edgetts"
`)
      expect(problems.splice(3, 2).join()).toMatch(/openai_llm\.llm_api_key: is req.*openai_llm\.model: is/u)
      expect(problems).toHaveLength(5)
      expect(problems.slice(0, 3)).toEqual([
        "conf.yaml:2:3 system_config.port: expected a whole number from 0 to 65535, found a text",
        "conf.yaml:3:3 system_config.playback_grace_seconds: expected a number of at least 10, found 3",
        "conf.yaml:5:3 character_config.conf_name: expected a text, found a list"
      ])
      expect(problems[3]).toMatch(
        /^conf\.yaml:9:9 character_config\.agent_config\..*\.llm_provider: expected one of .*found "opnai_llm" \(did you mean "openai_llm"\?\)$/
      )
      expect(problems[4]).toMatch(
        /^conf\.yaml:11:5 character_config\.tts_config\.tts_model: expected one of .*found "edgetts" \(did you mean "edge_tts"\?\)$/
      )
    })
  )

  it.scoped("warns of keys that it does not know and of keys that are there twice", () =>
    Effect.gen(function* () {
      const { config, warnings } = yield* loadText(
        `system_config:\n  prot: 1\n  host: a\n  host: b\n${ConfigFolder.minimal}extra: {deep: 1}\n`
      )
      expect(config.system_config.host).toBe("b")
      expect(warnings).toEqual([
        'conf.yaml:2:3 system_config.prot: is not a known key (did you mean "port"?); it is ignored',
        "conf.yaml:4:3 system_config.host: is there twice; the last one counts",
        "conf.yaml:14:1 extra: is not a known key; it is ignored"
      ])
    })
  )

  it.scoped("puts environment variables into texts", () =>
    Effect.gen(function* () {
      const { config } = yield* loadText(
        `system_config: {port: "\${PORT}", host: "\${HOST:-0.0.0.0}", database: "a/\${EMPTY:-b}.db"}\n` +
          `${ConfigFolder.minimal}    openai_tts: {api_key: "\${KEY}"}\n  persona_prompt: "cost: $5 $\${KEY} {x}"\n`
      ).pipe(Effect.provide(withEnvironment({ PORT: "8080", KEY: "s3cret", EMPTY: "" })))
      expect(config.system_config).toMatchObject({ port: 8080, host: "0.0.0.0", database: "a/b.db" })
      expect(config.character_config.tts_config.openai_tts.api_key).toEqual(Redacted.make("s3cret"))
      expect(config.character_config.persona_prompt).toBe("cost: $5 ${KEY} {x}")
    })
  )

  it.scoped("says where the syntax is wrong, without quoting the file", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf(
        'system_config:\n  host: "open\ncharacter_config: {api_key: hunter2\n'
      )
      expect(problems[0]).toMatch(/^conf\.yaml:\d+:\d+ \S/)
      expect(problems.join("\n")).not.toContain("hunter2")
      expect(yield* problemsOf("a: 1\n---\nb: 2\n")).toEqual([
        "conf.yaml:2:1 a second document begins here (---): keep one"
      ])
      expect(yield* problemsOf("a: {b: [1, *nobody]}\nc:\n  <<: [*nobody, 1]\n")).toEqual([
        "conf.yaml:1:12 a.b.1: this alias (*name) stands for nothing: write &name before what it means, further up",
        "conf.yaml:3:3 c.<<: expected sections to take in",
        "conf.yaml:3:8 c.<<.0: this alias (*name) stands for nothing: write &name before what it means, further up"
      ])
    })
  )

  it.scoped("a file that holds no sections is refused", () =>
    Effect.gen(function* () {
      expect(yield* problemsOf("")).toEqual([
        "conf.yaml:1:1 character_config: is required: a section of keys"
      ])
      expect(yield* problemsOf("- a\n")).toEqual(["conf.yaml:1:1 expected a section of keys, found a list"])
    })
  )

  it.scoped("a file that is not there is missing, and a folder is unreadable", () =>
    Effect.gen(function* () {
      const folder = yield* ConfigFolder.make({})
      expect(yield* Effect.flip(ConfigFile.load(`${folder}/conf.yaml`))).toMatchObject({
        _tag: "ConfigMissing",
        reason: "not-found"
      })
      expect(yield* Effect.flip(ConfigFile.load(folder))).toMatchObject({
        _tag: "ConfigMissing",
        reason: "unreadable"
      })
    })
  )

  it.scoped("keeps secrets out of what is printed", () =>
    Effect.gen(function* () {
      const loaded = yield* loadText(`${ConfigFolder.minimal}    openai_tts: {api_key: hunter2}\n`)
      expect(JSON.stringify(loaded)).not.toContain("hunter2")
      expect(Redacted.value(loaded.config.character_config.tts_config.openai_tts.api_key)).toBe("hunter2")
      const glued = yield* loadText(`${ConfigFolder.minimal}    openai_tts: {api_key:hunter2: }\n`)
      expect(glued.warnings.filter((warning) => warning.includes("hunter2"))).toEqual([])
      expect(glued.warnings.join()).toContain(
        "openai_tts.api_key:…: is not a known key (a space is missing after its colon); it is ignored"
      )
    })
  )
})
