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

  it.scoped("says at once that a file is nowhere to be found, and what is so instead", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const prompts = yield* open(
        { speakable_prompt: "no_such_prompt", proactive_speak_prompt: "nor_this" },
        {}
      )
      expect(lines).toEqual([
        expect.stringMatching(
          /^system_config\.tool_prompts\.proactive_speak_prompt: .*prompts\/utils\/nor_this\.txt .*a short one takes/u
        ),
        expect.stringMatching(
          /^system_config\.tool_prompts\.speakable_prompt: .*prompts\/utils\/no_such_prompt\.txt .*left out$/u
        )
      ])
      expect(yield* prompts.get("speakable_prompt", [])).toBeUndefined()
    }).pipe(Effect.provide(ConfigFolder.logTo(lines)))
  })

  it.scoped("a purpose that there is none of is warned of, with what may have been meant", () =>
    Effect.gen(function* () {
      const folder = yield* ConfigFolder.make({
        "conf.yaml": `system_config:\n  tool_prompts:\n    speakable_promt: a\n${ConfigFolder.minimal}`
      })
      expect((yield* ConfigFile.load(`${folder}/conf.yaml`)).warnings).toEqual([
        "conf.yaml:3:5 system_config.tool_prompts.speakable_promt: is not a known key " +
          '(did you mean "speakable_prompt"?); it is ignored'
      ])
    })
  )
})
