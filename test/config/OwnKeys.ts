/** Keys of `tts_config` that Open-LLM-VTuber does not have. */
export const ownVoiceKeys = [
  ...["voice", "max_concurrency"].map((key) => `flite_tts.${key}`),
  "openai_tts.max_concurrency",
  ...["command", "timeout_seconds", "max_concurrency"].map((key) => `command_tts.${key}`),
  ...[
    "model",
    ...["acoustic_model", "vocoder", "lexicon", "tokens", "data_dir", "dict_dir"].map(
      (key) => `matcha_${key}`
    ),
    ...["model", "voices", "tokens", "data_dir", "dict_dir", "lexicon", "lang"].map((key) => `kokoro_${key}`),
    ...["model", "voices", "tokens", "data_dir"].map((key) => `kitten_${key}`),
    "max_concurrency"
  ].map((key) => `sherpa_onnx_tts.${key}`),
  ...["espeak_data_dir", "max_concurrency"].map((key) => `piper_tts.${key}`),
  ...["uri", "command", "voice", "speaker", "language", "timeout_seconds", "max_concurrency"].map(
    (key) => `wyoming_tts.${key}`
  )
]

/** Keys of recognisers that are our own additions. */
const ownAsrKeys =
  /\.sherpa_onnx_asr\.(model|language|max_concurrency|(moonshine|canary|cohere|zipformer|tone|dolphin|omni|medasr).*)$|\.whisper_cpp\.(base_url|max_concurrency)$/

/** Keys of recognisers that a server of the Wyoming protocol runs. */
const ownServerKeys =
  /\.wyoming_asr\.|\.(faster_whisper|whisper|fun_asr)\.(command|timeout_seconds|max_concurrency)$/

/** Keys of agents that are our own additions. */
const ownAgentKeys =
  /\.llm_configs\.openrouter_llm|\.agent_settings\.(basic_memory_agent\.(tool_steps|tool_seconds|fallback_providers|context_tokens|long_term_memory.*)$|(webhook_agent|a2a_agent)\.|letta_agent\.api_key$|mem0_agent\.(host|api_key|user_id)$)/

/** Keys that say when a character speaks of its own accord. */
const ownProactiveKeys = /\.proactive_speech(\.|$)/

/** Keys of translators that are our own additions. */
const ownTranslatorKeys = /\.translator_config\.(llm\.target_lang|tencent\.endpoint)$/

/** Keys of groups, all of them our own additions. */
export const ownGroupKeys = ["speakers", "patience_seconds"]

/** Our own keys that are known by a pattern. */
export const ownPatterns = [ownAgentKeys, ownAsrKeys, ownServerKeys, ownProactiveKeys, ownTranslatorKeys]
