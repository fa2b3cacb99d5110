import * as Undici from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Redacted, Stream } from "effect"
import * as AiSdkLlm from "../../src/llm/AiSdkLlm.ts"
import * as UndiciFetch from "../../src/engine/UndiciFetch.ts"
import type { LlmDelta, LlmRequest } from "../../src/llm/Llm.ts"
import * as AnthropicServer from "../support/AnthropicServer.ts"
import { collect } from "./LlmLab.ts"
import * as StubProviders from "../support/StubProviders.ts"
import { echo, startStub } from "../support/StubServer.ts"
import type { ChatScript } from "../support/ChatAnswer.ts"
import type { Stub } from "../support/StubServer.ts"
import { english } from "../../src/language/Text.ts"

const http = UndiciFetch.over(Undici.getGlobalDispatcher())

const secret = "sk-very-secret"

const llmAt = (url: string) =>
  AiSdkLlm.openAiCompatible(http, "openai_compatible_llm", {
    interrupt_method: "user",
    base_url: url,
    llm_api_key: Redacted.make(secret),
    model: "stub-1",
    temperature: 0.7,
    organization_id: "org-1"
  })

const ask = (text: string): LlmRequest => ({
  conversation: "c1",
  system: "You are terse.",
  messages: [{ role: "user", text }]
})

const chat = (...scripts: ReadonlyArray<ChatScript>) => ({
  chat: (_: unknown, index: number) => scripts[Math.min(index, scripts.length - 1)]!
})

const answerOf = Effect.fnUntraced(function* (...scripts: ReadonlyArray<ChatScript>) {
  const stub = yield* StubProviders.open(chat(...scripts))
  const { deltas, failure } = yield* collect(llmAt(`${stub.url}/v1`).stream(ask("Hello")))
  assert.notInclude(JSON.stringify(failure) ?? "", secret)
  return { stub, deltas, failure }
})

const text = (...texts: ReadonlyArray<string>) => texts.map((text): LlmDelta => ({ _tag: "Text", text }))

const heard = (stub: Stub) =>
  Effect.map(
    Effect.promise(() => stub.log.chats.reached(1)),
    () => stub.log.chats[0]!
  )

