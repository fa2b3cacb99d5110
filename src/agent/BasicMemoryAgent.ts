import { Effect, Stream } from "effect"
import type { Context } from "effect"
import type { Prompts } from "../config/Prompts.ts"
import type { ChatMessage, LlmProviders } from "../llm/Llm.ts"
import type { Agent, AgentOptions } from "./Agent.ts"

export interface Services {
  readonly llms: Context.Tag.Service<typeof LlmProviders>
  readonly prompts: Context.Tag.Service<typeof Prompts>
}

/** `basic_memory_agent`: the persona, what has been said before, and a language model. */
export const open = Effect.fnUntraced(function* ({ llms, prompts }: Services, options: AgentOptions) {
  const llm = yield* llms.open(options.character.agent_config)
  const system = yield* systemPrompt(prompts, options)
  const agent: Agent = {
    ...(llm.notice === undefined ? {} : { notice: llm.notice }),
    reply: (input) => {
      const asked: ChatMessage = {
        role: "user",
        text: input.text,
        ...(input.images.length === 0 ? {} : { images: input.images })
      }
      return Stream.filter(
        llm.stream({ conversation: input.conversation, system, messages: [...input.memory, asked] }),
        (delta) => delta._tag !== "Call"
      )
    }
  }
  return agent
})

/** The persona first: what stays the same at the front lets providers reuse their prefix cache. */
const systemPrompt = Effect.fnUntraced(function* (
  prompts: Services["prompts"],
  { character, emotions }: AgentOptions
) {
  const parts = [
    character.persona_prompt,
    emotions.length === 0 ? undefined : yield* prompts.get("live2d_expression_prompt", emotions),
    yield* prompts.get("think_tag_prompt", emotions)
  ]
  return parts.flatMap((part) => (part === undefined || part.trim() === "" ? [] : [part.trim()])).join("\n\n")
})
