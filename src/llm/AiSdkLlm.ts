import { createAnthropic } from "@ai-sdk/anthropic"
import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { Chunk, Effect, Option, Redacted, Stream } from "effect"
import type { ClaudeLlmConfig, OpenAiCompatibleLlmConfig } from "../config/LlmConfig.ts"
import * as WarnOnce from "../config/WarnOnce.ts"
import * as Abort from "../supervision/Abort.ts"
import { afterRequests } from "../supervision/NextRound.ts"
import * as Span from "../telemetry/Span.ts"
import * as AiSdkAnswer from "./AiSdkAnswer.ts"
import * as AiSdkPrompt from "./AiSdkPrompt.ts"
import * as Background from "./Background.ts"
import type { Llm, LlmDelta, LlmFailed, LlmRequest } from "./Llm.ts"
import * as ProviderFailure from "./ProviderFailure.ts"
import * as Pull from "./Pull.ts"
import * as ReasoningDetails from "./ReasoningDetails.ts"
import * as Retry from "./Retry.ts"

/** What one provider of OpenAI's chat completions wants that others do not. */
const ways: Readonly<Record<string, Partial<AiSdkPrompt.Traits>>> = {
  // In their thinking mode they refuse calls that come without what led to them.
  deepseek_llm: { reasoning: "parts" },
  zhipu_llm: { reasoning: "parts" },
  // Servers of one's own ignore a field that they do not know; DeepSeek and its like are also reached this way.
  openai_compatible_llm: { reasoning: "parts" },
  openrouter_llm: { reasoning: "details" },
  mistral_llm: { shortIds: true }
}

/** Any server that speaks OpenAI's chat completions. `provider`: the configuration's name for it. */
export const openAiCompatible = (
  http: typeof fetch,
  provider: string,
  config: OpenAiCompatibleLlmConfig
): Llm => {
  const sdk = createOpenAICompatible({
    name: provider,
    fetch: http,
    baseURL: config.base_url,
    apiKey: Redacted.value(config.llm_api_key),
    headers: {
      ...(config.organization_id ? { "OpenAI-Organization": config.organization_id } : {}),
      ...(config.project_id ? { "OpenAI-Project": config.project_id } : {})
    },
    ...(ways[provider]?.reasoning === "details" && { metadataExtractor: ReasoningDetails.extractor })
  })
  const model = sdk.chatModel(config.model)
  const traits = {
    provider,
    marksAs: "system",
    imagesInResults: false,
    shortIds: false,
    ...ways[provider]
  } as const
  return make({
    provider,
    model: config.model,
    address: config.base_url,
    key: config.llm_api_key,
    callsTools: true,
    ask: (request, abortSignal) =>
      model.doStream({
        prompt: AiSdkPrompt.of(traits, request),
        ...AiSdkPrompt.tools(request.tools),
        temperature: config.temperature,
        abortSignal
      })
  })
}

/** Anthropic's own API. */
export const claude = (http: typeof fetch, config: ClaudeLlmConfig): Llm => {
  const address = config.base_url.replace(/\/+$/, "")
  const sdk = createAnthropic({
    fetch: http,
    baseURL: address.endsWith("/v1") ? address : `${address}/v1`,
    apiKey: Redacted.value(config.llm_api_key)
  })
  const model = sdk.languageModel(config.model)
  const traits = {
    provider: "claude_llm",
    // It takes system text at the beginning only.
    marksAs: "user",
    // Tools and persona are the same with every request: it is to read them once.
    system: { anthropic: { cacheControl: { type: "ephemeral" } } },
    imagesInResults: true,
    reasoning: "parts",
    shortIds: false
  } as const
  return make({
    provider: "claude_llm",
    model: config.model,
    address,
    key: config.llm_api_key,
    callsTools: true,
    ask: (request, abortSignal) =>
      model.doStream({
        prompt: AiSdkPrompt.of(traits, request),
        ...AiSdkPrompt.tools(request.tools),
        abortSignal
      })
  })
}

export interface Options {
  readonly provider: string
  readonly model: string
  readonly address: string
  readonly key: Redacted.Redacted<string>
  readonly callsTools: boolean
  /** Asks, as the provider interface of the AI SDK does, and rejects as it does. */
  readonly ask: (
    request: LlmRequest,
    abortSignal: AbortSignal
  ) => PromiseLike<{ readonly stream: ReadableStream<AiSdkAnswer.Part> }>
}

/**
 * The model is asked by the SDK's provider interface: `streamText` around it, with its tools and its several
 * steps, costs twice the CPU for each piece of an answer and adds nothing here.
 */
export const make = (options: Options): Llm => {
  const failed = ProviderFailure.describe(options)
  const warnOnce = WarnOnce.make()
  const attempt = <A>(run: () => PromiseLike<A>) =>
    Effect.tryPromise({ try: run, catch: (cause) => ({ cause }) })

  /** Asks, and waits for the first piece of the answer. */
  const begin = Effect.fnUntraced(function* (request: LlmRequest) {
    const signal = yield* Abort.signal
    const { stream } = yield* attempt(() => options.ask(request, signal))
    const read = AiSdkAnswer.reading(stream.getReader(), options.provider)
    return { first: yield* attempt(read), read }
  })

  /**
   * At its end an answer that was withheld or cut is a failure where the provider says why; the first one of full length
   * is worth a line.
   */
  const deltasOf = (
    read: AiSdkAnswer.Read
  ): Effect.Effect<Chunk.Chunk<LlmDelta>, Option.Option<LlmFailed>> => {
    if (read._tag === "Deltas") return Effect.succeed(Chunk.unsafeFromArray(read.deltas))
    const { answered, finish } = read
    if (finish === "content-filter") return Effect.fail(Option.some(failed.filtered(answered)))
    if (finish !== "length") return Effect.fail(Option.none())
    const failure = failed.tooLong(answered)
    return answered
      ? Effect.zipRight(warnOnce(failure.message), Effect.fail(Option.none()))
      : Effect.fail(Option.some(failure))
  }

  const open = Effect.fnUntraced(function* (request: LlmRequest) {
    const withTools = (request.tools ?? []).length > 0
    const { first, read } = yield* Retry.whileItMayPass(begin(request)).pipe(
      Effect.mapError(({ cause }) => failed.beforeAnswer(cause, withTools))
    )
    let unread: AiSdkAnswer.Read | undefined = first
    const next = Effect.tryPromise({ try: read, catch: (cause) => Option.some(failed.midAnswer(cause)) })
    /** The first sentence is on its way to the voice before more is read. */
    let isFirst = false
    const pull: Pull.Pull<LlmDelta, LlmFailed> = Effect.suspend(() => {
      const reading = unread === undefined ? next : Effect.succeed(unread)
      unread = undefined
      return Effect.flatMap(isFirst ? Effect.zipRight(afterRequests, reading) : reading, (read) => {
        isFirst = read._tag === "Deltas" && read.isFirst
        return deltasOf(read)
      })
    })
    return pull
  }, Span.named("AiSdkLlm.open"))

  return {
    provider: options.provider,
    model: options.model,
    callsTools: options.callsTools,
    stream: (request) => {
      const answer = Pull.stream(open(request))
      return request.background === true
        ? Stream.interruptWhen(answer, Effect.delay(failed.overdue, Background.patience))
        : answer
    }
  }
}