describe("AiSdkLlm", () => {
  it.scopedLive("gives the first sentence before the rest of what came with it, and that as one", () =>
    Effect.gen(function* () {
      const chunks = ["It is ", "fine. ", "Let ", "us ", "go. ", "At once."]
      const stub = yield* StubProviders.open(chat({ chunks }))
      const deltas = yield* Stream.runCollect(llmAt(`${stub.url}/v1`).stream(ask("Hello")))
      assert.deepStrictEqual(Chunk.toReadonlyArray(deltas), text("It is fine. Let ", "us go. At once."))
    })
  )

  it.scopedLive("streams the answer", () =>
    Effect.gen(function* () {
      const { stub, deltas, failure } = yield* answerOf({})
      assert.isUndefined(failure)
      assert.deepStrictEqual(deltas, text(echo("Hello").join("")))
      const { body, headers } = stub.log.chats[0]!
      assert.deepInclude(body, { model: "stub-1", temperature: 0.7, stream: true })
      assert.deepStrictEqual(body.messages, [
        { role: "system", content: "You are terse." },
        { role: "user", content: "Hello" }
      ])
      assert.deepInclude(headers, { authorization: `Bearer ${secret}`, "openai-organization": "org-1" })
    })
  )

  it.scopedLive("hands on a piece as soon as it is there", () =>
    Effect.gen(function* () {
      const stub = yield* StubProviders.open(chat({ chunks: ["One. ", "Two."], delayMs: 20_000 }))
      const first = yield* llmAt(`${stub.url}/v1`).stream(ask("Hi")).pipe(Stream.take(1), Stream.runCollect)
      assert.deepStrictEqual(Chunk.toReadonlyArray(first), text("One. "))
      yield* Effect.promise(() => stub.log.chats[0]!.over)
      assert.isTrue(stub.log.chats[0]!.aborted)
    })
  )

  for (const [when, script] of [
    ["before the answer", { firstDelayMs: 20_000 }],
    ["within the answer", { chunks: ["One. ", "Two."], delayMs: 20_000 }]
  ] as const) {
    it.scopedLive(`closes the connection when it is interrupted ${when}`, () =>
      Effect.gen(function* () {
        const stub = yield* StubProviders.open(chat(script))
        const answering = yield* Effect.fork(Stream.runDrain(llmAt(`${stub.url}/v1`).stream(ask("Hi"))))
        const request = yield* heard(stub)
        yield* Fiber.interrupt(answering)
        yield* Effect.promise(() => request.over)
        assert.isTrue(request.aborted)
      })
    )
  }

  it.scopedLive("takes its key to no other server, and says where it is sent", () =>
    Effect.gen(function* () {
      const target = yield* StubProviders.open(chat({ chunks: ["Moved."] }))
      const location = `${target.url}/v1/chat/completions`
      const { deltas, failure } = yield* answerOf({ refuse: { status: 307, headers: { location } } })
      assert.deepStrictEqual(deltas, [])
      assert.include(english(failure?.detail ?? ""), `sends the request on to ${new URL(target.url).host}`)
      assert.include(english(failure?.advice ?? ""), "base_url")
      assert.lengthOf(target.log.chats, 0)
    })
  )

  it.scopedLive("understands an answer that is none", () =>
    Effect.gen(function* () {
      const { failure } = yield* answerOf({ refuse: { status: 304 } })
      assert.include(english(failure?.detail ?? ""), "refused the request with status 304")
    })
  )

  it.scopedLive("tells reasoning from answer", () =>
    Effect.gen(function* () {
      const { deltas } = yield* answerOf({ reasoning: ["Hm, ", "well."], chunks: ["Yes."] })
      assert.deepStrictEqual(deltas, [{ _tag: "Think", text: "Hm, well." }, ...text("Yes.")])
    })
  )

  it.scopedLive("sends the conversation and the images", () =>
    Effect.gen(function* () {
      const stub = yield* StubProviders.open()
      yield* llmAt(`${stub.url}/v1`)
        .stream({
          conversation: "c1",
          system: "",
          messages: [
            { role: "user", text: "Hi" },
            { role: "assistant", text: "Hello!" },
            { role: "system", text: "[Interrupted by user]" },
            { role: "assistant", text: "" },
            { role: "user", text: "What is this?", images: [{ mimeType: "image/png", base64: "aGVsbG8=" }] }
          ]
        })
        .pipe(Stream.runDrain)
      assert.deepStrictEqual(stub.log.chats[0]!.body.messages, [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello!" },
        { role: "system", content: "[Interrupted by user]" },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,aGVsbG8=" } }
          ]
        }
      ])
    })
  )

  it.scopedLive("gives what came before the connection was cut", () =>
    Effect.gen(function* () {
      const { deltas, failure } = yield* answerOf({ chunks: ["One. ", "Two. ", "Three."], breakAfter: 2 })
      assert.deepStrictEqual(deltas, text("One. Two. "))
      assert.strictEqual(failure?.reason, "broken-off")
      assert.match(
        failure?.message ?? "",
        /^openai_compatible_llm: the answer of 127\.0\.0\.1:\d+ broke off\. Ask again/
      )
    })
  )

  it.scopedLive("gives what came before the server reported an error", () =>
    Effect.gen(function* () {
      const { stub, deltas, failure } = yield* answerOf({ chunks: ["One. ", "Two."], errorAfter: 1 })
      assert.deepStrictEqual(deltas, text("One. "))
      assert.strictEqual(failure?.reason, "broken-off")
      assert.include(failure?.message ?? "", '"the model fell over"')
      assert.strictEqual(stub.log.chats.length, 1)
    })
  )

  for (const [status, reason, says, requests] of [
    [401, "unauthorized", "does not accept the key", 1],
    [403, "unauthorized", "does not accept the key", 1],
    [404, "unknown-model", 'knows no model "stub-1"', 1],
    [429, "rate-limited", "answers no more requests for now", 3],
    [400, "rejected", "refused the request with status 400", 1],
    [500, "unavailable", "refused the request with status 500", 3]
  ] as const) {
    it.scopedLive(`explains status ${status}`, () =>
      Effect.gen(function* () {
        const { stub, deltas, failure } = yield* answerOf({
          refuse: { status, message: `because of ${secret}` }
        })
        assert.deepStrictEqual(deltas, [])
        assert.strictEqual(failure?.reason, reason)
        assert.include(english(failure?.detail ?? ""), says)
        assert.strictEqual(stub.log.chats.length, requests)
      })
    )
  }

  it.scopedLive("knows an unknown model by the words for it", () =>
    Effect.gen(function* () {
      const { failure } = yield* answerOf({
        refuse: { status: 400, message: "model 'x' not found, pull it first" }
      })
      assert.strictEqual(failure?.reason, "unknown-model")
      assert.include(english(failure?.advice ?? ""), "llm_configs.openai_compatible_llm.model")
    })
  )

  it.scopedLive("tries again after an overload", () =>
    Effect.gen(function* () {
      const { deltas, failure } = yield* answerOf({ refuse: { status: 503 } }, { chunks: ["Yes."] })
      assert.isUndefined(failure)
      assert.deepStrictEqual(deltas, text("Yes."))
    })
  )

  it.live("says where no server answers", () =>
    Effect.gen(function* () {
      const stub = yield* Effect.promise(() => startStub())
      yield* Effect.promise(() => stub.close())
      const { failure } = yield* collect(llmAt(`${stub.url}/v1`).stream(ask("Hi")))
      assert.strictEqual(failure?.reason, "unreachable")
      assert.strictEqual(
        failure?.message,
        `openai_compatible_llm: no server answers at ${new URL(stub.url).host}. ` +
          "Start it, or correct llm_configs.openai_compatible_llm.base_url."
      )
    })
  )

  it.live("says so of an address that is none", () =>
    Effect.gen(function* () {
      const { failure } = yield* collect(llmAt("localhost without a scheme").stream(ask("Hi")))
      assert.strictEqual(failure?.reason, "rejected")
      assert.include(english(failure?.advice ?? ""), "base_url")
    })
  )
})

