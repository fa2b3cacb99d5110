// No timer: it looks whether more has arrived, inside one read, and waits for no time of any clock.
// oxlint-disable-next-line supervision/no-bare-async
import { setImmediate as nextRound } from "node:timers/promises"
import { createAnthropic } from "@ai-sdk/anthropic"
import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { Chunk, Effect, Option, Redacted, Schedule, Stream } from "effect"
import type { ClaudeLlmConfig, OpenAiCompatibleLlmConfig } from "../config/LlmConfig.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import type { ChatMessage, Llm, LlmDelta, LlmFailed, LlmRequest, LlmTool, ToolRound } from "./Llm.ts"
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
export const claude = (http: typeof fetch, config: ClaudeLlmConfig): Llm => {
  const address = config.base_url.replace(/\/+$/, "")
  const sdk = createAnthropic({
    fetch: http,
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
      try: () =>
        model.doStream({
          prompt: options.prompt(request),
          ...toolsOf(request.tools),
          ...options.settings,
          abortSignal
        }),
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
    const controller = new AbortController()
    yield* Finalizer.add(Effect.sync(() => controller.abort()))
    const { stream } = yield* start(request, controller.signal)
    const read = reading(stream.getReader())
    const pull: Effect.Effect<Chunk.Chunk<LlmDelta>, Option.Option<LlmFailed>> = Effect.flatMap(
      Effect.tryPromise({ try: read, catch: (cause) => Option.some(failed.midAnswer(cause)) }),
      (deltas) =>
        deltas === undefined ? Effect.fail(Option.none()) : Effect.succeed(Chunk.unsafeFromArray(deltas))
    )
    return Stream.repeatEffectChunkOption(pull)
  })

  return {
    provider: options.provider,
    model: options.model,
    callsTools: true,
    stream: (request) => Stream.unwrapScoped(open(request))
  }
}

/**
 * Reads what has come of the answer, one delta at least, or `undefined` at its end; rejects with what the provider
 * reports. Providers send several pieces at once: each by itself would cost more than all together.
 */
const reading = (reader: ReadableStreamDefaultReader<Part>) => {
  let pending: ReturnType<typeof reader.read> | undefined

  return async (): Promise<ReadonlyArray<LlmDelta> | undefined> => {
    const deltas: Array<LlmDelta> = []
    // What has arrived goes through the SDK's stages before the event loop's next round.
    let round: Promise<undefined> | undefined
    for (;;) {
      pending ??= reader.read()
      const next = await (round === undefined
        ? pending
        : Promise.race([pending.catch(() => undefined), round]))
      // What came before an end or a failure is handed on first.
      if (next === undefined || (deltas.length > 0 && (next.done || next.value.type === "error")))
        return deltas
      pending = undefined
      if (next.done) return undefined
      if (next.value.type === "error") throw next.value.error
      if (collect(deltas, next.value)) round ??= nextRound(undefined)
    }
  }
}

/** Adds what a part says, its text to the delta before it if it is of the same kind; answers whether it says anything. */
const collect = (deltas: Array<LlmDelta>, part: Part): boolean => {
  if (part.type === "tool-call") {
    const request = { id: part.toolCallId, name: part.toolName, input: part.input }
    deltas.push({ _tag: "Call", request })
    return true
  }
  if ((part.type !== "text-delta" && part.type !== "reasoning-delta") || part.delta === "") return false
  const tag = part.type === "text-delta" ? "Text" : "Think"
  const before = deltas.at(-1)
  if (before?._tag === tag) deltas[deltas.length - 1] = { _tag: tag, text: before.text + part.delta }
  else deltas.push({ _tag: tag, text: part.delta })
  return true
}

const promptOf = (request: LlmRequest, systemRole: "system" | "user"): Prompt => {
  const prompt: Prompt = request.system === "" ? [] : [{ role: "system", content: request.system }]
  for (const message of request.messages) {
    if (message.role === "tools") {
      prompt.push(...roundOf(message))
      continue
    }
    const role = message.role === "system" ? systemRole : message.role
    if (role === "system") prompt.push({ role, content: message.text })
    else if (role === "assistant") prompt.push({ role, content: textOf(message) })
    else prompt.push({ role, content: [...textOf(message), ...imagesOf(message)] })
  }
  return prompt.filter(({ content }) => content.length > 0)
}

/** What the model asked for and, as a message of its own, what came of it. */
const roundOf = ({ outcomes, text }: ToolRound): Prompt => [
  {
    role: "assistant",
    content: [
      ...textOf({ text }),
      ...outcomes.map(({ request: { id, input, name } }) => ({
        type: "tool-call" as const,
        toolCallId: id,
        toolName: name,
        input: inputOf(input)
      }))
    ]
  },
  {
    role: "tool",
    content: outcomes.map(({ failed, request: { id, name }, text }) => ({
      type: "tool-result" as const,
      toolCallId: id,
      toolName: name,
      output: { type: failed ? ("error-text" as const) : ("text" as const), value: text }
    }))
  }
]

/** Providers take back arguments only as an object. */
const inputOf = (input: string): unknown =>
  Option.getOrElse(
    Option.filter(
      Option.liftThrowable(JSON.parse)(input),
      (value) => typeof value === "object" && value !== null
    ),
    () => ({})
  )

const toolsOf = (tools: ReadonlyArray<LlmTool> = []): Pick<CallOptions, "tools"> =>
  tools.length === 0
    ? {}
    : {
        tools: tools.map(({ description, inputSchema, name }) => ({
          type: "function" as const,
          name,
          description,
          inputSchema
        }))
      }

const textOf = ({ text }: Pick<ChatMessage, "text">) => (text === "" ? [] : [{ type: "text" as const, text }])

const imagesOf = ({ images = [] }: ChatMessage) =>
  images.map(({ mimeType, base64 }) => ({ type: "file" as const, mediaType: mimeType, data: base64 }))
