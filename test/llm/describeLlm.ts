import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import type { Scope } from "effect"
import type { LlmProvider } from "../../src/config/AgentConfig.ts"
import type { LlmConfig } from "../../src/config/LlmConfig.ts"
import type { Llm, LlmTool, ToolRound } from "../../src/llm/Llm.ts"
import type { Arrivals } from "../support/Arrivals.ts"
import type { ChatScript } from "../support/ChatAnswer.ts"
import type { ChatRecord } from "../support/StubServer.ts"
import * as LlmLab from "./LlmLab.ts"
import { english } from "../../src/language/Text.ts"

/** A server that answers its requests in turn, the last script again and again. */
interface Server {
  /** As the configuration has it. */
  readonly base: string
  readonly requests: Arrivals<ChatRecord>
}

export interface Kind {
  readonly provider: LlmProvider
  readonly serve: (scripts: ReadonlyArray<ChatScript>) => Effect.Effect<Server, never, Scope.Scope>
  readonly section: (base: string) => Partial<LlmConfig>
  /** Absent for one that knows no reasoning of its own. */
  readonly thinks?: boolean
  /** What a server sees of the round of `useTools`, as its own messages. Absent for one without calls. */
  readonly round?: ReadonlyArray<unknown>
  /** What a server sees of a picture. Absent for one that takes none. */
  readonly picture?: unknown
}

const tool: LlmTool = {
  name: "look",
  description: "Looks something up.",
  inputSchema: { type: "object", properties: { what: { type: "string" } }, required: ["what"] }
}

