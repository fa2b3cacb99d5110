import { NodeContext } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { AgentConfig, contextTokens, fasterFirst, longTermMemory } from "../../src/config/AgentConfig.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const agents = (choice: string, letta: boolean) =>
  Schema.decodeUnknownSync(AgentConfig)({
    conversation_agent_choice: choice,
    agent_settings: {
      basic_memory_agent: {
        llm_provider: "llama_cpp_llm",
        faster_first_response: !letta,
        context_tokens: 3000,
        long_term_memory: { enabled: true }
      },
      letta_agent: { id: "agent-1", faster_first_response: letta },
      hume_ai_agent: { api_key: "key" }
    }
  })

const load = (choice: string, webhook: string) =>
  Effect.flatMap(
    ConfigFolder.make({
      "conf.yaml": ConfigFolder.minimal.replace(
        "    agent_settings:\n",
        `    conversation_agent_choice: ${choice}\n    agent_settings:\n      webhook_agent: ${webhook}\n`
      )
    }),
    (folder) => ConfigFile.load(`${folder}/conf.yaml`)
  )

layer(NodeContext.layer)("the section of an agent", (it) => {
  it.scoped("is checked if that agent is chosen, and left out otherwise if it is wrong", () =>
    Effect.gen(function* () {
      const problem = yield* Effect.flip(load("webhook_agent", "{url: nowhere}"))
      assert.match(problem.message, /agent_settings\.webhook_agent\.url: expected /)
      const missing = yield* Effect.flip(load("letta_agent", "{url: nowhere}"))
      assert.match(missing.message, /agent_settings\.letta_agent\.id: is required/)
      const { warnings } = yield* load("basic_memory_agent", "{url: nowhere}")
      assert.match(warnings[0] ?? "", /webhook_agent\.url: expected .*is not in use and is left out/)
    })
  )

  for (const [choice, section, says] of [
    [
      "letta_agent",
      '{id: a, host: "ftp://foo bar"}',
      /letta_agent\.host: expected a host name, or an address/
    ],
    ["letta_agent", '{id: a, host: "not a host"}', /letta_agent\.host: expected a host name/],
    ["letta_agent", '{id: a, api_key: "sk-1\\n"}', /letta_agent\.api_key: holds a character that no key/],
    ["hume_ai_agent", '{api_key: a, host: "not a host"}', /hume_ai_agent\.host: expected a host name/]
  ] as const) {
    it.scoped(`names what no request can be made with: ${section}`, () =>
      Effect.gen(function* () {
        const problem = yield* Effect.flip(load(choice, `{url: nowhere}\n      ${choice}: ${section}`))
        assert.match(problem.message, says)
        assert.notInclude(problem.message, "sk-1")
      })
    )
  }

  for (const [header, says] of [
    ['Authorization: "Bearer abc\\n"', /webhook_agent\.headers\.Authorization: .*no HTTP header can have/],
    ["My key: abc", /webhook_agent\.headers\.My key: is no name of an HTTP header/]
  ] as const) {
    it.scoped(`names a header that cannot be sent: ${header}`, () =>
      Effect.gen(function* () {
        const problem = yield* Effect.flip(
          load("webhook_agent", `{url: "http://localhost", headers: {${header}}}`)
        )
        assert.match(problem.message, says)
        assert.notInclude(problem.message, "abc")
      })
    )
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

  it("gives what is set for a language model to nothing else", () => {
    assert.strictEqual(contextTokens(agents("basic_memory_agent", true)), 2400)
    assert.strictEqual(contextTokens(agents("letta_agent", true)), 8000)
    assert.isTrue(longTermMemory(agents("basic_memory_agent", true))?.enabled)
    assert.isUndefined(longTermMemory(agents("letta_agent", true)))
  })
})
