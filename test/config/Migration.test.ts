import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as Migration from "../../src/config/Migration.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const old = `# My server.
system_config:
  conf_version: "v1.1.0-alpha.1" # keep
  host: localhost
  tool_prompts:
    live2d_expression_prompt: "live2d_expression_prompt"
  # For groups.
  group_conversation_prompt: "mine" # of groups

# Hana.
character_config:
  conf_uid: 0123 # with its zero
  persona_prompt: |
    Two
    lines.
  agent_config:
    agent_settings: {basic_memory_agent: {llm_provider: llama_cpp_llm}}
    llm_configs:
      ollama_llm: {temperature: 1.50, unload_at_exit: True, keep_alive: -1}
  tts_config:
    tts_model: flite_tts
`

describe("Migration", () => {
  it("moves what has moved and leaves everything else, comments and numbers included", () => {
    const { changes, from, older, text } = Migration.rewrite(old)
    expect({ from, older, changes }).toEqual({
      from: "v1.1.0-alpha.1",
      older: true,
      changes: [
        "v1.1 to v1.2: system_config.group_conversation_prompt has become system_config.tool_prompts.group_conversation_prompt"
      ]
    })
    expect(text).toBe(
      old
        .replace('  # For groups.\n  group_conversation_prompt: "mine" # of groups\n', "")
        .replace(
          '_prompt: "live2d_expression_prompt"\n',
          '_prompt: "live2d_expression_prompt"\n    # For groups.\n    group_conversation_prompt: "mine" # of groups\n'
        )
        .replace("v1.1.0-alpha.1", Migration.newest)
        .replaceAll(/\{(?=\w)/gu, "{ ")
        .replaceAll(/(?<=\w)\}/gu, " }")
        .replace("llama_cpp_llm }}", "llama_cpp_llm } }")
    )
    expect(Migration.rewrite(text)).toMatchObject({ older: false, changes: [], text })
  })

  it("knows which steps a version still needs", () => {
    const of = (version: string) =>
      Migration.rewrite(`system_config: {conf_version: ${version}, group_conversation_prompt: x}\n`)
    for (const version of ["v1.0.0", "v1.0.0-alpha.1", "1.1.1", "v1.1.1", "v1.1"])
      expect(of(version), version).toMatchObject({ older: true, changes: [expect.any(String)] })
    expect(of("v1.2.0")).toMatchObject({ older: true, changes: [] })
    for (const version of ["v1.2.1", "v1.3.0", "v2", "mine"])
      expect(of(version), version).toMatchObject({
        older: false,
        changes: version === "v2" || version === "mine" ? [expect.any(String)] : []
      })
    expect(Migration.rewrite("system_config: {group_conversation_prompt: x}\n").changes).toHaveLength(1)
  })

  it("keeps the comments of an empty section, and fills an empty key", () => {
    const commented = `system_config:
  tool_prompts:
    # live_prompt: mine
    # think_tag_prompt: mine
  group_conversation_prompt: g # ours
`
    expect(Migration.rewrite(commented).text).toBe(`system_config:
  tool_prompts:
    # live_prompt: mine
    # think_tag_prompt: mine
    group_conversation_prompt: g # ours
`)
    const empty =
      "system_config:\n  tool_prompts:\n    group_conversation_prompt:\n  group_conversation_prompt: g\n"
    expect(Migration.rewrite(empty).text).toBe(
      "system_config:\n  tool_prompts:\n    group_conversation_prompt: g\n"
    )
  })

  it("does not replace what is there in the new place, and spares what is no section", () => {
    const both = Migration.rewrite(
      "system_config:\n  group_conversation_prompt: old\n  tool_prompts: {group_conversation_prompt: new}\n"
    )
    expect(both.changes[0]).toMatch(/group_conversation_prompt was given up: system_config\.tool_prompts/u)
    expect(both.text).toBe("system_config:\n  tool_prompts: { group_conversation_prompt: new }\n")
    const wrong = "system_config:\n  group_conversation_prompt: old\n  tool_prompts: [a]\n"
    expect(Migration.rewrite(wrong).changes).toEqual([])
    for (const text of ["", "- a\n", "system_config:\n", "system_config: text\n"])
      expect(Migration.rewrite(text).changes).toEqual([])
  })

  it.scoped("is done on reading, with the places of the file as it is", () =>
    Effect.gen(function* () {
      const folder = yield* ConfigFolder.make({
        "conf.yaml": old.replace('_prompt: "mine"', "_prompt: [mine]"),
        "good.yaml": old
      })
      const { config, migrated, warnings } = yield* ConfigFile.load(`${folder}/good.yaml`)
      expect(config.system_config.tool_prompts.group_conversation_prompt).toBe("mine")
      expect(config.system_config.conf_version).toBe(Migration.newest)
      expect(migrated).toEqual([expect.stringMatching(/^good\.yaml: v1\.1 to v1\.2: /u)])
      expect(warnings).toHaveLength(1)
      const failure = yield* Effect.flip(ConfigFile.load(`${folder}/conf.yaml`))
      expect(failure.message).toBe(
        "conf.yaml:8:3 system_config.tool_prompts.group_conversation_prompt: expected a text, found a list"
      )
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("says of a file from before sections what it is", () =>
    Effect.gen(function* () {
      const folder = yield* ConfigFolder.make({ "conf.yaml": "HOST: localhost\nCONF_VERSION: v0.5.2\n" })
      const failure = yield* Effect.flip(ConfigFile.load(`${folder}/conf.yaml`))
      expect(failure.message).toMatch(/^conf\.yaml:2:1 CONF_VERSION: .* before v1\.0/u)
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
