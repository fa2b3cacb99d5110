import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
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

/** Ways to have a section, or none. */
const places = [
  [],
  ["  tool_prompts:"],
  ["  tool_prompts: ~ # none"],
  ["  tool_prompts:", "      # live_prompt: mine", "      # think_tag_prompt: mine"],
  ["  tool_prompts:", "        live_prompt:   'a'   # b", "        # think_tag_prompt: mine"],
  ["  tool_prompts:", "    group_conversation_prompt: # to be written", '    live_prompt: "a"'],
  ["  tool_prompts: {live_prompt:   a,think_tag_prompt: b}"],
  ["  tool_prompts: {}  # nothing"]
] as const

const groups = [
  ["  group_conversation_prompt: mine"],
  ["  # About the group.", '  group_conversation_prompt:   "mine"   # of the group'],
  ["  'group_conversation_prompt' : mine"]
] as const

const neighbours = [
  ['  conf_version: "v1.1.0" # keep'],
  ["  host:    'localhost'"],
  ["  # port: 1", ""],
  ["  allowed_origins: [ 'http://a',http://b ]"],
  ["  models_dir: >-", "     one", "", "     two"],
  ["  offline: True  # as it is"]
]

const rest = [
  "",
  "character_config: {conf_name:   X,",
  "   conf_uid: 0123,  tts_config:   { tts_model: 'flite_tts' } }",
  "live_config:",
  "    bilibili_live: {room_ids: [1,2 , 3]}",
  `other: ${"a long text that other programs would wrap ".repeat(5)}`,
  'last: "q\\u0041"   '
]

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
    )
    expect(Migration.rewrite(text ?? "")).toMatchObject({ older: false, changes: [], text })
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
    expect(both.text).toBe("system_config:\n  tool_prompts: {group_conversation_prompt: new}\n")
    const wrong = "system_config:\n  group_conversation_prompt: old\n  tool_prompts: [a]\n"
    expect(Migration.rewrite(wrong).changes).toEqual([])
    for (const text of ["", "- a\n", "system_config:\n", "system_config: text\n"])
      expect(Migration.rewrite(text).changes).toEqual([])
  })

  it.prop(
    "leaves every line as it is but those that it moves",
    [
      FastCheck.constantFrom("\n", "\r\n"),
      FastCheck.constantFrom(...places),
      FastCheck.constantFrom(...groups),
      FastCheck.shuffledSubarray([...neighbours]),
      FastCheck.tuple(FastCheck.nat(9), FastCheck.nat(9)),
      FastCheck.boolean()
    ],
    ([newline, place, group, others, [at, and], ended]) => {
      const inside = others.map((lines) => [...lines])
      inside.splice(at % (inside.length + 1), 0, [...place])
      inside.splice(and % (inside.length + 1), 0, [...group])
      const lines = ["system_config: # ours", ...inside.flat(), ...rest]
      const text = lines.join(newline) + (ended ? newline : "")
      const rewritten = Migration.rewrite(text)
      expect(rewritten.changes).toHaveLength(1)
      const own = (line: string) => !/group|tool_prompts|version/u.test(line)
      expect(rewritten.text?.split(newline).filter(own)).toEqual(text.split(newline).filter(own))
      expect(rewritten.text?.replaceAll(newline, "").includes("\n")).toBe(false)
      expect(Migration.rewrite(rewritten.text ?? "")).toMatchObject({ changes: [], text: rewritten.text })
    }
  )

  it.each([
    [
      "{conf_version: 'v1.1.0',group_conversation_prompt:  x , tool_prompts: { }}",
      "{conf_version: 'V',tool_prompts: { group_conversation_prompt:  x  }}"
    ],
    [
      "{group_conversation_prompt: x, tool_prompts: {a: 'b'}, host: h}",
      "{tool_prompts: {a: 'b', group_conversation_prompt: x}, host: h}"
    ],
    ["{tool_prompts:, group_conversation_prompt: x}", "{tool_prompts: { group_conversation_prompt: x }}"],
    ["{tool_prompts, group_conversation_prompt: x}", "{tool_prompts: { group_conversation_prompt: x }}"],
    ["{tool_prompts: ~, group_conversation_prompt: x}", "{tool_prompts: { group_conversation_prompt: x }}"],
    ["{host: h, group_conversation_prompt: x}", "{host: h, tool_prompts: { group_conversation_prompt: x }}"]
  ])("changes %s in its place", (before, after) => {
    expect(Migration.rewrite(`system_config: ${before} # c\n`).text).toBe(
      `system_config: ${after.replace("V", Migration.newest)} # c\n`
    )
  })

  it("reads a version that is a number, and moves the last of two keys", () => {
    const text =
      "system_config:\n  conf_version: 1.1\n  group_conversation_prompt: a\n  group_conversation_prompt: b\n"
    expect(Migration.rewrite(text)).toMatchObject({
      from: "1.1",
      older: true,
      text: `system_config:\n  conf_version: ${Migration.newest}\n  tool_prompts:\n    group_conversation_prompt: b\n`
    })
  })

  it.scoped("keeps what an alias means, and rewrites no file that takes more than moving lines", () =>
    Effect.gen(function* () {
      const text = `system_config:\n  group_conversation_prompt: &g mine\n  tool_prompts:\n    live_prompt: *g\n${ConfigFolder.minimal}`
      const folder = yield* ConfigFolder.make({ "conf.yaml": text })
      const { config } = yield* ConfigFile.load(`${folder}/conf.yaml`)
      expect(config.system_config.tool_prompts).toMatchObject({
        group_conversation_prompt: "mine",
        live_prompt: "mine"
      })
      expect(Migration.rewrite(text).text).toBeUndefined()
    }).pipe(Effect.provide(NodeContext.layer))
  )

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