describe("AiSdkLlm.claude", () => {
  it.scopedLive("speaks Anthropic's API, with marks of interruption in the user's name", () =>
    Effect.gen(function* () {
      const server = yield* AnthropicServer.open()
      const llm = AiSdkLlm.claude(http, {
        interrupt_method: "system",
        base_url: server.url,
        llm_api_key: Redacted.make(secret),
        model: "claude-x"
      })
      const request: LlmRequest = {
        conversation: "c1",
        system: "Be kind.",
        messages: [
          { role: "user", text: "Hi" },
          { role: "assistant", text: "Hel" },
          { role: "system", text: "[Interrupted by user]" },
          { role: "user", text: "Go on" }
        ]
      }
      const { deltas, failure } = yield* collect(llm.stream(request))
      assert.isUndefined(failure)
      assert.deepStrictEqual(deltas, text("Good day."))
      assert.strictEqual(server.requests[0]?.path, "/v1/messages")
      assert.strictEqual(server.requests[0]?.key, secret)
      assert.deepStrictEqual(server.requests[0]?.body.messages, [
        { role: "user", content: [{ type: "text", text: "Hi" }] },
        { role: "assistant", content: [{ type: "text", text: "Hel" }] },
        {
          role: "user",
          content: [
            { type: "text", text: "[Interrupted by user]" },
            { type: "text", text: "Go on" }
          ]
        }
      ])
    })
  )
})
