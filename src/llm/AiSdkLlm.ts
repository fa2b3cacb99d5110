import { createAnthropic } from "@ai-sdk/anthropic"
import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { Chunk, Effect, Option, Redacted, Schedule, Stream } from "effect"
import type { ClaudeLlmConfig, OpenAiCompatibleLlmConfig } from "../config/LlmConfig.ts"
import type { ChatMessage, Llm, LlmDelta, LlmFailed, LlmRequest } from "./Llm.ts"
import * as ProviderFailure from "./ProviderFailure.ts"

/** A model of the AI SDK, whoever serves it. */
type Model = ReturnType<ReturnType<typeof createOpenAICompatible>["chatModel"]>
type CallOptions = Parameters<Model["doStream"]>[0]
type Prompt = CallOptions["prompt"]
type Part = Awaited<ReturnType<Model["doStream"]>>["stream"] extends ReadableStream<infer P> ? P : never

/** Further attempts after a refusal that may pass, as long as nothing of the answer has come. */
const retries = 2
const firstPause = "300 millis"

/** Any server that speaks OpenAI's chat completions. `provider`: the configuration's name for it. */
export const openAiCompatible = (provider: string, config: OpenAiCompatibleLlmConfig): Llm => {
  const sdk = createOpenAICompatible({
    name: provider,
    baseURL: config.base_url,
    apiKey: Redacted.value(config.llm_api_key),
    headers: {
      ...(config.organization_id ? { "OpenAI-Organization": config.organization_id } : {}),
      ...(config.project_id ? { "OpenAI-Project": config.project_id } : {})
    }
  })
  return make(sdk.chatModel(config.model), {
    provider,
    model: config.model,
    address: config.base_url,
    key: config.llm_api_key,
    prompt: (request) => promptOf(request, "system"),
    settings: { temperature: config.temperature }
  })
}

/** Anthropic's own API. */
export const claude = (config: ClaudeLlmConfig): Llm => {
  const address = config.base_url.replace(/\/+$/, "")
  const sdk = createAnthropic({
    baseURL: address.endsWith("/v1") ? address : `${address}/v1`,
    apiKey: Redacted.value(config.llm_api_key)
  })
  return make(sdk.languageModel(config.model), {
    provider: "claude_llm",
    model: config.model,
    address,
    key: config.llm_api_key,
    // It takes system text at the beginning only.
    prompt: (request) => promptOf(request, "user"),
    settings: {}
  })
}

interface Options {
  readonly provider: string
  readonly model: string
  readonly address: string
  readonly key: Redacted.Redacted<string>
  readonly prompt: (request: LlmRequest) => Prompt
  readonly settings: Pick<CallOptions, "temperature">
}

/**
 * The model is asked by the SDK's provider interface: `streamText` around it, with its tools and its several
 * steps, costs twice the CPU for each piece of an answer and adds nothing here.
 */
const make = (model: Model, options: Options): Llm => {
  const failed = ProviderFailure.describe(options)

  const start = (request: LlmRequest, abortSignal: AbortSignal) =>
    Effect.tryPromise({
      try: () => model.doStream({ prompt: options.prompt(request), ...options.settings, abortSignal }),
      catch: (cause) => ({ cause })
    }).pipe(
      Effect.retry({
        times: retries,
        schedule: Schedule.jittered(Schedule.exponential(firstPause)),
        while: ({ cause }) => ProviderFailure.mayPass(cause)
      }),
      Effect.mapError(({ cause }) => failed.beforeAnswer(cause))
    )

  const open = Effect.fn("AiSdkLlm.open")(function* (request: LlmRequest) {
    const controller = yield* Effect.acquireRelease(
      Effect.sync(() => new AbortController()),
      (controller) => Effect.sync(() => controller.abort())
    )
    const { stream } = yield* start(request, controller.signal)
    const reader = stream.getReader()
    const pull: Effect.Effect<Chunk.Chunk<LlmDelta>, Option.Option<LlmFailed>> = Effect.flatMap(
      Effect.tryPromise({ try: () => next(reader), catch: (cause) => Option.some(failed.midAnswer(cause)) }),
      (delta) => (delta === undefined ? Effect.fail(Option.none()) : Effect.succeed(Chunk.of(delta)))
    )
    return Stream.repeatEffectChunkOption(pull)
  })

  return {
    provider: options.provider,
    model: options.model,
    stream: (request) => Stream.unwrapScoped(open(request))
  }
}

/** The next piece of the answer, or `undefined` at its end. Throws what the provider reports. */
const next = async (reader: ReadableStreamDefaultReader<Part>): Promise<LlmDelta | undefined> => {
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return undefined
    if (value.type === "error") throw value.error
    if (value.type === "text-delta" && value.delta !== "") return { _tag: "Text", text: value.delta }
    if (value.type === "reasoning-delta" && value.delta !== "") return { _tag: "Think", text: value.delta }
  }
}

const promptOf = (request: LlmRequest, systemRole: "system" | "user"): Prompt => {
  const prompt: Prompt = request.system === "" ? [] : [{ role: "system", content: request.system }]
  for (const message of request.messages) {
    const role = message.role === "system" ? systemRole : message.role
    if (role === "system") prompt.push({ role, content: message.text })
    else if (role === "assistant") prompt.push({ role, content: textOf(message) })
    else prompt.push({ role, content: [...textOf(message), ...imagesOf(message)] })
  }
  return prompt.filter(({ content }) => content.length > 0)
}

const textOf = ({ text }: ChatMessage) => (text === "" ? [] : [{ type: "text" as const, text }])

const imagesOf = ({ images = [] }: ChatMessage) =>
  images.map(({ mimeType, base64 }) => ({ type: "file" as const, mediaType: mimeType, data: base64 }))
