import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect, Ref } from "effect"
import { Characters } from "../../src/config/Characters.ts"
import { CurrentConfig } from "../../src/config/CurrentConfig.ts"
import { ModelDict } from "../../src/config/ModelDict.ts"
import { Prompts } from "../../src/config/Prompts.ts"
import { base, other, run } from "./ReloadFolder.ts"

layer(NodeContext.layer)("ConfigReload", (it) => {
  it.scoped("takes over what can be used, and says once what it was", () =>
    run(({ lines, look, write }) =>
      Effect.gen(function* () {
        expect(yield* look).toEqual([])
        yield* write("conf.yaml", base.replace("Base", "Renamed"))
        yield* write("characters/other.yaml", other.replace("You", "Them"))
        yield* write("characters/third.yaml", "character_config: {conf_name: Third}\n")
        expect(yield* look).toEqual(["conf.yaml", "other.yaml", "third.yaml"])
        expect(yield* look).toEqual([])
        const characters = yield* Characters
        expect((yield* characters.base).conf_name).toBe("Renamed")
        expect((yield* characters.resolve("other.yaml")).human_name).toBe("Them")
        expect(lines).toEqual([
          "conf.yaml, other.yaml, third.yaml: new sessions and the next switches have what is there now"
        ])
      })
    )
  )

  it.scoped("keeps what was before of a file that cannot be used, and says all that is wrong", () =>
    run(({ lines, look, write }) =>
      Effect.gen(function* () {
        yield* write("conf.yaml", `system_config: {port: x}\n${base.replace("flite_tts", "flit_tts")}`)
        yield* write("characters/other.yaml", "character_config: {conf_name: [Other]}\n")
        expect(yield* look).toEqual([])
        const characters = yield* Characters
        expect((yield* characters.base).conf_name).toBe("Base")
        expect((yield* characters.resolve("other.yaml")).human_name).toBe("You")
        expect(yield* characters.list).toContainEqual({ filename: "other.yaml", name: "Other" })
        expect(lines[0]).toMatch(
          /^conf\.yaml has changed and cannot be used; what was before stays\nconf\.yaml:1:17 system_config\.port: .*\nconf\.yaml:10:5 .*tts_model: /u
        )
        expect(lines[1]).toMatch(
          /^other\.yaml has changed and cannot be used; what was before stays\nother\.yaml:1:20 character_config\.conf_name: expected a text, found a list$/u
        )
        yield* write("characters/other.yaml", other)
        expect(yield* look).toEqual(["other.yaml"])
      })
    )
  )

  it.scoped("a syntax error and a missing file leave everything as it was", () =>
    run(({ lines, look, remove, write }) =>
      Effect.gen(function* () {
        yield* write("conf.yaml", "system_config: {port: [1\n")
        yield* write("characters/other.yaml", "character_config: {conf_name: [Other\n")
        expect(yield* look).toEqual([])
        const characters = yield* Characters
        expect((yield* characters.resolve("other.yaml")).conf_name).toBe("Other")
        yield* remove("conf.yaml")
        expect(yield* look).toEqual([])
        expect((yield* characters.base).conf_name).toBe("Base")
        expect(lines.at(-1)).toMatch(/^conf\.yaml has changed and cannot be used/u)
        yield* remove("characters/other.yaml")
        expect(yield* look).toEqual(["other.yaml"])
        expect(yield* characters.list).toHaveLength(1)
      })
    )
  )

  it.scoped("says which keys count at the next start only", () =>
    run(({ lines, look, write }) =>
      Effect.gen(function* () {
        yield* write(
          "conf.yaml",
          `system_config: {host: 0.0.0.0, port: 1, database: new.db, config_alts_dir: others}\n${base}`
        )
        yield* write("characters/other.yaml", other.replace("You", "Them"))
        expect(yield* look).toEqual(["conf.yaml"])
        expect(lines[0]).toBe(
          "conf.yaml: system_config.host, system_config.port, system_config.database: a change counts when the server is started the next time"
        )
        const { config } = yield* Ref.get(yield* CurrentConfig)
        expect(config.system_config).toMatchObject({ host: "localhost", config_alts_dir: "others" })
        expect(yield* (yield* Characters).list).toHaveLength(1)
        const waiting = () => lines.filter((line) => line.includes("next time"))
        // Another key changes, and then everything is again what the server runs with.
        yield* write("conf.yaml", `system_config: {host: 0.0.0.0, port: 1, database: new.db}\n${base}`)
        yield* look
        yield* write("conf.yaml", base)
        yield* look
        expect(waiting()).toHaveLength(1)
        yield* write("conf.yaml", `system_config: {port: 2}\n${base}`)
        yield* look
        expect(waiting().at(-1)).toMatch(/^conf\.yaml: system_config\.port: /u)
      })
    )
  )

  it.scoped("reads avatars anew, and looks at servers", () =>
    run(({ lines, look, write }) =>
      Effect.gen(function* () {
        const dict = yield* ModelDict
        yield* write("model_dict.json", '[{"name": "mili", "url": "/m"}]')
        expect(yield* look).toEqual(["model_dict.json"])
        expect((yield* dict.modelInfo("mili")).url).toBe("/m")
        yield* write("model_dict.json", "[{]")
        yield* write("mcp_servers.json", '{"mcp_servers": {"time": {}}}')
        expect(yield* look).toEqual([])
        yield* write("conf.yaml", base.replace("Base", "Renamed"))
        expect(yield* look).toEqual(["conf.yaml"])
        expect((yield* dict.modelInfo("mili")).url).toBe("/m")
        expect(lines.filter((line) => line.includes("cannot be used"))).toEqual([
          expect.stringMatching(/^model_dict\.json has changed/u),
          expect.stringMatching(/^mcp_servers\.json has changed .*\n.*time: needs either command/u)
        ])
      })
    )
  )

  it.scoped("keeps a character as it was where a good conf.yaml takes away what it needs, and says so", () =>
    run(
      ({ lines, look, write }) =>
        Effect.gen(function* () {
          yield* write("conf.yaml", base.replace("Base", "Renamed"))
          expect(yield* look).toEqual(["conf.yaml"])
          const characters = yield* Characters
          expect(yield* characters.resolve("leaning.yaml")).toMatchObject({
            conf_name: "Leaning",
            agent_config: { llm_configs: { groq_llm: { model: "m" } } }
          })
          expect((yield* characters.base).conf_name).toBe("Renamed")
          expect(lines[0]).toMatch(
            /^leaning\.yaml cannot be used with what is in conf\.yaml now; the character stays as it was\nleaning\.yaml:1:40 [^]*groq_llm\.model: is required/u
          )
          expect(yield* look).toEqual([])
          expect(lines.filter((line) => line.startsWith("leaning.yaml cannot"))).toHaveLength(1)
        }),
      {
        files: {
          "conf.yaml": base.replace(
            "  tts_config:",
            "    llm_configs: {groq_llm: {model: m, llm_api_key: k}}\n  tts_config:"
          ),
          "characters/leaning.yaml":
            "character_config: {conf_name: Leaning, agent_config: {agent_settings: {basic_memory_agent: {llm_provider: groq_llm}}}}\n"
        }
      }
    )
  )

  it.scoped("sees what has changed between the loading of the configuration and the first look", () =>
    run(
      ({ look }) =>
        Effect.gen(function* () {
          expect(yield* look).toEqual(["conf.yaml"])
          expect((yield* (yield* Characters).base).conf_name).toBe("Renamed")
          expect(yield* look).toEqual([])
        }),
      {
        meanwhile: (folder) =>
          Effect.flatMap(FileSystem.FileSystem, (fs) =>
            Effect.orDie(fs.writeFileString(`${folder}/conf.yaml`, base.replace("Base", "Renamed")))
          )
      }
    )
  )

  it.scoped("keeps what it has read, not what it has looked at: a file may change in between", () => {
    const swap = { to: "" }
    return run(
      ({ look, write }) =>
        Effect.gen(function* () {
          // While the look reads it, it is another one for a moment.
          yield* write("conf.yaml", base.replace("Base", "First"))
          swap.to = base.replace("Base", "Second")
          expect(yield* look).toEqual(["conf.yaml"])
          swap.to = ""
          expect((yield* (yield* Characters).base).conf_name).toBe("Second")
          expect(yield* look).toEqual(["conf.yaml"])
          expect((yield* (yield* Characters).base).conf_name).toBe("First")
        }),
      { instead: (file) => (swap.to !== "" && file.endsWith("conf.yaml") ? swap.to : undefined) }
    )
  })

  it.scoped("keeps the good form of a character whose file goes and comes back wrong", () =>
    run(({ look, remove, write }) =>
      Effect.gen(function* () {
        const characters = yield* Characters
        yield* remove("characters/other.yaml")
        // A list or a choice between the two halves of saving it.
        expect(yield* characters.list).toContainEqual({ filename: "other.yaml", name: "Other" })
        expect((yield* characters.resolve("other.yaml")).human_name).toBe("You")
        yield* write("characters/other.yaml", "character_config: {conf_name: [Other")
        expect((yield* characters.resolve("other.yaml")).human_name).toBe("You")
        expect(yield* look).toEqual([])
        expect((yield* characters.resolve("other.yaml")).human_name).toBe("You")
        yield* remove("characters/other.yaml")
        expect(yield* look).toEqual(["other.yaml"])
        expect((yield* Effect.flip(characters.resolve("other.yaml")))._tag).toBe("CharacterNotFound")
      })
    )
  )

  it.scoped("takes a folder of characters that cannot be read for no empty one", () => {
    const state = { unreadable: false }
    return run(
      ({ look }) =>
        Effect.gen(function* () {
          const characters = yield* Characters
          state.unreadable = true
          expect(yield* look).toEqual([])
          expect(yield* characters.list).toHaveLength(2)
          expect((yield* characters.resolve("other.yaml")).human_name).toBe("You")
        }),
      { isUnreadable: (folder) => state.unreadable && folder.endsWith("characters") }
    )
  })

  it.scoped("takes no character of another folder for one of the same name", () =>
    run(
      ({ look, write }) =>
        Effect.gen(function* () {
          const characters = yield* Characters
          yield* write("others/other.yaml", "character_config: {conf_name: [")
          yield* write("conf.yaml", `system_config: {config_alts_dir: others}\n${base}`)
          expect(yield* look).toEqual(["conf.yaml"])
          expect(yield* characters.list).toContainEqual({ filename: "other.yaml", name: "other.yaml" })
          expect((yield* Effect.flip(characters.resolve("other.yaml")))._tag).toBe("ConfigInvalid")
        }),
      { files: { "others/unused.txt": "" } }
    )
  )

  it.scoped("reads the prompts anew", () =>
    run(
      ({ look, write }) =>
        Effect.gen(function* () {
          const prompts = yield* Prompts
          yield* write("prompts/utils/mine.txt", "Later.")
          expect(yield* prompts.get("think_tag_prompt", [])).toBe("First.")
          expect(yield* look).toEqual(["mine.txt"])
          expect(yield* prompts.get("think_tag_prompt", [])).toBe("Later.")
          expect(yield* look).toEqual([])
        }),
      {
        files: {
          "conf.yaml": `system_config: {tool_prompts: {think_tag_prompt: mine}}\n${base}`,
          "prompts/utils/mine.txt": "First."
        }
      }
    )
  )
})
