import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Characters } from "../../src/config/Characters.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const character = (...lines: ReadonlyArray<string>) =>
  ["character_config:", ...lines.map((line) => `  ${line}`), ""].join("\n")

/** A folder with these files, and its characters. */
const open = Effect.fnUntraced(function* (
  files: Readonly<Record<string, string>>,
  base: string = ConfigFolder.minimal
) {
  const folder = yield* ConfigFolder.make({ "conf.yaml": base, ...files })
  const loaded = yield* ConfigFile.load(`${folder}/conf.yaml`)
  const characters = yield* Effect.provide(Characters, Characters.layer(loaded))
  return { folder, characters }
})

layer(NodeContext.layer)("Characters", (it) => {
  it.scoped("lists the base first and then the files by name", () =>
    Effect.gen(function* () {
      const { characters } = yield* open({
        "characters/b.yml": character("conf_name: Second"),
        "characters/a.yaml": character("conf_name: 2024"),
        "characters/nameless.yaml": character("human_name: You"),
        "characters/notes.txt": "no character",
        "characters/.hidden.yaml": character("conf_name: Hidden"),
        "characters/conf.yaml": character("conf_name: Not the base"),
        "characters/folder.yaml/inner.yaml": character("conf_name: Inner")
      })
      expect(yield* characters.list).toEqual([
        { filename: "conf.yaml", name: "Base" },
        { filename: "a.yaml", name: "2024" },
        { filename: "b.yml", name: "Second" },
        { filename: "nameless.yaml", name: "nameless.yaml" }
      ])
    })
  )

  it.scoped("a folder that is not there has no characters", () =>
    Effect.gen(function* () {
      const { characters } = yield* open({})
      expect(yield* characters.list).toEqual([{ filename: "conf.yaml", name: "Base" }])
    })
  )

  it.scoped("a nameless base goes by its file name", () =>
    Effect.gen(function* () {
      const base = ConfigFolder.minimal.replace(/ {2}conf_(name|uid): .*\n/g, "")
      const { characters } = yield* open({}, base)
      expect(yield* characters.base).toMatchObject({
        conf_name: "conf.yaml",
        conf_uid: "conf.yaml",
        character_name: "conf.yaml"
      })
      expect(yield* characters.resolve("conf.yaml")).toEqual(yield* characters.base)
    })
  )

  it.scoped("lays a character's sections on the base's, and replaces lists", () =>
    Effect.gen(function* () {
      const base = `${ConfigFolder.minimal.replace(
        "        llm_provider: llama_cpp_llm\n",
        "        llm_provider: llama_cpp_llm\n        mcp_enabled_servers: [a, b]\n"
      )}    openai_tts: {model: base-model, voice: base-voice}\n  human_name: You\n`
      const { characters } = yield* open(
        {
          "characters/a.yaml": character(
            "conf_name: A",
            "conf_uid: a_001",
            "tts_config: {tts_model: openai_tts, openai_tts: {voice: own-voice}}",
            "agent_config: {agent_settings: {basic_memory_agent: {mcp_enabled_servers: [c]}}}"
          )
        },
        base
      )
      const resolved = yield* characters.resolve("a.yaml")
      expect(resolved).toMatchObject({
        conf_name: "A",
        conf_uid: "a_001",
        character_name: "A",
        human_name: "You",
        tts_config: { tts_model: "openai_tts", openai_tts: { model: "base-model", voice: "own-voice" } }
      })
      expect(resolved.agent_config.agent_settings.basic_memory_agent).toMatchObject({
        llm_provider: "llama_cpp_llm",
        mcp_enabled_servers: ["c"]
      })
      expect((yield* characters.base).tts_config.openai_tts.voice).toBe("base-voice")
    })
  )

  it.scoped("a character that chooses a section of the base whose variable is not set hears its name", () =>
    Effect.gen(function* () {
      const { characters } = yield* open(
        {
          "characters/a.yaml": character(
            "agent_config: {agent_settings: {basic_memory_agent: {llm_provider: groq_llm}}}"
          )
        },
        ConfigFolder.minimal.replace(
          "  tts_config:",
          "    llm_configs:\n      groq_llm: {model: m, llm_api_key: '${NO_SUCH_KEY}'}\n  tts_config:"
        )
      )
      expect((yield* Effect.flip(characters.resolve("a.yaml"))).message).toMatch(
        /^a\.yaml:.* .*groq_llm\.llm_api_key: the environment variable NO_SUCH_KEY is not set/u
      )
    })
  )

  it.scoped("reads a file anew each time", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { characters, folder } = yield* open({ "characters/a.yaml": character("conf_name: A") })
      expect((yield* characters.resolve("a.yaml")).conf_name).toBe("A")
      yield* fs.writeFileString(`${folder}/characters/a.yaml`, character("conf_name: B"))
      expect((yield* characters.resolve("a.yaml")).conf_name).toBe("B")
      yield* fs.remove(`${folder}/characters/a.yaml`)
      expect((yield* Effect.flip(characters.resolve("a.yaml")))._tag).toBe("CharacterNotFound")
    })
  )

  it.scoped("gives every character the name that the list shows, and no two the same", () =>
    Effect.gen(function* () {
      const { characters } = yield* open({
        "characters/a.yaml": character("conf_name: Base"),
        "characters/b.yaml": character("conf_name: Twin"),
        "characters/c.yaml": character("conf_name: Twin"),
        "characters/d.yaml": character("conf_name: Twin (c.yaml)")
      })
      const list = yield* characters.list
      expect(list.map(({ name }) => name)).toEqual([
        "Base",
        "Base (a.yaml)",
        "Twin",
        "Twin (c.yaml)",
        "Twin (c.yaml) (d.yaml)"
      ])
      for (const { filename, name } of list) {
        expect((yield* characters.resolve(filename)).conf_name).toBe(name)
      }
    })
  )

  it.scoped("names that lead out of the folder are no characters", () =>
    Effect.gen(function* () {
      const secret = character("conf_name: Secret")
      const { characters, folder } = yield* open({
        "secret.yaml": secret,
        "characters/a.yaml": character("conf_name: A"),
        "characters/sub/deep.yaml": secret,
        "characters_private/secret.yaml": secret
      })
      for (const filename of [
        "../secret.yaml",
        "../conf.yaml",
        "characters/../../secret.yaml",
        "characters/a.yaml",
        "./a.yaml",
        "sub/deep.yaml",
        "../characters_private/secret.yaml",
        `${folder}/secret.yaml`,
        `${folder}/characters/a.yaml`,
        "..\\secret.yaml",
        "a.yaml\0.yaml",
        "a",
        "..",
        ""
      ]) {
        const failure = yield* Effect.flip(characters.resolve(filename))
        expect(failure, filename).toMatchObject({ _tag: "CharacterNotFound", filename })
        expect(failure.message).not.toContain("\0")
      }
    })
  )

  it.scoped(
    "a broken file is listed by its file name, logged once, and fails with its place when chosen",
    () => {
      const lines: Array<string> = []
      return Effect.gen(function* () {
        const { characters } = yield* open({
          "characters/broken.yaml": "character_config:\n  conf_name: [a\n",
          "characters/empty.yaml": "",
          "characters/fine.yaml": character("conf_name: Fine"),
          "characters/wrong.yaml": character("conf_name: Wrong", "tts_config:", "  tts_model: fliet_tts")
        })
        expect((yield* characters.list).map(({ name }) => name)).toEqual([
          "Base",
          "broken.yaml",
          "empty.yaml",
          "Fine",
          "Wrong"
        ])
        yield* characters.list
        expect(lines.filter((line) => line.startsWith("broken.yaml:"))).toHaveLength(1)
        expect(lines.filter((line) => line.startsWith("empty.yaml:1:1 character_config"))).toHaveLength(1)

        expect((yield* Effect.flip(characters.resolve("broken.yaml"))).message).toMatch(
          /^broken\.yaml:\d+:\d+ /
        )
        expect((yield* Effect.flip(characters.resolve("empty.yaml"))).message).toBe(
          "empty.yaml:1:1 character_config: expected a section of keys"
        )
        expect((yield* Effect.flip(characters.resolve("wrong.yaml"))).message).toMatch(
          /^wrong\.yaml:4:5 character_config\.tts_config\.tts_model: .*did you mean "flite_tts"\?/
        )
        expect((yield* characters.resolve("fine.yaml")).conf_name).toBe("Fine")
      }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
    }
  )

  it.scoped("logs what a character asks for in vain once, and nothing of what the base asks for", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const { characters } = yield* open(
        {
          "characters/a.yaml": character(
            "conf_name: A",
            "personality: kind",
            "vad_config: {vad_model: silero_vad, silero_vad: {orig_sr: 48000, target_sr: 8000}}"
          )
        },
        `${ConfigFolder.minimal}    edge_tts: {}\n  nonsense: 1\n  asr_config: {asr_model: sherpa_onnx_asr, sherpa_onnx_asr: {model: auto, provider: cuda}}\n`
      )
      yield* characters.resolve("a.yaml")
      yield* characters.resolve("a.yaml")
      expect(lines).toEqual([
        "a.yaml:3:3 character_config.personality: is not a known key; it is ignored",
        "a.yaml:4:52 character_config.vad_config.silero_vad.orig_sr: clients always send 16000 Hz, whatever this says",
        "a.yaml:4:68 character_config.vad_config.silero_vad.target_sr: silero_vad listens at 16000 Hz, whatever this says"
      ])
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
  })

  it.effect("the characters that come with the project can all be chosen", () =>
    Effect.gen(function* () {
      const loaded = yield* ConfigFile.load(new URL("../../conf.yaml", import.meta.url).pathname)
      const characters = yield* Effect.provide(Characters, Characters.layer(loaded))
      const list = yield* characters.list
      expect(list.map(({ filename }) => filename)).toEqual([
        "conf.yaml",
        "en_captain_brook.yaml",
        "zh_xiaolu.yaml"
      ])
      const uids = yield* Effect.forEach(list, ({ filename }) => characters.resolve(filename)).pipe(
        Effect.map((all) => new Set(all.map(({ conf_uid }) => conf_uid)))
      )
      expect(uids.size).toBe(3)
    })
  )
})
