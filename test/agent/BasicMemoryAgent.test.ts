import { NodeHttpClient } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { Agents } from "../../src/agent/Agent.ts"
import type { AgentInput } from "../../src/agent/Agent.ts"
import * as AgentTable from "../../src/agent/AgentTable.ts"
import type { BasicMemoryAgentConfig } from "../../src/config/AgentConfig.ts"
import { Prompts } from "../../src/config/Prompts.ts"
import { LlmProviders } from "../../src/llm/Llm.ts"
import type { Llm } from "../../src/llm/Llm.ts"
import * as McpClient from "../../src/mcp/McpClient.ts"
import { characterConfig } from "../support/Fixtures.ts"
import * as ScriptedLlm from "../support/ScriptedLlm.ts"

const prompts: Readonly<Record<string, string>> = {
  live2d_expression_prompt: "Use",
  tool_guidance_prompt: "Be careful with tools.",
  mcp_prompt: "Write JSON."
}

const agents = (llm: Llm) =>
  AgentTable.layer.pipe(
    Layer.provide(NodeHttpClient.dispatcherLayer),
    Layer.provide(
      Layer.mock(Prompts, {
        get: (purpose, emotions) =>
          Effect.succeed(
            prompts[purpose] === undefined
              ? undefined
              : [prompts[purpose], ...emotions].join(" ").concat("\n")
          )
      })
    ),
    Layer.provide(
      Layer.succeed(LlmProviders, { open: (_, options) => Effect.succeed(options?.over?.(llm) ?? llm) })
    )
  )

const character = (changes: Partial<BasicMemoryAgentConfig> = {}) => {
  const config = characterConfig("a")
  const { agent_config } = config
  const basic_memory_agent = { ...agent_config.agent_settings.basic_memory_agent!, ...changes }
  return {
    ...config,
    persona_prompt: "You are A.",
    agent_config: { ...agent_config, agent_settings: { ...agent_config.agent_settings, basic_memory_agent } }
  }
}

const lamp: McpClient.McpClient = {
  tools: Effect.succeed([
    {
      server: "home",
      name: "lamp",
      description: "Turns the lamp on.",
      inputSchema: { type: "object" },
      confirm: false,
      clientMayCall: false
    }
  ]),
  call: () => Effect.succeed({ text: "It is on.", images: [], failed: false })
}

const open = (changes: Partial<BasicMemoryAgentConfig> = {}, tools = McpClient.none) =>
  Effect.flatMap(Agents, ({ open }) =>
    open({ character: character(changes), emotions: ["joy", "anger"], tools })
  )

const input = (changes: Partial<AgentInput> = {}): AgentInput => ({
  conversation: "c",
  memory: [],
  from: "Mika",
  text: "Now",
  images: [],
  ...changes
})

describe("basic_memory_agent", () => {
  it.scoped("asks its model with the persona first, the memory, and the input with its pictures", () => {
    const { llm, requests } = ScriptedLlm.make([["Hello"]])
    return Effect.gen(function* () {
      const agent = yield* open()
      const images = [{ mimeType: "image/png", base64: "AAAA" }]
      const events = agent.reply(input({ memory: [{ role: "user", text: "Before" }], images }))
      expect([...(yield* Stream.runCollect(events))]).toEqual([{ _tag: "Text", text: "Hello" }])
      expect(requests).toEqual([
        {
          conversation: "c",
          system: "You are A.\n\nUse joy anger",
          messages: [
            { role: "user", text: "Before" },
            { role: "user", text: "Now", images }
          ]
        }
      ])
    }).pipe(Effect.provide(agents(llm)))
  })

  it.scoped("keeps all but the last message the same from turn to turn, whatever is recalled", () => {
    const { llm, requests } = ScriptedLlm.make([["One"], ["Two"]])
    return Effect.gen(function* () {
      const agent = yield* open()
      const summary = "They spoke of tea."
      const first = { role: "user", text: "First" } as const
      yield* Stream.runDrain(
        agent.reply(input({ summary, text: "First", recalled: ["Likes rain.", "Has a cat."] }))
      )
      yield* Stream.runDrain(
        agent.reply(
          input({
            summary,
            text: "Second",
            memory: [first, { role: "assistant", text: "One" }],
            recalled: ["Is 30."]
          })
        )
      )
      expect(requests.map(({ system }) => system)).toEqual(
        Array.from(
          { length: 2 },
          () => "You are A.\n\nUse joy anger\n\nWhat was said before, in short:\nThey spoke of tea."
        )
      )
      expect(requests.map(({ messages }) => messages.at(-1)?.text)).toEqual([
        "(What you remember about Mika:\n- Likes rain.\n- Has a cat.)\n\nFirst",
        "(What you remember about Mika:\n- Is 30.)\n\nSecond"
      ])
    }).pipe(Effect.provide(agents(llm)))
  })

  it.scoped("uses the tools of the servers that the character enables, and no others", () => {
    const { llm, requests } = ScriptedLlm.make([["No."], [ScriptedLlm.call("1", "lamp")], ["Yes."]])
    return Effect.gen(function* () {
      const without = yield* open({ use_mcpp: false, mcp_enabled_servers: ["home"] }, lamp)
      yield* Stream.runDrain(without.reply(input()))
      expect(requests[0]?.tools).toBeUndefined()

      const with_ = yield* open({ use_mcpp: true, mcp_enabled_servers: ["home"] }, lamp)
      const events = [...(yield* Stream.runCollect(with_.reply(input())))]
      expect(events.map((event) => (event._tag === "Tool" ? event.call.status : event._tag))).toEqual([
        "running",
        "completed",
        "Text"
      ])
      expect(requests[1]?.system).toBe("You are A.\n\nUse joy anger\n\nBe careful with tools. joy anger")
      expect(requests[2]?.messages.at(-1)).toMatchObject({ role: "tools", outcomes: [{ text: "It is on." }] })
    }).pipe(Effect.provide(agents(llm)))
  })

  it.scoped("tells a model without calls of its own how to write one", () => {
    const { llm, requests } = ScriptedLlm.make([['{"tool": "lamp"}'], ["Done."]], { callsTools: false })
    return Effect.gen(function* () {
      const agent = yield* open({ use_mcpp: true, mcp_enabled_servers: ["home"] }, lamp)
      const events = [...(yield* Stream.runCollect(agent.reply(input())))]
      expect(events.at(-1)).toEqual({ _tag: "Text", text: "Done." })
      expect(requests[0]?.system).toMatch(/Write JSON\. joy anger\n+- lamp: Turns the lamp on\./u)
      expect(requests[1]?.messages.at(-1)).toEqual({
        role: "user",
        text: "Result of the tool lamp:\nIt is on."
      })
    }).pipe(Effect.provide(agents(llm)))
  })

  it.scoped("writes one text outside of every conversation, without what the model thinks", () => {
    const { llm, requests } = ScriptedLlm.make([["<think>Hm.</think>", " Short", " it is. "], ["Again."]])
    return Effect.gen(function* () {
      const agent = yield* open()
      const task = { system: "Summarise.", text: "Long talk." }
      expect(yield* agent.write!(task)).toBe("Short it is.")
      expect(yield* agent.write!(task)).toBe("Again.")
      expect(requests[0]).toMatchObject({
        system: "Summarise.",
        messages: [{ role: "user", text: "Long talk." }]
      })
      expect(requests.map(({ conversation }) => conversation)).toEqual([undefined, undefined])
    }).pipe(Effect.provide(agents(llm)))
  })
})
