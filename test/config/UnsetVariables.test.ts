import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import { loadText, problemsOf } from "./LoadText.ts"

const emptyEnvironment = Layer.setConfigProvider(ConfigProvider.fromMap(new Map()))

layer(NodeContext.layer)("an environment variable that is not set", (it) => {
  it.scoped("is named at its place", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf(
        `system_config:\n  host: \${NO_HOST}\n  allowed_origins:\n    - a\n    - \${NO_ORIGIN}\n${ConfigFolder.minimal}`
      ).pipe(Effect.provide(emptyEnvironment))
      expect(problems).toEqual([
        "conf.yaml:2:3 system_config.host: the environment variable NO_HOST is not set: " +
          "set it, or write ${NO_HOST:-default}",
        "conf.yaml:5:7 system_config.allowed_origins.1: the environment variable NO_ORIGIN is not set: " +
          "set it, or write ${NO_ORIGIN:-default}"
      ])
    })
  )

  it.scoped("is held against a section only where something chooses it", () =>
    Effect.gen(function* () {
      const sections =
        "  tts_preprocessor_config:\n    translator_config:\n      translate_audio: false\n" +
        "      translate_provider: llm\n      llm: {target_lang: '${NO_LANGUAGE}'}\n" +
        "  agent_config:\n    agent_settings:\n      basic_memory_agent: {llm_provider: llama_cpp_llm}\n" +
        "      letta_agent: {id: agent-1, api_key: '${NO_KEY}'}\n"
      const text = ConfigFolder.minimal.replace(/ {2}agent_config:[^]*?(?= {2}tts_config)/u, sections)
      const { config, warnings } = yield* loadText(text)
      expect(config.character_config.agent_config.agent_settings.letta_agent).toBeUndefined()
      const left = "; the section is not in use and is left out"
      expect(warnings).toEqual([
        expect.stringMatching(/translator_config\.llm\.target_lang: .* NO_LANGUAGE is not set: .*left out$/u),
        expect.stringContaining(
          `letta_agent.api_key: the environment variable NO_KEY is not set: set it, or write \${NO_KEY:-default}${left}`
        )
      ])
      const chosen = text
        .replace("translate_audio: false", "translate_audio: 'yes'")
        .replace("  agent_config:", "  agent_config:\n    conversation_agent_choice: letta_agent")
      expect(yield* problemsOf(chosen)).toEqual([
        expect.stringMatching(/translator_config\.llm\.target_lang: .* NO_LANGUAGE is not set/u),
        expect.stringMatching(/letta_agent\.api_key: .* NO_KEY is not set/u)
      ])
    }).pipe(Effect.provide(emptyEnvironment))
  )

  it.scoped("stays as it stands in the persona, with a warning", () =>
    Effect.gen(function* () {
      const { config, warnings } = yield* loadText(
        `${ConfigFolder.minimal}  persona_prompt: 'Say \${NAME} and \${SET:-this}.'\n`
      )
      expect(config.character_config.persona_prompt).toBe("Say ${NAME} and this.")
      expect(warnings).toEqual([
        expect.stringMatching(
          /persona_prompt: the environment variable NAME is not set: .* stays in the text/u
        )
      ])
    }).pipe(Effect.provide(emptyEnvironment))
  )

  it.scoped("is found deep in what belongs to another program", () =>
    Effect.gen(function* () {
      const part = "{provider: a, config: {deep: [1, '${NO_KEY}', '${NO_HOST}']}}"
      const text = ConfigFolder.minimal.replace(
        "    agent_settings:",
        `    conversation_agent_choice: mem0_agent\n    agent_settings:\n` +
          `      mem0_agent: {llm: ${part}, embedder: {provider: a, config: {}}, vector_store: {provider: a, config: {}}}`
      )
      expect(yield* problemsOf(text)).toEqual([
        expect.stringMatching(/mem0_agent\.llm\.config: the environment variable NO_KEY is not set/u)
      ])
    }).pipe(Effect.provide(emptyEnvironment))
  )
})
