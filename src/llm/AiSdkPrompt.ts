import { createHash } from "node:crypto"
import { Option } from "effect"
import type { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import type { ChatMessage, LlmRequest, LlmTool, ToolOutcome, ToolRound } from "./Llm.ts"
import type { Carried } from "./AiSdkAnswer.ts"

/** A model of the AI SDK, whoever serves it. */
type Model = ReturnType<ReturnType<typeof createOpenAICompatible>["chatModel"]>
export type CallOptions = Parameters<Model["doStream"]>[0]
type Prompt = CallOptions["prompt"]
type ProviderOptions = NonNullable<CallOptions["providerOptions"]>
type AssistantPart = Extract<Prompt[number], { role: "assistant" }>["content"][number]
type ToolPart = Extract<Prompt[number], { role: "tool" }>["content"][number]

/** What a provider wants of a conversation that others do not. */
export interface Traits {
  readonly provider: string
  /** Whose words are what the configuration's marks say in the midst of a conversation. */
  readonly marksAs: "system" | "user"
  /** Options of the system prompt. */
  readonly system?: ProviderOptions
  /** Whether results of tools may hold images. */
  readonly imagesInResults: boolean
  /** How reasoning goes back with the calls that it led to; absent where the provider refuses it. */
  readonly reasoning?: "parts" | "details"
  /** Whether ids of calls have to be nine letters and digits. */
  readonly shortIds: boolean
}

/** The conversation as the SDK takes it. */
export const of = (traits: Traits, request: LlmRequest): Prompt => {
  const prompt: Prompt =
    request.system === ""
      ? []
      : [
          {
            role: "system",
            content: request.system,
            ...(traits.system && { providerOptions: traits.system })
          }
        ]
  for (const message of request.messages) {
    if (message.role === "tools") {
      prompt.push(...roundOf(traits, message))
      continue
    }
    const role = message.role === "system" ? traits.marksAs : message.role
    if (role === "system") prompt.push({ role, content: message.text })
    else if (role === "assistant") prompt.push({ role, content: textOf(message) })
    else prompt.push({ role, content: [...textOf(message), ...imagesOf(message)] })
  }
  return prompt.filter(({ content }) => content.length > 0)
}

export const tools = (tools: ReadonlyArray<LlmTool> = []): Pick<CallOptions, "tools"> =>
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

/** What the model asked for, with what it thought, and what came of it as a message of its own. */
const roundOf = (traits: Traits, { outcomes, text }: ToolRound): Prompt => {
  const carried = outcomes.map(({ request }) => carriedBy(request.carried, traits.provider))
  const [first] = carried
  const details = traits.reasoning === "details" ? first?.details : undefined
  return [
    {
      role: "assistant",
      content: [
        ...(traits.reasoning === "parts" ? (first?.reasoning ?? []) : []).map(
          ({ options, text }): AssistantPart => ({ type: "reasoning", text, providerOptions: options })
        ),
        ...textOf({ text }),
        ...outcomes.map(({ request: { id, input, name } }, index): AssistantPart => {
          const signature = carried[index]?.signature
          return {
            type: "tool-call",
            toolCallId: idOf(traits, id),
            toolName: name,
            input: inputOf(input),
            ...(signature && { providerOptions: { google: { thoughtSignature: signature } } })
          }
        })
      ],
      ...(details && { providerOptions: { openaiCompatible: { reasoning_details: details } } })
    },
    { role: "tool", content: outcomes.map((outcome) => resultOf(traits, outcome)) }
  ]
}

const resultOf = (
  traits: Traits,
  { failed, images = [], request: { id, name }, text }: ToolOutcome
): ToolPart => ({
  type: "tool-result",
  toolCallId: idOf(traits, id),
  toolName: name,
  output:
    traits.imagesInResults && images.length > 0 && !failed
      ? {
          type: "content",
          value: [
            ...textOf({ text }),
            ...images.map(({ base64, mimeType }) => ({
              type: "image-data" as const,
              mediaType: mimeType,
              data: base64
            }))
          ]
        }
      : { type: failed ? "error-text" : "text", value: text }
})

/** Only who gave it can read it: another provider may have answered in between. */
const carriedBy = (carried: unknown, provider: string): Carried | undefined =>
  typeof carried === "object" && carried !== null && "provider" in carried && carried.provider === provider
    ? (carried as Carried)
    : undefined

const shortId = /^[a-zA-Z0-9]{9}$/
/** What OpenAI and Anthropic take. */
const usualId = /^[a-zA-Z0-9_-]{1,40}$/

/** An id of another provider, or of a model that was told of its tools in words, may be one that this one refuses. */
const idOf = ({ shortIds }: Traits, id: string): string =>
  (shortIds ? shortId : usualId).test(id) ? id : createHash("sha256").update(id).digest("hex").slice(0, 9)

/** Providers take back arguments only as an object. */
const inputOf = (input: string): unknown =>
  Option.getOrElse(
    Option.filter(
      Option.liftThrowable(JSON.parse)(input),
      (value) => typeof value === "object" && value !== null
    ),
    () => ({})
  )

const textOf = ({ text }: Pick<ChatMessage, "text">) => (text === "" ? [] : [{ type: "text" as const, text }])

const imagesOf = ({ images = [] }: ChatMessage) =>
  images.map(({ mimeType, base64 }) => ({ type: "file" as const, mediaType: mimeType, data: base64 }))
