import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect, Ref } from "effect"
import { Characters } from "../../src/config/Characters.ts"
import { CurrentConfig } from "../../src/config/CurrentConfig.ts"
import { ModelDict } from "../../src/config/ModelDict.ts"
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
})