/** Every provider keeps to this, against a server that speaks its API. */
export const describeLlm = ({ picture, provider, round, section, serve, thinks }: Kind): void => {
  const scene = Effect.fnUntraced(function* (...scripts: ReadonlyArray<ChatScript>) {
    const server = yield* serve(scripts)
    const llm = yield* LlmLab.open(provider, section(server.base))
    return { llm, server }
  })
  /** The answer to "Hello", which never tells the key. */
  const answerOf = Effect.fnUntraced(function* (...scripts: ReadonlyArray<ChatScript>) {
    const { llm, server } = yield* scene(...scripts)
    const answer = yield* LlmLab.collect(llm.stream(LlmLab.ask("Hello")))
    assert.notInclude(JSON.stringify(answer.failure) ?? "", LlmLab.secret)
    if (answer.failure !== undefined) assert.strictEqual(answer.failure.provider, provider)
    return { ...answer, server, asked: server.requests.length }
  })
  const test = <E>(name: string, body: () => Effect.Effect<void, E, Scope.Scope | LlmLab.Services>) =>
    it.scopedLive(name, () => body().pipe(Effect.provide(LlmLab.layer())))

  describe.concurrent(provider, () => {
    test("streams in order", () =>
      Effect.gen(function* () {
        const chunks = Array.from({ length: 40 }, (_, index) => `${index} `)
        const { deltas, failure } = yield* answerOf({ chunks })
        assert.isUndefined(failure)
        assert.deepStrictEqual(deltas, [LlmLab.text(chunks.join(""))])
      }))

    if (thinks === true)
      test("tells what the model thinks from what it says", () =>
        Effect.gen(function* () {
          const { deltas } = yield* answerOf({ reasoning: ["Hm, ", "well."], chunks: ["Yes."] })
          assert.deepStrictEqual(deltas, [LlmLab.think("Hm, well."), LlmLab.text("Yes.")])
        }))

    if (round !== undefined) {
      test("calls tools side by side, and shows the provider what came of it", () =>
        Effect.gen(function* () {
          const { llm, server } = yield* scene(
            {
              reasoning: thinks === true ? ["Let me ", "look."] : [],
              signature: "signed",
              chunks: ["One moment."],
              calls: [
                { id: "callone12", name: "look", arguments: ['{"what"', ': "tea"}'], signature: "thought" },
                { id: "calltwo34", name: "look", arguments: ["{", '"what": "rain"', "}"] }
              ]
            },
            { chunks: ["Tea."] }
          )
          yield* useTools(llm, server, round)
        }))

      test("says so of a model that takes no tools, and asks nobody again", () =>
        Effect.gen(function* () {
          const message = "registry.example/model-1 does not support tools"
          const { llm, server } = yield* scene({ refuse: { status: 400, message } })
          const asked = llm.stream(LlmLab.ask("Hello", { tools: [tool] }))
          const { failure } = yield* LlmLab.collect(asked)
          assert.strictEqual(failure?.reason, "no-tools")
          assert.lengthOf(server.requests, 1)
        }))
    }

    if (picture !== undefined)
      test("shows pictures", () =>
        Effect.gen(function* () {
          const { llm, server } = yield* scene({ chunks: ["A cat."] })
          const images = [{ mimeType: "image/png", base64: "aGVsbG8=" }]
          yield* Stream.runDrain(
            llm.stream(LlmLab.ask("", { messages: [{ role: "user", text: "What is it?", images }] }))
          )
          const content = server.requests[0]!.body.messages.at(-1)!.content
          assert.deepStrictEqual(content, [{ type: "text", text: "What is it?" }, picture] as typeof content)
        }))

    for (const [when, script] of [
      ["before its first word", { chunks: ["One."], firstDelayMs: 20_000 }],
      ["within an answer", { chunks: ["One. ", "Two."], delayMs: 20_000 }]
    ] as const)
      test(`leaves the server when it is interrupted ${when}`, () =>
        Effect.gen(function* () {
          const { llm, server } = yield* scene(script)
          const answering = yield* Effect.fork(Stream.runDrain(llm.stream(LlmLab.ask("Hello"))))
          yield* Effect.promise(() => server.requests.reached(1))
          const request = server.requests[0]!
          yield* Fiber.interrupt(answering)
          yield* Effect.promise(() => request.over)
          assert.isTrue(request.aborted)
          assert.lengthOf(server.requests, 1)
        }))

    for (const [status, reason, words, requests] of [
      [401, "unauthorized", "does not accept the key", 1],
      [402, "unauthorized", "has no credit or quota left", 1],
      [404, "unknown-model", 'knows no model "model-1"', 1],
      [429, "rate-limited", "answers no more requests for now", 3],
      [500, "unavailable", "with status 500", 3],
      [529, "unavailable", "is overloaded", 3]
    ] as const)
      test(`explains status ${status}`, () =>
        Effect.gen(function* () {
          const refuse = { status, message: `because of ${LlmLab.secret}`, headers: { "retry-after": "0" } }
          const { asked, deltas, failure } = yield* answerOf({ refuse })
          assert.deepStrictEqual(deltas, [])
          assert.strictEqual(failure?.reason, reason)
          assert.include(english(failure?.detail ?? ""), words)
          assert.strictEqual(asked, requests)
        }))

    test("asks again after a limit of requests", () =>
      Effect.gen(function* () {
        const refuse = { status: 429, headers: { "retry-after": "0" } }
        const { asked, deltas } = yield* answerOf({ refuse }, { chunks: ["Now."] })
        assert.deepStrictEqual(deltas, [LlmLab.text("Now.")])
        assert.strictEqual(asked, 2)
      }))

    test("does not wait for a provider that wants a minute", () =>
      Effect.gen(function* () {
        const { asked, failure } = yield* answerOf({
          refuse: { status: 429, headers: { "retry-after": "60" } }
        })
        assert.strictEqual(failure?.reason, "rate-limited")
        assert.strictEqual(asked, 1)
      }))

    test("asks again when the connection is lost before the first word", () =>
      Effect.gen(function* () {
        const { asked, deltas } = yield* answerOf({ chunks: ["One."], breakAfter: 0 }, { chunks: ["Two."] })
        assert.deepStrictEqual(deltas, [LlmLab.text("Two.")])
        assert.strictEqual(asked, 2)
      }))

    for (const [what, script] of [
      ["breaks off", { breakAfter: 2 }],
      ["reports an error", { errorAfter: 2 }],
      ["makes no sense", { garbageAfter: 2 }]
    ] as const)
      test(`gives what came before the answer ${what}, once`, () =>
        Effect.gen(function* () {
          const { asked, deltas, failure } = yield* answerOf({
            chunks: ["One. ", "Two. ", "Three."],
            ...script
          })
          assert.deepStrictEqual(deltas, [LlmLab.text("One. Two. ")])
          assert.strictEqual(failure?.reason, "broken-off")
          assert.strictEqual(asked, 1)
        }))

    test("says so of an answer that never was one", () =>
      Effect.gen(function* () {
        const { failure } = yield* answerOf({ chunks: [], garbageAfter: 0 })
        assert.strictEqual(failure?.reason, "rejected")
        assert.include(english(failure?.detail ?? ""), "something that is no answer")
      }))

    for (const [finish, words] of [
      ["length", "reached its limit of length before it had said a word"],
      ["content_filter", "has withheld the answer"]
    ] as const)
      test(`does not pass over an empty answer that ended by ${finish}`, () =>
        Effect.gen(function* () {
          const { failure } = yield* answerOf({ chunks: [], finish })
          assert.strictEqual(failure?.reason, "rejected")
          assert.include(english(failure?.detail ?? ""), words)
        }))

    test("gives the words that came before a filter cut the answer, and says so", () =>
      Effect.gen(function* () {
        const { deltas, failure } = yield* answerOf({ chunks: ["Well, "], finish: "content_filter" })
        assert.deepStrictEqual(deltas, [LlmLab.text("Well, ")])
        assert.strictEqual(failure?.reason, "broken-off")
        assert.include(english(failure?.detail ?? ""), "the content filter of 127.0.0.1")
      }))

    test("takes an answer of full length for one", () =>
      Effect.gen(function* () {
        const { deltas, failure } = yield* answerOf({ chunks: ["Well, "], finish: "length" })
        assert.deepStrictEqual(deltas, [LlmLab.text("Well, ")])
        assert.isUndefined(failure)
      }))

    test("says where no server answers", () =>
      Effect.gen(function* () {
        const base = yield* Effect.scoped(Effect.map(serve([]), (server) => server.base))
        const llm = yield* LlmLab.open(provider, section(base))
        const { failure } = yield* LlmLab.collect(llm.stream(LlmLab.ask("Hello")))
        assert.strictEqual(failure?.reason, "unreachable")
        assert.include(failure?.message ?? "", `no server answers at ${new URL(base).host}`)
      }))
  })
}

