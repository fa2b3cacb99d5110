import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import { loadText, problemsOf } from "./LoadText.ts"

layer(NodeContext.layer)("Sections", (it) => {
  it.scoped("asks for what the chosen model needs, at the place where it is missing", () =>
    Effect.gen(function* () {
      const without = ConfigFolder.minimal.replace("llama_cpp_llm", "openai_llm")
      expect(yield* problemsOf(without)).toEqual([
        "conf.yaml:4:3 character_config.agent_config.llm_configs.openai_llm.llm_api_key: is required: a text",
        "conf.yaml:4:3 character_config.agent_config.llm_configs.openai_llm.model: is required: a text"
      ])
      const partly = without.replace(
        "  tts_config",
        "    llm_configs:\n      openai_llm: {model: m}\n  tts_config"
      )
      expect(yield* problemsOf(partly)).toEqual([
        "conf.yaml:9:7 character_config.agent_config.llm_configs.openai_llm.llm_api_key: is required: a text"
      ])
    })
  )

  it.scoped("asks for what fallbacks need, and knows each of them by its name", () =>
    Effect.gen(function* () {
      const fallbacks = (names: string) =>
        ConfigFolder.minimal.replace("  tts_config", `        fallback_providers: [${names}]\n  tts_config`)
      expect(yield* problemsOf(fallbacks("groq_llm, llama_cpp_llm"))).toEqual([
        "conf.yaml:4:3 character_config.agent_config.llm_configs.groq_llm.llm_api_key: is required: a text",
        "conf.yaml:4:3 character_config.agent_config.llm_configs.groq_llm.model: is required: a text"
      ])
      const [problem] = yield* problemsOf(fallbacks("grok_llm"))
      expect(problem).toMatch(/fallback_providers\.0: expected one of .*did you mean "groq_llm"/u)
    })
  )

  it.scoped(
    "asks for what the fallback of a voice and of a recogniser needs, by the section that is there",
    () =>
      Effect.gen(function* () {
        const speaks = (voice: string, sections: string) =>
          ConfigFolder.minimal.replace("flite_tts", voice) + sections
        const wanting = speaks(
          "openai_tts",
          "    openai_tts: {fallback: azure_tts}\n    azure_tts: {region: r}\n"
        )
        expect(yield* problemsOf(wanting)).toContain(
          "conf.yaml:11:5 character_config.tts_config.azure_tts.api_key: is required: a text"
        )
        const chosen = speaks("gpt_sovits_tts", "    gpt_sovits: {ref_audio_path: r}\n")
        const problems = yield* problemsOf(chosen)
        expect(problems.every((problem) => problem.includes("tts_config.gpt_sovits."))).toBe(true)
        expect(problems).not.toEqual([])
      })
  )

  it.scoped("leaves out a section that nobody uses and that is wrong, and says so", () =>
    Effect.gen(function* () {
      const { config, warnings } = yield* loadText(
        `${ConfigFolder.minimal}    azure_tts: {api_key: k}\n    openai_tts: {file_extension: aiff}\n`
      )
      expect(config.character_config.tts_config.azure_tts).toBeUndefined()
      expect(config.character_config.tts_config.openai_tts.file_extension).toBe("mp3")
      expect(warnings).toHaveLength(5)
      expect(warnings[0]).toBe(
        "conf.yaml:10:5 character_config.tts_config.azure_tts.region: is required: a text; " +
          "the section is not in use and is left out"
      )
      expect(
        yield* problemsOf(
          `${ConfigFolder.minimal.replace("flite_tts", "openai_tts")}    openai_tts: {file_extension: aiff}\n`
        )
      ).toEqual([
        "conf.yaml:10:18 character_config.tts_config.openai_tts.file_extension: " +
          'expected one of mp3, wav, flac, opus, found "aiff"'
      ])
      const asr = "asr_config: {asr_model: sherpa_onnx_asr, sherpa_onnx_asr: {num_threads: many}}"
      expect((yield* problemsOf(`${ConfigFolder.minimal}  ${asr}\n`))[0]).toMatch(
        /asr_config\.sherpa_onnx_asr\.num_threads: expected a whole number of at least 1, found a text$/
      )
    })
  )

  it.scoped("warns of a voice and a recogniser that are to take their own places", () =>
    Effect.gen(function* () {
      const { warnings } = yield* loadText(
        `${ConfigFolder.minimal.replace("flite_tts", "openai_tts")}    openai_tts: {fallback: openai_tts}
  asr_config:
    asr_model: openai_asr
    openai_asr: {fallback: openai_asr}
`
      )
      expect(warnings).toEqual([
        expect.stringMatching(/tts_config\.openai_tts\.fallback: it names the voice itself/u),
        expect.stringMatching(/asr_config\.openai_asr\.fallback: it names the recogniser itself/u)
      ])
    })
  )
})
