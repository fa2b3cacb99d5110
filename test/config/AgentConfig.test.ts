import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { AgentConfig, fasterFirst } from "../../src/config/AgentConfig.ts"

const agents = (choice: string, letta: boolean) =>
  Schema.decodeUnknownSync(AgentConfig)({
    conversation_agent_choice: choice,
    agent_settings: {
      basic_memory_agent: { llm_provider: "llama_cpp_llm", faster_first_response: !letta },
      letta_agent: { id: "agent-1", faster_first_response: letta },
      hume_ai_agent: { api_key: "key" }
    }
  })

describe("AgentConfig", () => {
  it("speaks up to the first comma as the chosen agent says, and where it says nothing", () => {
    assert.isTrue(fasterFirst(agents("letta_agent", true)))
    assert.isFalse(fasterFirst(agents("letta_agent", false)))
    assert.isFalse(fasterFirst(agents("basic_memory_agent", true)))
    assert.isTrue(fasterFirst(agents("hume_ai_agent", false)))
    assert.isTrue(fasterFirst(agents("webhook_agent", false)))
  })
})
