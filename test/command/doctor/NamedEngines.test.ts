import { describe, expect, it } from "@effect/vitest"
import { Option, Schema } from "effect"
import * as NamedEngines from "../../../src/command/doctor/NamedEngines.ts"
import { CharacterConfig } from "../../../src/config/CharacterConfig.ts"

const character = (conf_name: string, key: string, changes: object = {}) =>
  Schema.decodeUnknownSync(CharacterConfig)({
    conf_name,
    agent_config: {
      agent_settings: { basic_memory_agent: { llm_provider: "openai_llm" } },
      llm_configs: { openai_llm: { llm_api_key: key, model: "m" } }
    },
    tts_config: { tts_model: "flite_tts" },
    ...changes
  })

const labels = (characters: ReadonlyArray<CharacterConfig>) =>
  NamedEngines.of(characters, Option.none()).map((named) => NamedEngines.label(named, characters.length > 1))

describe("NamedEngines", () => {
  it("names an engine once for all characters that want the same of it, another key being another one", () => {
    const hears = { asr_config: { asr_model: "whisper_cpp" }, vad_config: { vad_model: "silero_vad" } }
    expect(labels([character("A", "1", hears), character("B", "1"), character("C", "2")])).toEqual([
      "llm openai_llm (A, B)",
      "llm openai_llm (C)",
      "tts flite_tts (A, B, C)",
      "asr whisper_cpp (A)",
      "vad silero_vad (A)"
    ])
  })

  it("names what hears wake words in the sound, with the model of their language", () => {
    const wakened = (words: object, changes: object = {}) =>
      NamedEngines.of(
        [
          character("A", "1", {
            wake_word: { enabled: true, match: "audio", wake_words: words, ...changes }
          })
        ],
        Option.none()
      ).find(({ kind }) => kind === "wake")
    expect(wakened({ en: ["Hana"] })?.needs).toEqual([{ kind: "wake", wanted: "kws-gigaspeech" }])
    expect(wakened({ zh: ["小爱同学"] })?.needs).toEqual([{ kind: "wake", wanted: "kws-wenetspeech" }])
    expect(wakened({ en: ["Hana"] }, { keyword_spotter: { tokens: "t.txt" } })?.needs).toEqual([])
    expect(wakened({ en: ["Hana"] }, { match: "transcript" })).toBeUndefined()
  })

  it("knows engines whose program may have to fetch its model", () => {
    const starting = (changes: object) =>
      NamedEngines.of([character("A", "1", changes)], Option.none())
        .filter(NamedEngines.startsServer)
        .map(({ engine }) => engine)
    const whisper = { model_path: "small", download_root: "models" }
    const command = ["server", "--uri", "{uri}"]
    expect(starting({ asr_config: { asr_model: "faster_whisper", faster_whisper: whisper } })).toEqual([
      "faster_whisper"
    ])
    expect(starting({ asr_config: { asr_model: "wyoming_asr", wyoming_asr: { command } } })).toEqual([
      "wyoming_asr"
    ])
    expect(starting({ tts_config: { tts_model: "wyoming_tts", wyoming_tts: { command } } })).toEqual([
      "wyoming_tts"
    ])
    expect(starting({ asr_config: { asr_model: "wyoming_asr", wyoming_asr: {} } })).toEqual([])
  })

  it("tells apart voices of different settings, and says of whom only where there are several", () => {
    const voiced = (name: string, voice: string) =>
      character(name, "1", { tts_config: { tts_model: "flite_tts", flite_tts: { voice } } })
    const tts = labels([voiced("A", "slt"), voiced("B", "rms")]).filter((label) => label.startsWith("tts"))
    expect(tts).toEqual(["tts flite_tts (A)", "tts flite_tts (B)"])
    expect(labels([character("A", "1")])).toEqual(["llm openai_llm", "tts flite_tts"])
    const many = ["A", "B", "C", "D"].map((name) => character(name, "1"))
    expect(labels(many)[0]).toBe("llm openai_llm (A, B, 2 more)")
  })

  it("names the voice and the recogniser that may take another one's place, with the models of each", () => {
    const named = NamedEngines.of(
      [
        character("A", "1", {
          tts_config: {
            tts_model: "openai_tts",
            openai_tts: { fallback: "piper_tts" },
            piper_tts: { model_path: "en_US-joe" }
          },
          asr_config: { asr_model: "openai_asr", openai_asr: { fallback: "whisper_cpp" } }
        })
      ],
      Option.none()
    )
    expect(named.map((engine) => NamedEngines.label(engine, false))).toEqual([
      "llm openai_llm",
      "tts openai_tts",
      "tts piper_tts",
      "asr openai_asr",
      "asr whisper_cpp"
    ])
    expect(named[2]?.needs).toEqual([{ kind: "tts", wanted: "en_US-joe" }])
    expect(named[2]?.character.tts_config.tts_model).toBe("piper_tts")
  })

  it("names each provider that may answer, alone, and what looks through long-term memory", () => {
    const agent_config = {
      agent_settings: {
        basic_memory_agent: {
          llm_provider: "ollama_llm",
          fallback_providers: ["llama_cpp_llm", "ollama_llm"],
          long_term_memory: { enabled: true }
        }
      },
      llm_configs: { ollama_llm: { model: "m" } }
    }
    const characters = [character("A", "1", { agent_config })]
    expect(labels(characters)).toEqual([
      "llm ollama_llm",
      "llm llama_cpp_llm",
      "embedding long_term_memory",
      "tts flite_tts"
    ])
    const [first, second, third] = NamedEngines.of(characters, Option.none())
    const settingsOf = (named = first) => named?.character.agent_config.agent_settings.basic_memory_agent
    expect(settingsOf()?.fallback_providers).toEqual([])
    expect(settingsOf(second)?.llm_provider).toBe("llama_cpp_llm")
    expect(second?.needs).toEqual([{ kind: "llm", wanted: "auto" }])
    expect(third?.needs).toEqual([{ kind: "embedding", wanted: "auto" }])
  })

  it("names no voice of a character without one", () => {
    expect(labels([character("A", "1", { tts_config: { tts_model: "" } })])).toEqual(["llm openai_llm"])
  })

  it("names an agent that is not built by its own name", () => {
    const agent_config = { conversation_agent_choice: "letta_agent" }
    expect(labels([character("A", "1", { agent_config })])).toEqual(["llm letta_agent", "tts flite_tts"])
  })
})
