import { assert, describe, it } from "@effect/vitest"
import { APICallError } from "@ai-sdk/provider"
import { Redacted } from "effect"
import * as ProviderFailure from "../../src/llm/ProviderFailure.ts"
import { english } from "../../src/language/Text.ts"

const failed = ProviderFailure.describe({
  provider: "openai_compatible_llm",
  model: "model-1",
  address: "https://llm.example/v1",
  key: Redacted.make("sk-very-secret")
})

const refusal = (statusCode: number, responseBody: string) =>
  new APICallError({
    message: "refused",
    url: "https://llm.example/v1",
    requestBodyValues: {},
    statusCode,
    responseBody
  })

const error = (message: string, more: object = {}) => JSON.stringify({ error: { message, ...more } })

/** What servers really say, and what it is understood as. */
const said: ReadonlyArray<readonly [string, number, string, string, string]> = [
  ["OpenAI", 401, error("Incorrect API key provided: sk-very-secret."), "unauthorized", "accept the key"],
  [
    "Gemini",
    400,
    `[${error("API key not valid. Please pass a valid API key.", { status: "INVALID_ARGUMENT" })}]`,
    "unauthorized",
    "accept the key"
  ],
  [
    "OpenAI",
    429,
    error("You exceeded your current quota, please check your plan and billing details."),
    "unauthorized",
    "no credit or quota"
  ],
  [
    "Gemini",
    429,
    `[${error(
      "You exceeded your current quota, please check your plan and billing details. Please retry in 12.5s.",
      {
        status: "RESOURCE_EXHAUSTED",
        details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "12s" }]
      }
    )}]`,
    "rate-limited",
    "no more requests"
  ],
  ["vLLM", 429, error("Insufficient workers."), "rate-limited", "no more requests"],
  ["OpenRouter", 402, error("Insufficient credits. Add more."), "unauthorized", "no credit or quota"],
  ["DeepSeek", 402, error("Insufficient Balance"), "unauthorized", "no credit or quota"],
  [
    "Anthropic",
    400,
    error("Your credit balance is too low to access the Anthropic API."),
    "unauthorized",
    "no credit or quota"
  ],
  ["Zhipu", 429, error("余额不足或无可用资源包,请充值。"), "unauthorized", "no credit or quota"],
  ["Zhipu", 429, error("您的账户已达到速率限制"), "rate-limited", "no more requests"],
  [
    "OpenAI",
    400,
    error("This model's maximum context length is 8192 tokens.", { code: "context_length_exceeded" }),
    "rejected",
    "longer than"
  ],
  ["Anthropic", 400, error("prompt is too long: 210000 tokens > 200000 maximum"), "rejected", "longer than"],
  ["llama.cpp", 400, error("the request exceeds the available context size"), "rejected", "longer than"],
  [
    "Azure",
    400,
    error("The response was filtered due to the prompt triggering the content management policy."),
    "rejected",
    "content filter"
  ],
  [
    "Ollama",
    500,
    '{"error":"model requires more system memory (9.3 GiB) than is available (5.1 GiB)"}',
    "unavailable",
    "too little memory"
  ],
  ["Ollama", 404, error("model 'model-1' not found"), "unknown-model", "knows no model"],
  [
    "Groq",
    404,
    error("The model `model-1` does not exist or you do not have access to it."),
    "unknown-model",
    "knows no model"
  ],
  ["OpenRouter", 400, error("model-1 is not a valid model ID"), "unknown-model", "knows no model"],
  ["Anthropic", 529, error("Overloaded", { type: "overloaded_error" }), "unavailable", "overloaded"],
  ["Anthropic", 529, '{"type":"overloaded_error","message":"Overloaded"}', "unavailable", ': "Overloaded"'],
  ["Mistral", 422, '{"object":"error","message":"Wrong role"}', "rejected", ': "Wrong role"'],
  ["a proxy", 502, "<html>Bad Gateway</html>", "unavailable", "status 502"]
]

describe("ProviderFailure", () => {
  for (const [who, status, body, reason, words] of said)
    it(`understands ${who}: status ${status}, ${body.slice(0, 60)}`, () => {
      const failure = failed.beforeAnswer(refusal(status, body), false)
      assert.strictEqual(failure.reason, reason)
      assert.include(english(failure.detail), words)
      assert.notInclude(JSON.stringify(failure), "sk-very-secret")
      assert.match(failure.message, /\.$/)
    })

  for (const message of [
    "registry.ollama.ai/library/gemma:2b does not support tools",
    "No endpoints found that support tool use. To learn more about provider routing, visit the docs.",
    '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    "`tool calling` is not supported with this model",
    "tools param requires --jinja flag",
    "model-1 does not support Function Calling"
  ])
    it(`knows a model without tools by: ${message.slice(0, 50)}`, () => {
      const cause = refusal(message.startsWith("No endpoints") ? 404 : 400, error(message))
      assert.strictEqual(failed.beforeAnswer(cause, true).reason, "no-tools")
      assert.notStrictEqual(failed.beforeAnswer(cause, false).reason, "no-tools")
    })

  it("tells a connection that was closed, and one that has gone silent, from a server that is not there", () => {
    const lost = (code: string) =>
      new APICallError({
        message: "Cannot connect",
        url: "https://llm.example/v1",
        requestBodyValues: {},
        cause: Object.assign(new Error("read"), { code })
      })
    assert.include(
      english(failed.beforeAnswer(lost("ECONNRESET"), false).detail),
      "llm.example closed the connection"
    )
    assert.include(english(failed.beforeAnswer(lost("ECONNREFUSED"), false).detail), "no server answers")
    const silent = Object.assign(new Error("Body Timeout Error"), { code: "UND_ERR_BODY_TIMEOUT" })
    const { detail, reason } = failed.midAnswer(silent)
    assert.strictEqual(reason, "broken-off")
    assert.strictEqual(english(detail), "nothing more of the answer of llm.example has come for 60 s")
  })

  it("understands what a provider reports in the midst of its stream", () => {
    const reported = (report: object) => failed.beforeAnswer(report, false)
    assert.strictEqual(reported({ message: "Overloaded", type: "overloaded_error" }).reason, "unavailable")
    assert.strictEqual(reported({ message: "Slow down", code: 429 }).reason, "rate-limited")
    assert.strictEqual(reported({ message: "Something else" }).reason, "unavailable")
  })
})
