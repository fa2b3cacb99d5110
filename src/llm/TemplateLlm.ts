import { basename, resolve } from "node:path"
import {
  createEventSourceResponseHandler,
  createJsonErrorResponseHandler,
  postJsonToApi
} from "@ai-sdk/provider-utils"
import { Effect, Either, Redacted, Schema, Stream } from "effect"
import type { FileSystem } from "@effect/platform"
import type { TemplateLlmConfig } from "../config/LlmConfig.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { Part } from "./AiSdkAnswer.ts"
import * as AiSdkLlm from "./AiSdkLlm.ts"
import * as ChatTemplate from "./ChatTemplate.ts"
import { LlmFailed } from "./Llm.ts"
import type { Llm } from "./Llm.ts"
import * as PlainTalk from "./PlainTalk.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

const provider = "stateless_llm_with_template"
const key = `agent_config.llm_configs.${provider}.template`

const maybe = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

/** A piece of a completion: OpenAI's, llama.cpp's own, or an error. */
const Piece = Schema.Struct({
  choices: maybe(
    Schema.Array(Schema.Struct({ text: maybe(Schema.String), finish_reason: maybe(Schema.String) }))
  ),
  content: maybe(Schema.String),
  stop: maybe(Schema.Boolean),
  stop_type: maybe(Schema.String),
  error: maybe(Schema.Unknown)
})

/** What the template is: the setting itself, or what the file says that it names. */
const templateOf = Effect.fnUntraced(function* (
  fs: FileSystem.FileSystem,
  folder: string,
  setting: string | undefined
) {
  const unavailable = (reason: Words, advice: Words) =>
    new EngineUnavailable({ kind: "llm", engine: provider, reason, advice })
  if (setting === undefined || setting.trim() === "")
    return yield* unavailable(say("llm.noTemplate"), say("llm.setTemplate", key, ChatTemplate.names))
  const isInline = ChatTemplate.isInline(setting)
  const text = isInline
    ? setting
    : yield* Effect.mapError(fs.readFileString(resolve(folder, setting.trim())), () =>
        unavailable(
          say("llm.templateFile", JSON.stringify(basename(setting.trim()))),
          say("llm.setTemplateFile", key, ChatTemplate.names)
        )
      )
  return yield* Effect.mapError(ChatTemplate.compile(text), ({ words }) =>
    unavailable(
      say("llm.badTemplate", words),
      say("engine.correct", isInline ? key : JSON.stringify(basename(setting)))
    )
  )
})

/**
 * A model that is asked for the continuation of a text: the conversation is written out by a chat template here, and
 * not by the server. `folder`: where relative paths start.
 */
export const open = Effect.fn("TemplateLlm.open")(function* (
  {
    folder,
    fs,
    http
  }: { readonly folder: string; readonly fs: FileSystem.FileSystem; readonly http: typeof fetch },
  config: TemplateLlmConfig
) {
  const template = yield* templateOf(fs, folder, config.template)
  const writer = AiSdkLlm.make({
    provider,
    model: config.model,
    address: config.base_url,
    key: config.llm_api_key,
    callsTools: false,
    // What it is asked is the prompt, written out.
    ask: ({ system: prompt }, abortSignal) => post(http, config, template.stops, prompt, abortSignal)
  })
  const tellOfImages = PlainTalk.warningOfImages(
    `${config.model} is asked by a template: images are left out`
  )

  const llm: Llm = {
    ...writer,
    stream: (request) => {
      return Either.match(template.render(request.system, PlainTalk.of(request)), {
        onLeft: ({ words }) =>
          Stream.fail(
            new LlmFailed({
              provider,
              reason: "rejected",
              detail: say("llm.templateRefuses", words),
              advice: say("engine.correct", key)
            })
          ),
        onRight: (prompt) =>
          Stream.unwrap(
            Effect.as(tellOfImages(request), writer.stream({ ...request, system: prompt, messages: [] }))
          )
      })
    }
  }
  return llm
})

const post = (
  http: typeof fetch,
  config: TemplateLlmConfig,
  stop: ReadonlyArray<string>,
  prompt: string,
  abortSignal: AbortSignal
): PromiseLike<{ readonly stream: ReadableStream<Part> }> => {
  const address = config.base_url.replace(/\/+$/, "")
  return postJsonToApi({
    url: /\/completions?$/.test(address) ? address : `${address}/completions`,
    headers: {
      authorization: `Bearer ${Redacted.value(config.llm_api_key)}`,
      ...(config.organization_id ? { "OpenAI-Organization": config.organization_id } : {}),
      ...(config.project_id ? { "OpenAI-Project": config.project_id } : {})
    },
    body: {
      model: config.model,
      prompt,
      temperature: config.temperature,
      stream: true,
      ...(stop.length === 0 ? {} : { stop })
    },
    failedResponseHandler: createJsonErrorResponseHandler({
      errorSchema: Schema.standardSchemaV1(Schema.Struct({ error: Schema.Unknown })),
      errorToMessage: () => "refused"
    }),
    successfulResponseHandler: createEventSourceResponseHandler(Schema.standardSchemaV1(Piece)),
    abortSignal,
    fetch: http
  }).then(({ value }) => ({ stream: value.pipeThrough(parts(/<think>\s*$/.test(prompt))) }))
}

type Parsed =
  ReturnType<ReturnType<typeof createEventSourceResponseHandler<typeof Piece.Type>>> extends PromiseLike<{
    value: ReadableStream<infer P>
  }>
    ? P
    : never

const finishes = { length: "length", limit: "length", content_filter: "content-filter" } as const

/** `thinking`: the template has opened the block of what the model thinks, which the reader has to know. */
const parts = (thinking: boolean) => {
  let opening = thinking ? "<think>" : ""
  let finish: string | undefined
  return new TransformStream<Parsed, Part>({
    transform: (parsed, out) => {
      if (!parsed.success) return out.enqueue({ type: "error", error: parsed.error })
      const { choices, content, error, stop, stop_type } = parsed.value
      if (error !== undefined && error !== null) return out.enqueue({ type: "error", error })
      const [choice] = choices ?? []
      const text = choice?.text ?? content ?? ""
      if (text !== "") out.enqueue({ type: "text-delta", id: "0", delta: opening + text })
      if (text !== "") opening = ""
      finish = choice?.finish_reason ?? (stop === true ? (stop_type ?? "stop") : finish)
    },
    flush: (out) => {
      if (finish === undefined)
        return out.enqueue({ type: "error", error: { message: "it ended without a reason" } })
      const unified = finish in finishes ? finishes[finish as keyof typeof finishes] : "stop"
      out.enqueue({ type: "finish", finishReason: { unified, raw: finish }, usage: unknownUsage })
    }
  })
}

const unknownUsage: Extract<Part, { type: "finish" }>["usage"] = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined }
}
