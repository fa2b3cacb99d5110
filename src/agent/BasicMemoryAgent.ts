import { Effect, Stream } from "effect"
import type { Context } from "effect"
import type { Prompts, PromptPurpose } from "../config/Prompts.ts"
import type { ChatMessage, Llm, LlmProviders, LlmRequest } from "../llm/Llm.ts"
import * as PromptedTools from "../llm/PromptedTools.ts"
import * as Pull from "../llm/Pull.ts"
import * as ThinkBlocks from "../llm/ThinkBlocks.ts"
import type { Agent, AgentEvent, AgentInput, AgentOptions, Task } from "./Agent.ts"
import * as ToolLoop from "./ToolLoop.ts"

export interface Services {
  readonly llms: Context.Tag.Service<typeof LlmProviders>
  readonly prompts: Context.Tag.Service<typeof Prompts>
  /** Models that take no tools, as far as is known. */
  readonly refused: WeakSet<Llm>
}

/** `basic_memory_agent`: the persona, what has been said before, a language model, and the tools of MCP servers. */
export const open = Effect.fnUntraced(function* (services: Services, options: AgentOptions) {
  const settings = options.character.agent_config.agent_settings.basic_memory_agent
  const usesTools = settings?.use_mcpp === true && settings.mcp_enabled_servers.length > 0
  const prompt = usesTools ? yield* services.prompts.get("mcp_prompt", options.emotions) : undefined
  const llm = yield* services.llms.open(options.character.agent_config, {
    ...(options.tell && { onFallback: options.tell }),
    ...(usesTools && {
      over: (llm) => PromptedTools.over(llm, { prompt: prompt ?? "", refused: services.refused })
    })
  })
  const persona = yield* systemPrompt(services.prompts, options, usesTools)
  const loop = usesTools
    ? { llm, mcp: options.tools, mostSteps: settings.tool_steps, mostSeconds: settings.tool_seconds }
    : undefined

  const agent: Agent = {
    ...(llm.notice === undefined ? {} : { notice: llm.notice }),
    reply: (input) => {
      const request = requestOf(persona, input)
      return loop === undefined
        ? Pull.filter(
            llm.stream(request),
            (delta): delta is AgentEvent & typeof delta => delta._tag !== "Call"
          )
        : ToolLoop.reply(loop, request, input.consent)
    },
    write: (task) => write(llm, task)
  }
  return agent
})

/**
 * The persona first: what stays the same at the front lets providers reuse their prefix cache. The summary changes only
 * together with what follows it; what is recalled changes with every turn and comes last.
 */
const requestOf = (persona: string, input: AgentInput): LlmRequest => {
  const { conversation, from, images, memory, recalled = [], situation, summary, text } = input
  const before = summary === undefined ? undefined : `What was said before, in short:\n${summary}`
  const system = [persona, situation, before].filter((part) => part !== undefined).join("\n\n")
  const known = recalled.map((fact) => `- ${fact}`).join("\n")
  const asked: ChatMessage = {
    role: "user",
    text: recalled.length === 0 ? text : `(What you remember about ${from}:\n${known})\n\n${text}`,
    ...(images.length === 0 ? {} : { images })
  }
  return { conversation, system: system.trim(), messages: [...memory, asked] }
}

const systemPrompt = Effect.fnUntraced(function* (
  prompts: Services["prompts"],
  { character, emotions }: AgentOptions,
  usesTools: boolean
) {
  const purposes: ReadonlyArray<PromptPurpose> = [
    ...(emotions.length === 0 ? [] : ["live2d_expression_prompt" as const]),
    "think_tag_prompt",
    "speakable_prompt",
    ...(usesTools ? ["tool_guidance_prompt" as const] : [])
  ]
  const texts = yield* Effect.forEach(purposes, (purpose) => prompts.get(purpose, emotions))
  return [character.persona_prompt, ...texts]
    .flatMap((part) => (part === undefined || part.trim() === "" ? [] : [part.trim()]))
    .join("\n\n")
})

/** One text, without what the model thinks. */
const write = Effect.fn("BasicMemoryAgent.write")(function* (
  llm: Llm,
  { background = false, system, text }: Task
) {
  const blocks = ThinkBlocks.make<{ readonly _tag: "Text" | "Think"; readonly text: string }>()
  let written = ""
  const take = (events: ReturnType<typeof blocks.push>) => {
    for (const event of events) if (event._tag === "Text") written += event.text
  }
  yield* Stream.runForEach(llm.stream({ background, system, messages: [{ role: "user", text }] }), (delta) =>
    Effect.sync(() => {
      if (delta._tag !== "Call") take(blocks.push(delta))
    })
  )
  take(blocks.flush())
  return written.trim()
})
