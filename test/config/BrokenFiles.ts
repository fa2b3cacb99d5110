import * as ConfigFolder from "../support/ConfigFolder.ts"

const { minimal } = ConfigFolder

/** Something wrong, its file, and every problem that is to be told, in order: line, column, key path, message. Long choices are `…`. */
interface Broken {
  readonly what: string
  readonly yaml: string
  readonly problems: ReadonlyArray<string>
}

const system = (keys: string) => `system_config: {${keys}}\n${minimal}`
const character = (lines: string) => `${minimal}${lines}\n`
const agent = (lines: string) => minimal.replace("  tts_config:", `${lines}\n  tts_config:`)

export const files: ReadonlyArray<Broken> = [
  { what: "an empty file", yaml: "", problems: ["1:1 character_config: is required: a section of keys"] },
  { what: "a list", yaml: "- a\n", problems: ["1:1 expected a section of keys, found a list"] },
  {
    what: "a misspelt section",
    yaml: minimal.replace("character_config", "charcter_config"),
    problems: [
      "1:1 character_config: is required: a section of keys",
      '1:1 charcter_config: is not a known key (did you mean "character_config"?); it is ignored'
    ]
  },
  {
    what: "an empty character",
    yaml: "character_config:\n",
    problems: ["1:1 character_config: is required: a section of keys"]
  },
  {
    what: "a character that is a list",
    yaml: "character_config: [a]\n",
    problems: ["1:1 character_config: expected a section of keys, found a list"]
  },
  {
    what: "a port that is a word",
    yaml: system("port: twelve"),
    problems: ["1:17 system_config.port: expected a whole number from 0 to 65535, found a text"]
  },
  {
    what: "a port that is too high",
    yaml: system("port: 70000"),
    problems: ["1:17 system_config.port: expected a whole number from 0 to 65535, found 70000"]
  },
  {
    what: "a port with a fraction",
    yaml: system("port: 80.5"),
    problems: ["1:17 system_config.port: expected a whole number from 0 to 65535, found 80.5"]
  },
  {
    what: "a port that is a list",
    yaml: system("port: [1]"),
    problems: ["1:17 system_config.port: expected a whole number from 0 to 65535, found a list"]
  },
  {
    what: "a host that is a section",
    yaml: system("host: {a: 1}"),
    problems: ["1:17 system_config.host: expected a text, found a section"]
  },
  {
    what: "a host that is blank",
    yaml: system('host: "  "'),
    problems: ["1:17 system_config.host: expected a text, found an empty text"]
  },
  {
    what: "a truth value that is a word",
    yaml: system("offline: maybe"),
    problems: ["1:17 system_config.offline: expected true or false, found a text"]
  },
  {
    what: "a list that is a text",
    yaml: system("allowed_origins: http://a"),
    problems: ["1:17 system_config.allowed_origins: expected a list, found a text"]
  },
  {
    what: "a list with a section in it",
    yaml: system("allowed_origins: [http://a, {b: 1}]"),
    problems: ["1:45 system_config.allowed_origins.1: expected a text, found a section"]
  },
  {
    what: "a time that is too short",
    yaml: system("playback_grace_seconds: 3"),
    problems: ["1:17 system_config.playback_grace_seconds: expected a number of at least 10, found 3"]
  },
  {
    what: "prompts that are a text",
    yaml: system("tool_prompts: all"),
    problems: ["1:17 system_config.tool_prompts: expected a section of keys, found a text"]
  },
  {
    what: "a system that is a text",
    yaml: `system_config: on\n${minimal}`,
    problems: ["1:1 system_config: expected a section of keys, found a text"]
  },
  {
    what: "three mistakes at once",
    yaml: system("port: x, host: [], offline: 7"),
    problems: [
      "1:17 system_config.port: expected a whole number from 0 to 65535, found a text",
      "1:26 system_config.host: expected a text, found a list",
      "1:36 system_config.offline: expected true or false, found a number"
    ]
  },
  {
    what: "a misspelt key beside a mistake",
    yaml: system("prot: 1, port: x"),
    problems: [
      '1:17 system_config.prot: is not a known key (did you mean "port"?); it is ignored',
      "1:26 system_config.port: expected a whole number from 0 to 65535, found a text"
    ]
  },
  {
    what: "a key twice beside a mistake",
    yaml: system("port: 1, port: x"),
    problems: [
      "1:26 system_config.port: expected a whole number from 0 to 65535, found a text",
      "1:26 system_config.port: is there twice; the last one counts"
    ]
  },
  {
    what: "an agent that there is none of",
    yaml: agent("    conversation_agent_choice: basic_agent"),
    problems: ['8:5 character_config.agent_config.conversation_agent_choice: expected one of … "basic_agent"']
  },
  {
    what: "a provider that is misspelt",
    yaml: minimal.replace("llama_cpp_llm", "lama_cpp_llm"),
    problems: [
      '7:9 character_config.agent_config.agent_settings.basic_memory_agent.llm_provider: expected one of … "lama_cpp_llm" (did you mean "llama_cpp_llm"?)'
    ]
  },
  {
    what: "a provider without a name",
    yaml: minimal.replace("llama_cpp_llm", ""),
    problems: [
      "7:9 character_config.agent_config.agent_settings.basic_memory_agent.llm_provider: is required: one of …"
    ]
  },
  {
    what: "a provider without its section",
    yaml: minimal.replace("llama_cpp_llm", "claude_llm"),
    problems: [
      "4:3 character_config.agent_config.llm_configs.claude_llm.llm_api_key: is required: a text",
      "4:3 character_config.agent_config.llm_configs.claude_llm.model: is required: a text"
    ]
  },
  {
    what: "a provider with half of its section",
    yaml: agent("    llm_configs: {groq_llm: {model: m, temperature: hot}}").replace(
      "llama_cpp_llm",
      "groq_llm"
    ),
    problems: [
      "8:19 character_config.agent_config.llm_configs.groq_llm.llm_api_key: is required: a text",
      "8:40 character_config.agent_config.llm_configs.groq_llm.temperature: expected a number of at least 0, found a text"
    ]
  },
  {
    what: "an address without its scheme",
    yaml: agent("    llm_configs: {ollama_llm: {model: m, base_url: localhost:11434}}").replace(
      "llama_cpp_llm",
      "ollama_llm"
    ),
    problems: [
      "8:42 character_config.agent_config.llm_configs.ollama_llm.base_url: expected an address that begins with http:// or https://, found another text"
    ]
  },
  {
    what: "a variable that is not set",
    yaml: agent("    llm_configs: {claude_llm: {model: m, llm_api_key: '${NO_SUCH_KEY}'}}").replace(
      "llama_cpp_llm",
      "claude_llm"
    ),
    problems: [
      "8:42 character_config.agent_config.llm_configs.claude_llm.llm_api_key: the environment variable NO_SUCH_KEY is not set: set it, or write ${NO_SUCH_KEY:-default}"
    ]
  },
  {
    what: "a chosen agent without its section",
    yaml: agent("    conversation_agent_choice: letta_agent"),
    problems: ["5:5 character_config.agent_config.agent_settings.letta_agent.id: is required: a text"]
  },
  {
    what: "no voice",
    yaml: minimal.replace("    tts_model: flite_tts\n", "    flite_tts: {}\n"),
    problems: ["8:3 character_config.tts_config.tts_model: is required: one of …; leave it empty for none"]
  },
  {
    what: "a voice with a misspelt key",
    yaml: minimal.replace("tts_model", "tts_modle"),
    problems: [
      "8:3 character_config.tts_config.tts_model: is required: one of …; leave it empty for none",
      '9:5 character_config.tts_config.tts_modle: is not a known key (did you mean "tts_model"?); it is ignored'
    ]
  },
  {
    what: "a voice that is misspelt",
    yaml: minimal.replace("flite_tts", "openai_ts"),
    problems: [
      '9:5 character_config.tts_config.tts_model: expected one of … "openai_ts" (did you mean "openai_tts"?)'
    ]
  },
  {
    what: "a voice with a wrong format",
    yaml: character("    openai_tts: {file_extension: ogg}").replace("flite_tts", "openai_tts"),
    problems: [
      '10:18 character_config.tts_config.openai_tts.file_extension: expected one of mp3, wav, flac, opus, found "ogg"'
    ]
  },
  {
    what: "a program without itself",
    yaml: character("    command_tts: {timeout_seconds: 0}").replace("flite_tts", "command_tts"),
    problems: [
      "10:5 character_config.tts_config.command_tts.command: is required: a list; each of it is a text",
      "10:19 character_config.tts_config.command_tts.timeout_seconds: expected a number from 0.1 to 3600, found 0"
    ]
  },
  {
    what: "a recogniser with too many threads at once",
    yaml: character(
      "  asr_config: {asr_model: sherpa_onnx_asr, sherpa_onnx_asr: {max_concurrency: 65, num_threads: 0}}"
    ),
    problems: [
      "10:62 character_config.asr_config.sherpa_onnx_asr.max_concurrency: expected a whole number from 1 to 64, found 65",
      "10:83 character_config.asr_config.sherpa_onnx_asr.num_threads: expected a whole number of at least 1, found 0"
    ]
  },
  {
    what: "a kind of model that is misspelt",
    yaml: character("  asr_config: {asr_model: sherpa_onnx_asr, sherpa_onnx_asr: {model_type: sensevoice}}"),
    problems: [
      '10:62 character_config.asr_config.sherpa_onnx_asr.model_type: expected one of … "sensevoice" (did you mean "sense_voice"?)'
    ]
  },
  {
    what: "thresholds out of range",
    yaml: character(
      "  vad_config: {vad_model: silero_vad, silero_vad: {prob_threshold: 40, required_hits: 0}}"
    ),
    problems: [
      "10:52 character_config.vad_config.silero_vad.prob_threshold: expected a number from 0 to 1, found 40",
      "10:72 character_config.vad_config.silero_vad.required_hits: expected a whole number from 1 to 1000, found 0"
    ]
  },
  {
    what: "another model for noticing speech",
    yaml: character("  vad_config: {vad_model: silero}"),
    problems: [
      '10:16 character_config.vad_config.vad_model: expected one of silero_vad, found "silero" (did you mean "silero_vad"?)'
    ]
  },
  {
    what: "a translation without its server",
    yaml: character(
      "  tts_preprocessor_config: {translator_config: {translate_audio: yes, translate_provider: deeplx}}"
    ),
    problems: [
      "10:29 character_config.tts_preprocessor_config.translator_config.deeplx.deeplx_target_lang: is required: a text",
      "10:29 character_config.tts_preprocessor_config.translator_config.deeplx.deeplx_api_endpoint: is required: an address that begins with http:// or https://"
    ]
  },
  {
    what: "a live room with a name",
    yaml: `${minimal}live_config: {bilibili_live: {room_ids: [mine]}}\n`,
    problems: ["10:42 live_config.bilibili_live.room_ids.0: expected a whole number, found a text"]
  },
  {
    what: "a text that does not end",
    yaml: 'system_config:\n  host: "localhost\n',
    problems: ['3:1 the closing quotation mark (") of a text is missing']
  },
  {
    what: "a list that does not end",
    yaml: "system_config: {allowed_origins: [a\n",
    problems: [
      "2:1 Flow sequence in block collection must be sufficiently indented and end with a ]",
      "2:1 Flow map in block collection must be sufficiently indented and end with a }"
    ]
  },
  {
    what: "a tab for indentation",
    yaml: "system_config:\n\tport: 1\n",
    problems: ["2:1 Tabs are not allowed as indentation"]
  },
  {
    what: "an alias of nothing",
    yaml: "system_config: *base\n",
    problems: [
      "1:16 system_config: this alias (*name) stands for nothing: write &name before what it means, further up"
    ]
  },
  {
    what: "two documents",
    yaml: `${minimal}---\na: 1\n`,
    problems: ["10:1 a second document begins here (---): keep one"]
  }
]