/** Has the model call two tools, and checks that the provider gets back what it said, in its own shape. */
const useTools = Effect.fnUntraced(function* (llm: Llm, server: Server, round: ReadonlyArray<unknown>) {
  const { deltas, failure } = yield* LlmLab.collect(llm.stream(LlmLab.ask("Tea?", { tools: [tool] })))
  assert.isUndefined(failure)
  const requests = deltas.flatMap((delta) => (delta._tag === "Call" ? [delta.request] : []))
  assert.deepStrictEqual(
    requests.map(({ id, input, name }) => ({ id, name, input: JSON.parse(input) as unknown })),
    [
      { id: "callone12", name: "look", input: { what: "tea" } },
      { id: "calltwo34", name: "look", input: { what: "rain" } }
    ]
  )
  const images = [{ mimeType: "image/png", base64: "aGVsbG8=" }]
  const outcomes: ToolRound["outcomes"] = [
    { request: requests[0]!, text: "It is hot.", failed: false, images },
    { request: requests[1]!, text: "No such thing.", failed: true }
  ]
  const again = LlmLab.ask("Tea?", {
    tools: [tool],
    messages: [
      { role: "user", text: "Tea?" },
      { role: "tools", text: "One moment.", outcomes }
    ]
  })
  const last = yield* LlmLab.collect(llm.stream(again))
  assert.deepStrictEqual(last.deltas, [LlmLab.text("Tea.")])
  const { messages, tools } = server.requests[1]!.body
  assert.deepStrictEqual(messages.slice(-round.length), round as typeof messages)
  assert.lengthOf(tools as ReadonlyArray<unknown>, 1)
})
