import { NodeHttpClient } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { Agents } from "../../src/agent/Agent.ts"
import * as AgentTable from "../../src/agent/AgentTable.ts"
import { Prompts } from "../../src/config/Prompts.ts"
import { LlmProviders } from "../../src/llm/Llm.ts"
import * as McpClient from "../../src/mcp/McpClient.ts"
import type { LlmRequest } from "../../src/llm/Llm.ts"
import { characterConfig } from "../support/Fixtures.ts"

const prompts = Layer.succeed(Prompts, {
  get: (purpose, emotions) =>
    Effect.succeed(purpose === "live2d_expression_prompt" ? `Use ${[...emotions].join(" ")}.\n` : undefined)
})

const agents = (requests: Array<LlmRequest>) =>
  AgentTable.layer.pipe(
    Layer.provide(prompts),
    Layer.provide(NodeHttpClient.dispatcherLayer),
    Layer.provide(
      Layer.succeed(LlmProviders, {
        open: () =>
          Effect.succeed({
            provider: "fake_llm",
            model: "fake",
            callsTools: false,
            stream: (request) => {
              requests.push(request)
              return Stream.make({ _tag: "Text" as const, text: "Hello" })
            }
          })
      })
    )
  )

const character = { ...characterConfig("a"), persona_prompt: "You are A." }

describe("basic_memory_agent", () => {
  it.scoped("asks its model with the persona first, the memory, and the input with its pictures", () => {
    const requests: Array<LlmRequest> = []
    return Effect.gen(function* () {
      const agent = yield* (yield* Agents).open({
        character,
        emotions: ["joy", "anger"],
        tools: McpClient.none
      })
      const events = agent.reply({
        conversation: "c",
        memory: [{ role: "user", text: "Before" }],
        from: "Human",
        text: "Now",
        images: [{ mimeType: "image/png", base64: "AAAA" }]
      })
      expect([...(yield* Stream.runCollect(events))]).toEqual([{ _tag: "Text", text: "Hello" }])
      expect(requests).toEqual([
        {
          conversation: "c",
          system: "You are A.\n\nUse joy anger.",
          messages: [
            { role: "user", text: "Before" },
            { role: "user", text: "Now", images: [{ mimeType: "image/png", base64: "AAAA" }] }
          ]
        }
      ])
    }).pipe(Effect.provide(agents(requests)))
  })
})
