import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import { Prompts } from "../../src/config/Prompts.ts"
import type { PromptPurpose } from "../../src/config/Prompts.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const open = Effect.fnUntraced(function* (
  prompts: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>
) {
  const conf = `system_config: {tool_prompts: ${JSON.stringify(prompts)}}\n${ConfigFolder.minimal}`
  const folder = yield* ConfigFolder.make({ "conf.yaml": conf, ...files })
  const loaded = yield* ConfigFile.load(`${folder}/conf.yaml`)
  return yield* Effect.provide(Prompts, Prompts.layer(loaded))
})

const shipped: ReadonlyArray<PromptPurpose> = [
  "live2d_expression_prompt",
  "think_tag_prompt",
  "live_prompt",
  "group_conversation_prompt",
  "mcp_prompt",
  "proactive_speak_prompt",
  "speakable_prompt",
  "tool_guidance_prompt"
]

layer(NodeContext.layer)("Prompts", (it) => {
  it.scoped("puts the emotion keywords into the configuration's own file", () =>
    Effect.gen(function* () {
      const prompts = yield* open(
        { live2d_expression_prompt: "faces" },
        { "prompts/utils/faces.txt": "Use [<insert_emomap_keys>] only.\nAgain: [<insert_emomap_keys>]\n\n" }
      )
      expect(yield* prompts.get("live2d_expression_prompt", ["joy", "$&"])).toBe(
        "Use [joy], [$&] only.\nAgain: [joy], [$&]"
      )
      expect(yield* prompts.get("live2d_expression_prompt", [])).toBeUndefined()
    })
  )

  it.scoped("a prompt that the configuration does not name is not there", () =>
    Effect.gen(function* () {
      const prompts = yield* open({ think_tag_prompt: "" }, {})
      expect(yield* prompts.get("speakable_prompt", [])).toBeUndefined()
      expect(yield* prompts.get("think_tag_prompt", [])).toBeUndefined()
      // A model that cannot call tools by itself needs to be told how.
      expect(yield* prompts.get("mcp_prompt", [])).toContain("[<insert_tools>]")
    })
  )

  it.scoped("falls back to the prompts that come with the project", () =>
    Effect.gen(function* () {
      const prompts = yield* open(Object.fromEntries(shipped.map((purpose) => [purpose, purpose])), {})
      for (const purpose of shipped) {
        const prompt = yield* prompts.get(purpose, ["joy", "anger"])
        expect(prompt?.length, purpose).toBeGreaterThan(40)
        expect(prompt).not.toContain("<insert_emo")
      }
      expect(yield* prompts.get("live2d_expression_prompt", ["joy", "anger"])).toContain("[joy], [anger]")
    })
  )

  it.scoped("says once that a file is nowhere to be found", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const prompts = yield* open({ speakable_prompt: "no_such_prompt" }, {})
      expect(yield* prompts.get("speakable_prompt", [])).toBeUndefined()
      expect(yield* prompts.get("speakable_prompt", [])).toBeUndefined()
      expect(lines).toHaveLength(1)
      expect(lines[0]).toContain("system_config.tool_prompts.speakable_prompt")
      expect(lines[0]).toContain("prompts/utils/no_such_prompt.txt")
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
  })
})
