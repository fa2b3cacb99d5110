import { readFileSync } from "node:fs"
import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigCheck from "../../src/config/ConfigCheck.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const check = (files: Readonly<Record<string, string>>) =>
  Effect.flatMap(ConfigFolder.make({ "conf.yaml": ConfigFolder.minimal, ...files }), (folder) =>
    ConfigCheck.check(`${folder}/conf.yaml`)
  )

const tools = (servers: string) =>
  ConfigFolder.minimal.replace(
    "  tts_config",
    `        use_mcpp: true\n        mcp_enabled_servers: ${servers}\n  tts_config`
  )

layer(NodeContext.layer)("ConfigCheck", (it) => {
  it.scoped("looks at every file, and names them all", () =>
    Effect.gen(function* () {
      const { errors, warnings } = yield* check({
        "characters/a.yaml": "character_config: {conf_name: [a], extra: 1}\n",
        "characters/b.yaml": "character_config: {conf_name: b\n",
        "characters/c.yaml": "other: 1\n",
        "characters/good.yaml": "character_config: {humn_name: You}\n",
        "model_dict.json": '[{"name": "mili", "emotionMap": {"joy": []}}, 5]',
        "mcp_servers.json": '{"mcp_servers": {"time": {"comand": "x"}, "sea": {"url": "ftp://a"}}}'
      })
      expect(errors).toEqual([
        "a.yaml:1:20 character_config.conf_name: expected a text, found a list",
        "b.yaml:2:1 Flow map in block collection must be sufficiently indented and end with a }",
        "c.yaml:1:1 character_config: expected a section of keys",
        "model_dict.json:1:34 0.emotionMap.joy: expected a number or a text; the model is left out",
        "model_dict.json:1:47 1: expected a section of keys; the model is left out",
        "mcp_servers.json:1:18 mcp_servers.time: needs either command (a program on this machine) or url",
        "mcp_servers.json:1:51 mcp_servers.sea.url: expected an address that begins with http:// or https://"
      ])
      expect(warnings).toEqual([
        "a.yaml:1:36 character_config.extra: is not a known key; it is ignored",
        'good.yaml:1:20 character_config.humn_name: is not a known key (did you mean "human_name"?); it is ignored',
        'mcp_servers.json:1:27 mcp_servers.time.comand: is not a known key (did you mean "command"?); it is ignored'
      ])
    })
  )

  it.scoped("tells mistakes of the base once, and those of characters beside it", () =>
    Effect.gen(function* () {
      const { errors } = yield* check({
        "conf.yaml": ConfigFolder.minimal.replace("flite_tts", "flit_tts"),
        "characters/a.yaml": "character_config: {human_name: Ben}\n",
        "characters/b.yaml": "character_config: {vad_config: {vad_model: loud}}\n"
      })
      expect(errors).toEqual([
        expect.stringMatching(/^conf\.yaml:9:5 character_config\.tts_config\.tts_model: /u),
        'b.yaml:1:33 character_config.vad_config.vad_model: expected one of silero_vad, found "loud"'
      ])
    })
  )

  it.scoped("finds nothing in the conf.yaml that is shipped, nor in what is commented out there", () =>
    Effect.gen(function* () {
      const shipped = readFileSync(new URL("../../conf.yaml", import.meta.url), "utf8")
      const optional = /^( *)# ( *[a-z0-9_]+:(?: .*)?)$/gmu
      expect(shipped.match(optional)?.length).toBeGreaterThan(40)
      // Each key goes where its comment stands.
      const whole = shipped.replaceAll(optional, "$1$2").replaceAll(/\$\{\w+\}/gu, "x")
      for (const text of [shipped, whole]) {
        const servers = '{"mcp_servers": {"time": {"command": "time"}}}'
        expect(yield* check({ "conf.yaml": text, "mcp_servers.json": servers })).toEqual({
          errors: [],
          warnings: []
        })
      }
    })
  )

  it.scoped("tells what a character lacks beside whatever is wrong with conf.yaml", () =>
    Effect.gen(function* () {
      const choosing = (provider: string) =>
        `character_config: {agent_config: {agent_settings: {basic_memory_agent: {llm_provider: ${provider}}}}}\n`
      const { errors } = yield* check({
        "conf.yaml": `system_config: {port: x}\n${ConfigFolder.minimal.replace("flite_tts", "flit_tts")}`,
        "characters/a.yaml": choosing("groq_llm"),
        "characters/b.yaml": "character_config: {tts_config: {tts_model: flit_tts}}\n"
      })
      expect(errors).toEqual([
        expect.stringMatching(/^conf\.yaml:1:17 system_config\.port: /u),
        expect.stringMatching(/^conf\.yaml:10:5 character_config\.tts_config\.tts_model: /u),
        expect.stringMatching(/^a\.yaml:1:20 .*groq_llm\.llm_api_key: is required/u),
        expect.stringMatching(/^a\.yaml:1:20 .*groq_llm\.model: is required/u),
        expect.stringMatching(/^b\.yaml:1:33 character_config\.tts_config\.tts_model: /u)
      ])
      const missing = yield* check({ "conf.yaml": "system_config: {}\n", "characters/a.yaml": choosing("x") })
      expect(missing.errors.filter((error) => error.startsWith("conf.yaml"))).toHaveLength(1)
      const year = yield* check({
        "conf.yaml": `system_config: {config_alts_dir: 2024}\n${ConfigFolder.minimal}`,
        "2024/a.yaml": "character_config: {conf_name: [a]}\n"
      })
      expect(year.errors).toEqual([expect.stringMatching(/^a\.yaml:1:20 /u)])
    })
  )

  it.scoped("says that a file is of an older form, and what the newest one has instead", () =>
    Effect.gen(function* () {
      const of = (text: string) =>
        Effect.map(check({ "conf.yaml": `system_config: ${text}\n${ConfigFolder.minimal}` }), (found) =>
          found.warnings.join("\n")
        )
      expect(yield* of("{conf_version: v1.1.0, group_conversation_prompt: x}")).toMatch(
        /^conf\.yaml: v1\.1 to v1\.2: .* has become .*; .*"seiyuu config migrate --write" rewrites it$/u
      )
      expect(yield* of("{conf_version: 1.1}")).toMatch(/^conf\.yaml: is of an older form, 1\.1; /u)
      expect(yield* of("{conf_version: v1.2.1}")).toBe("")
    })
  )

  it.scoped("looks at the others even if conf.yaml cannot be read", () =>
    Effect.gen(function* () {
      const { errors } = yield* check({
        "conf.yaml": "character_config: [\n",
        "characters/b.yaml": "character_config: {conf_name: [b]}\n",
        "model_dict.json": "{}"
      })
      expect(errors).toEqual([
        expect.stringMatching(/^conf\.yaml:/u),
        "b.yaml:1:20 character_config.conf_name: expected a text, found a list",
        "model_dict.json:1:1 expected a list of avatar models; there are none"
      ])
    })
  )

  it.scoped("warns of avatars and servers that there are none of, in the file that names them", () =>
    Effect.gen(function* () {
      const { errors, warnings } = yield* check({
        "conf.yaml": tools("[time, notes]").replace("conf_name", "live2d_model_name: mili\n  conf_name"),
        "characters/a.yaml": "character_config: {live2d_model_name: shizuka}\n",
        "model_dict.json": '[{"name": "mili"}, {"name": "shizuku"}]',
        "mcp_servers.json": '{"mcp_servers": {"time": {"command": "x"}, "note": {"command": "x"}}}'
      })
      expect(errors).toEqual([])
      expect(warnings).toEqual([
        expect.stringMatching(
          /^conf\.yaml:10:37 .*mcp_enabled_servers\.1: mcp_servers\.json has no server "notes" \(did you mean "note"\?\)/u
        ),
        'a.yaml:1:20 character_config.live2d_model_name: model_dict.json has no model "shizuka" (did you mean "shizuku"?); the character has no picture'
      ])
    })
  )
})
