import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import * as HttpFields from "./HttpFields.ts"

const interruptMethod = (fallback: "system" | "user") =>
  Fields.withDefault(
    Fields.Choice("system", "user"),
    fallback,
    "Whose word an interruption is in the model's memory; `user` for models that take a system message at the beginning only."
  )

const key = Fields.required(HttpFields.HeaderKey, "The account's key.")
const optionalKey = Fields.withDefault(
  HttpFields.HeaderKey,
  "default_api_key",
  "The server's key; one on one's own machine asks for none."
)
const where = "The server's address, up to what its paths have in common."
const requiredUrl = Fields.required(Fields.HttpUrl, where)
const url = (fallback: string) => Fields.withDefault(Fields.HttpUrl, fallback, where)
const model = Fields.required(Fields.NonEmptyText, "The model, as the provider calls it.")

const common = {
  model,
  organization_id: Fields.maybe(Fields.Text, "The organization that is billed, for accounts of several."),
  project_id: Fields.maybe(Fields.Text, "The project that is billed, for accounts of several."),
  temperature: Fields.withDefault(
    Fields.FloatIn({ min: 0 }),
    1,
    "How freely the model chooses its words; 0 is the least."
  )
}

/** Any server that speaks OpenAI's chat completions. */
export const OpenAiCompatibleLlmConfig = Schema.Struct({
  interrupt_method: interruptMethod("user"),
  base_url: requiredUrl,
  llm_api_key: optionalKey,
  ...common
})
export type OpenAiCompatibleLlmConfig = typeof OpenAiCompatibleLlmConfig.Type

/** The same with one vendor's address and its key. */
const vendor = (base_url: string, interrupt_method: "system" | "user") =>
  Schema.Struct({
    interrupt_method: interruptMethod(interrupt_method),
    base_url: url(base_url),
    llm_api_key: key,
    ...common
  })

export const OllamaLlmConfig = Schema.Struct({
  interrupt_method: interruptMethod("system"),
  base_url: url("http://localhost:11434/v1"),
  llm_api_key: optionalKey,
  ...common,
  keep_alive: Fields.withDefault(
    Fields.Float,
    -1,
    "Seconds that the server keeps the model loaded after a request; -1 is for ever."
  ),
  unload_at_exit: Fields.withDefault(
    Fields.Flag,
    true,
    "Whether the model is unloaded when nobody uses it any more."
  )
})
export type OllamaLlmConfig = typeof OllamaLlmConfig.Type

/** Many vendors' models by one key. */
const OpenRouterLlmConfig = Schema.Struct({
  interrupt_method: interruptMethod("user"),
  base_url: url("https://openrouter.ai/api/v1"),
  llm_api_key: key,
  ...common
})

export const LmStudioLlmConfig = Schema.Struct({
  interrupt_method: interruptMethod("system"),
  base_url: url("http://localhost:1234/v1"),
  llm_api_key: optionalKey,
  ...common
})
export type LmStudioLlmConfig = typeof LmStudioLlmConfig.Type

export const TemplateLlmConfig = Schema.Struct({
  interrupt_method: interruptMethod("user"),
  base_url: requiredUrl,
  llm_api_key: optionalKey,
  ...common,
  template: Fields.maybe(
    Fields.Text,
    "How the conversation is written out: a Jinja template, the path of one or of a `tokenizer_config.json`, or `CHATML`, `LLAMA3`, `ALPACA`."
  )
})
export type TemplateLlmConfig = typeof TemplateLlmConfig.Type

export const ClaudeLlmConfig = Schema.Struct({
  interrupt_method: interruptMethod("user"),
  base_url: url("https://api.anthropic.com"),
  llm_api_key: key,
  model
})
export type ClaudeLlmConfig = typeof ClaudeLlmConfig.Type

export const LlamaCppLlmConfig = Schema.Struct({
  interrupt_method: interruptMethod("system"),
  model_path: Fields.withDefault(
    Fields.NonEmptyText,
    "auto",
    "A `.gguf` file (relative to the configuration file), the catalogue's name of a model, or `auto`."
  ),
  verbose: Fields.maybe(Fields.Flag, "Accepted and not read: every template of Open-LLM-VTuber has it.")
})
export type LlamaCppLlmConfig = typeof LlamaCppLlmConfig.Type

/** The `llm_configs` section: one section for each provider; only the chosen one must be there. */
export const LlmConfig = Schema.Struct({
  stateless_llm_with_template: Fields.maybe(
    Fields.section(TemplateLlmConfig),
    "Any server of OpenAI's completions; the conversation is written out here."
  ),
  openai_compatible_llm: Fields.maybe(
    Fields.section(OpenAiCompatibleLlmConfig),
    "Any server that speaks OpenAI's chat completions."
  ),
  claude_llm: Fields.maybe(Fields.section(ClaudeLlmConfig), "Anthropic's models."),
  llama_cpp_llm: Fields.withDefault(
    Fields.section(LlamaCppLlmConfig),
    {},
    "A model on this machine, in a process of its own."
  ),
  ollama_llm: Fields.maybe(Fields.section(OllamaLlmConfig), "A model of an Ollama server."),
  lmstudio_llm: Fields.maybe(Fields.section(LmStudioLlmConfig), "A model of LM Studio's server."),
  openai_llm: Fields.maybe(Fields.section(vendor("https://api.openai.com/v1", "system")), "OpenAI's models."),
  gemini_llm: Fields.maybe(
    Fields.section(vendor("https://generativelanguage.googleapis.com/v1beta/openai/", "user")),
    "Google's models."
  ),
  zhipu_llm: Fields.maybe(
    Fields.section(vendor("https://open.bigmodel.cn/api/paas/v4/", "user")),
    "Zhipu's models."
  ),
  deepseek_llm: Fields.maybe(
    Fields.section(vendor("https://api.deepseek.com/v1", "user")),
    "DeepSeek's models."
  ),
  groq_llm: Fields.maybe(
    Fields.section(vendor("https://api.groq.com/openai/v1", "system")),
    "Models that Groq runs."
  ),
  openrouter_llm: Fields.maybe(Fields.section(OpenRouterLlmConfig), "Many vendors' models by one key."),
  mistral_llm: Fields.maybe(Fields.section(vendor("https://api.mistral.ai/v1", "user")), "Mistral's models.")
})
export type LlmConfig = typeof LlmConfig.Type
