import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import * as HttpFields from "./HttpFields.ts"

/** Whose word an interruption is in the model's memory. */
const interruptMethod = (fallback: "system" | "user") =>
  Fields.withDefault(Fields.Choice("system", "user"), fallback)

const key = Fields.required(HttpFields.HeaderKey)
/** Servers on one's own machine ask for no key. */
const optionalKey = Fields.withDefault(HttpFields.HeaderKey, "default_api_key")
const requiredUrl = Fields.required(Fields.HttpUrl)
const url = (fallback: string) => Fields.withDefault(Fields.HttpUrl, fallback)

const common = {
  model: Fields.required(Fields.NonEmptyText),
  organization_id: Fields.maybe(Fields.Text),
  project_id: Fields.maybe(Fields.Text),
  temperature: Fields.withDefault(Fields.FloatIn({ min: 0 }), 1)
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
  /** Seconds that the server keeps the model loaded after a request; -1 is for ever. */
  keep_alive: Fields.withDefault(Fields.Float, -1),
  unload_at_exit: Fields.withDefault(Fields.Flag, true)
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
  /** How the conversation is written out: a Jinja template, the path of one, or CHATML, LLAMA3, ALPACA. */
  template: Fields.maybe(Fields.Text)
})
export type TemplateLlmConfig = typeof TemplateLlmConfig.Type

export const ClaudeLlmConfig = Schema.Struct({
  interrupt_method: interruptMethod("user"),
  base_url: url("https://api.anthropic.com"),
  llm_api_key: key,
  model: Fields.required(Fields.NonEmptyText)
})
export type ClaudeLlmConfig = typeof ClaudeLlmConfig.Type

export const LlamaCppLlmConfig = Schema.Struct({
  interrupt_method: interruptMethod("system"),
  /**
   * A `.gguf` file (relative to the configuration file), the catalogue's name of a model, or `auto`.
   * Defaults to `auto`.
   */
  model_path: Fields.withDefault(Fields.NonEmptyText, "auto")
})
export type LlamaCppLlmConfig = typeof LlamaCppLlmConfig.Type

/** The `llm_configs` section: one section for each provider; only the chosen one must be there. */
export const LlmConfig = Schema.Struct({
  stateless_llm_with_template: Fields.maybe(Fields.section(TemplateLlmConfig)),
  openai_compatible_llm: Fields.maybe(Fields.section(OpenAiCompatibleLlmConfig)),
  claude_llm: Fields.maybe(Fields.section(ClaudeLlmConfig)),
  llama_cpp_llm: Fields.withDefault(Fields.section(LlamaCppLlmConfig), {}),
  ollama_llm: Fields.maybe(Fields.section(OllamaLlmConfig)),
  lmstudio_llm: Fields.maybe(Fields.section(LmStudioLlmConfig)),
  openai_llm: Fields.maybe(Fields.section(vendor("https://api.openai.com/v1", "system"))),
  gemini_llm: Fields.maybe(
    Fields.section(vendor("https://generativelanguage.googleapis.com/v1beta/openai/", "user"))
  ),
  zhipu_llm: Fields.maybe(Fields.section(vendor("https://open.bigmodel.cn/api/paas/v4/", "user"))),
  deepseek_llm: Fields.maybe(Fields.section(vendor("https://api.deepseek.com/v1", "user"))),
  groq_llm: Fields.maybe(Fields.section(vendor("https://api.groq.com/openai/v1", "system"))),
  openrouter_llm: Fields.maybe(Fields.section(OpenRouterLlmConfig)),
  mistral_llm: Fields.maybe(Fields.section(vendor("https://api.mistral.ai/v1", "user")))
})
export type LlmConfig = typeof LlmConfig.Type
