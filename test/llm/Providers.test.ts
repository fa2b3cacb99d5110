import { Effect } from "effect"
import type { LlmProvider } from "../../src/config/AgentConfig.ts"
import * as AnthropicServer from "../support/AnthropicServer.ts"
import type { ChatScript, ReasoningIn } from "../support/ChatAnswer.ts"
import * as StubProviders from "../support/StubProviders.ts"
import { describeLlm } from "./describeLlm.ts"
import type { Kind } from "./describeLlm.ts"
import * as LlmLab from "./LlmLab.ts"

const inTurn = (scripts: ReadonlyArray<ChatScript>) => ({
  chat: (_: unknown, index: number) => scripts[Math.min(index, scripts.length - 1)] ?? {}
})

const serveOpenAi =
  (reasoningIn: ReasoningIn): Kind["serve"] =>
  (scripts) =>
    Effect.map(StubProviders.open({ ...inTurn(scripts), reasoningIn }), ({ log, url }) => ({
      base: `${url}/v1`,
      requests: log.chats
    }))

/** The round of two calls as chat completions have it; `back`: fields that go back with the calls. */
const chatRound = (back: object, signed: boolean): ReadonlyArray<unknown> => [
  {
    role: "assistant",
    content: "One moment.",
    tool_calls: [
      {
        id: "callone12",
        type: "function",
        function: { name: "look", arguments: '{"what":"tea"}' },
        ...(signed ? { extra_content: { google: { thought_signature: "thought" } } } : {})
      },
      { id: "calltwo34", type: "function", function: { name: "look", arguments: '{"what":"rain"}' } }
    ],
    ...back
  },
  { role: "tool", tool_call_id: "callone12", content: "It is hot." },
  { role: "tool", tool_call_id: "calltwo34", content: "No such thing." }
]

const picture = { type: "image_url", image_url: { url: "data:image/png;base64,aGVsbG8=" } }
const reasoning = { reasoning_content: "Let me look." }
const details = { reasoning_details: [{ type: "reasoning.text", text: "Let me look.", index: 0 }] }

const openAi: ReadonlyArray<readonly [LlmProvider, ReasoningIn, object]> = [
  ["openai_compatible_llm", "reasoning_content", reasoning],
  ["openai_llm", "reasoning_content", {}],
  ["ollama_llm", "reasoning", {}],
  ["lmstudio_llm", "reasoning_content", {}],
  ["gemini_llm", "reasoning_content", {}],
  ["zhipu_llm", "reasoning_content", reasoning],
  ["deepseek_llm", "reasoning_content", reasoning],
  ["groq_llm", "reasoning", {}],
  ["mistral_llm", "content", {}],
  ["openrouter_llm", "reasoning_details", details]
]

for (const [provider, reasoningIn, back] of openAi) {
  describeLlm({
    provider,
    serve: serveOpenAi(reasoningIn),
    section: (base) => ({
      [provider]: { ...LlmLab.section(base), ...(provider === "ollama_llm" ? { keep_alive: 0 } : {}) }
    }),
    thinks: true,
    // Signatures are Gemini's, and come from no other server.
    round: chatRound(back, true),
    picture
  })
}

describeLlm({
  provider: "claude_llm",
  serve: (scripts) =>
    Effect.map(AnthropicServer.open(inTurn(scripts)), ({ requests, url }) => ({ base: url, requests })),
  section: (base) => ({ claude_llm: LlmLab.section(base) }),
  thinks: true,
  round: [
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "Let me look.", signature: "signed" },
        { type: "text", text: "One moment." },
        { type: "tool_use", id: "callone12", name: "look", input: { what: "tea" } },
        { type: "tool_use", id: "calltwo34", name: "look", input: { what: "rain" } }
      ]
    },
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: "callone12",
          content: [
            { type: "text", text: "It is hot." },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "aGVsbG8=" } }
          ]
        },
        { type: "tool_result", tool_use_id: "calltwo34", content: "No such thing.", is_error: true }
      ]
    }
  ],
  picture: { type: "image", source: { type: "base64", media_type: "image/png", data: "aGVsbG8=" } }
})

describeLlm({
  provider: "stateless_llm_with_template",
  serve: serveOpenAi("reasoning_content"),
  section: (base) => ({ stateless_llm_with_template: { ...LlmLab.section(base), template: "CHATML" } })
})
