/** Keys of `tts_config` that Open-LLM-VTuber does not have. */
export const ownVoiceKeys = [
  "flite_tts.voice",
  "command_tts.command",
  "bark_tts.model",
  "bark_tts.api_key",
  "coqui_tts.speaker_id",
  "fish_api_tts.model",
  ...[
    "model",
    ...["acoustic_model", "vocoder", "lexicon", "tokens", "data_dir", "dict_dir"].map(
      (key) => `matcha_${key}`
    ),
    ...["model", "voices", "tokens", "data_dir", "dict_dir", "lexicon", "lang"].map((key) => `kokoro_${key}`),
    ...["model", "voices", "tokens", "data_dir"].map((key) => `kitten_${key}`)
  ].map((key) => `sherpa_onnx_tts.${key}`),
  "piper_tts.espeak_data_dir",
  ...["uri", "command", "voice", "speaker", "language"].map((key) => `wyoming_tts.${key}`),
  ...["python", "voice", "rate"].map((key) => `pyttsx3_tts.${key}`)
]

/** Keys that all voices and recognisers may have, and where recurring phrases are kept: our own additions. */
const ownServiceKeys =
  /\.(tts|asr)_config\.\w+\.(timeout_seconds|max_concurrency|fallback|base_url)$|^system_config\.voice_cache\./

/** Keys of recognisers that are our own additions. */
const ownAsrKeys =
  /\.sherpa_onnx_asr\.(model|language|max_concurrency|(moonshine|canary|cohere|zipformer|tone|dolphin|omni|medasr).*)$|\.whisper_cpp\.(base_url|max_concurrency|timeout_seconds|fallback)$|\.asr_config\.(openai|deepgram)_asr(\.|$)|\.(azure_asr|groq_whisper_asr)\.(base_url|prompt|max_concurrency|timeout_seconds|fallback)$/

/** Keys of recognisers that a server of the Wyoming protocol runs. */
const ownServerKeys =
  /\.wyoming_asr\.|\.(faster_whisper|whisper|fun_asr)\.(command|timeout_seconds|max_concurrency)$/

/** Keys of agents that are our own additions. */
const ownAgentKeys =
  /\.llm_configs\.openrouter_llm|\.agent_settings\.(basic_memory_agent\.(tool_steps|tool_seconds|fallback_providers|context_tokens|long_term_memory.*)$|(webhook_agent|a2a_agent)\.|letta_agent\.api_key$|mem0_agent\.(host|api_key|user_id)$)/

/** Keys of wake words, all of which are our own. */
const ownWakeKeys = /\.wake_word\./

/** Keys that say when a character speaks of its own accord. */
const ownProactiveKeys = /\.proactive_speech(\.|$)/

/** Keys of translators that are our own additions. */
const ownTranslatorKeys = /\.translator_config\.(llm\.target_lang|tencent\.endpoint)$/

/** Keys of groups, all of them our own additions. */
export const ownGroupKeys = ["speakers", "patience_seconds"]

/** Keys of live chats that are our own additions. */
const ownLiveKeys =
  /^live_config\.(twitch|youtube|chat)\.|^live_config\.bilibili_live\.(api_url|account_url|chat_url)$/

/** Our own keys that are known by a pattern. */
export const ownPatterns = [
  ownAgentKeys,
  ownAsrKeys,
  ownLiveKeys,
  ownProactiveKeys,
  ownServerKeys,
  ownServiceKeys,
  ownTranslatorKeys,
  ownWakeKeys
]
