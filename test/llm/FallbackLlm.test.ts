import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Logger, LogLevel, Scope, Stream, TestClock } from "effect"
import * as FastCheck from "fast-check"
import { EngineUnavailable } from "../../src/engine/EngineUnavailable.ts"
import * as FallbackLlm from "../../src/llm/FallbackLlm.ts"
import { LlmFailed } from "../../src/llm/Llm.ts"
import type { Llm, LlmRequest } from "../../src/llm/Llm.ts"
import * as PromptedTools from "../../src/llm/PromptedTools.ts"
import * as ScriptedLlm from "../support/ScriptedLlm.ts"
import * as StubProviders from "../support/StubProviders.ts"
import * as LlmLab from "./LlmLab.ts"
import { english } from "../../src/language/Text.ts"

const failure = (provider: string, reason: LlmFailed["reason"]) =>
  new LlmFailed({ provider, reason, detail: `${reason} at ${provider}`, advice: "Mend it." })

/** A provider that answers in turn what the script says, with a journal of what happens to it. */
const member = (
  journal: Array<string>,
  provider: string,
  script: ReadonlyArray<ScriptedLlm.Answer>,
  changes: Partial<Llm> = {}
) => {
  const scripted = ScriptedLlm.make(script, { provider, model: `${provider}-1`, ...changes })
  const open = Effect.acquireRelease(
    Effect.sync(() => journal.push(`open ${provider}`)),
    () => Effect.sync(() => journal.push(`close ${provider}`))
  ).pipe(Effect.as(scripted.llm))
  return { member: { provider, open }, requests: scripted.requests }
}

/** Opens a session's model over the members, with what it tells the person and the log. */
const open = Effect.fnUntraced(function* (
  members: Parameters<typeof FallbackLlm.over>[0],
  known = FallbackLlm.standing(members[0])
) {
  const notices: Array<string> = []
  const llm = yield* FallbackLlm.over(members, known, {
    onFallback: (words) => Effect.sync(() => notices.push(english(words)))
  })
  return { llm, notices, known }
})

const hello: LlmRequest = LlmLab.ask("Hello")
const answerOf = (llm: Llm, request = hello) => LlmLab.collect(llm.stream(request))

describe("FallbackLlm", () => {
  it.scoped("asks the next one, leaves the first alone for 30 seconds and comes back to it", () =>
    Effect.gen(function* () {
      const journal: Array<string> = []
      const log: Array<string> = []
      const logger = Logger.make<unknown, void>(({ message }) => void log.push(String(message)))
      const first = member(journal, "first", [[failure("first", "unreachable")], ["Back."]])
      const second = member(journal, "second", [["One."], ["Two."], ["Three."]])
      yield* Effect.gen(function* () {
        const { known, llm, notices } = yield* open([first.member, second.member])
        assert.deepStrictEqual(journal, ["open first"])
        assert.deepStrictEqual((yield* answerOf(llm)).deltas, [LlmLab.text("One.")])
        yield* TestClock.adjust("29 seconds")
        assert.deepStrictEqual((yield* answerOf(llm)).deltas, [LlmLab.text("Two.")])
        assert.lengthOf(first.requests, 1)
        // Another session knows of it, and its person hears of it too.
        const other = yield* open([first.member, second.member], known)
        assert.deepStrictEqual((yield* answerOf(other.llm)).deltas, [LlmLab.text("Three.")])
        assert.lengthOf(first.requests, 1)
        assert.deepStrictEqual(other.notices, ["first does not answer: second answers instead."])
        yield* TestClock.adjust("1 seconds")
        assert.deepStrictEqual((yield* answerOf(llm)).deltas, [LlmLab.text("Back.")])
        assert.deepStrictEqual(notices, [
          "first does not answer (unreachable at first): second answers instead."
        ])
      }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      assert.deepStrictEqual(log, [
        "first does not answer (unreachable at first): second answers instead.",
        "first answers again."
      ])
      assert.deepStrictEqual(journal, ["open first", "open second", "open first", "open second"])
    })
  )

  it.effect("has the first one answer that can, whoever fails before it", () =>
    Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(
          FastCheck.array(FastCheck.boolean(), { minLength: 1, maxLength: 6 }),
          (works) =>
            Effect.gen(function* () {
              const all = works.map((works, index) => {
                const name = `provider-${index}`
                return member([], name, [[works ? name : failure(name, "unavailable")]])
              })
              const [first, ...others] = all.map(({ member }) => member)
              const { llm } = yield* open([first!, ...others])
              const { deltas, failure: failed } = yield* answerOf(llm)
              const expected = works.indexOf(true)
              if (expected < 0) assert.strictEqual(failed?.provider, "provider-0")
              else assert.deepStrictEqual(deltas, [LlmLab.text(`provider-${expected}`)])
              const asked = all.map(({ requests }) => requests.length)
              assert.deepStrictEqual(
                asked,
                works.map((_, index) => (expected < 0 || index <= expected ? 1 : 0))
              )
            }).pipe(Effect.scoped, Logger.withMinimumLogLevel(LogLevel.None), Effect.runPromise)
        )
      )
    )
  )

  for (const reason of ["unavailable", "unauthorized", "unknown-model", "rate-limited"] as const)
    it.scoped(`takes over from one that is ${reason}`, () =>
      Effect.gen(function* () {
        const first = member([], "first", [[failure("first", reason)]])
        const second = member([], "second", [["Yes."]])
        const { llm } = yield* open([first.member, second.member])
        assert.deepStrictEqual((yield* answerOf(llm)).deltas, [LlmLab.text("Yes.")])
      })
    )

  for (const reason of ["rejected", "no-tools", "broken-off"] as const)
    it.scoped(`does not take over when a request is ${reason}`, () =>
      Effect.gen(function* () {
        const journal: Array<string> = []
        const first = member(journal, "first", [[failure("first", reason)], ["Yes."]])
        const second = member(journal, "second", [["Never."]])
        const { llm } = yield* open([first.member, second.member])
        assert.strictEqual((yield* answerOf(llm)).failure?.reason, reason)
        assert.deepStrictEqual((yield* answerOf(llm)).deltas, [LlmLab.text("Yes.")])
        assert.deepStrictEqual(journal, ["open first"])
      })
    )

  it.scoped("does not take over in the midst of an answer", () =>
    Effect.gen(function* () {
      const first = member([], "first", [["Half an ", failure("first", "unreachable")]])
      const second = member([], "second", [["Never."]])
      const { llm } = yield* open([first.member, second.member])
      const { deltas, failure: failed } = yield* answerOf(llm)
      assert.deepStrictEqual(deltas, [LlmLab.text("Half an ")])
      assert.strictEqual(failed?.reason, "unreachable")
      assert.lengthOf(second.requests, 0)
    })
  )

  it.scoped("says what each of them said when nobody answers, and asks all of them again", () =>
    Effect.gen(function* () {
      const first = member([], "first", [[failure("first", "unreachable")], ["Yes."]])
      const second = member([], "second", [[failure("second", "unauthorized")]])
      const { llm } = yield* open([first.member, second.member])
      const { failure: failed } = yield* answerOf(llm)
      assert.strictEqual(
        failed?.message,
        "first: unreachable at first; second: unauthorized at second. For first: Mend it. For second: Mend it."
      )
      assert.deepStrictEqual((yield* answerOf(llm)).deltas, [LlmLab.text("Yes.")])
    })
  )

  it.scoped("leaves out one that cannot be opened, even the first", () =>
    Effect.gen(function* () {
      const missing = (provider: string) => ({
        provider,
        open: Effect.fail(
          new EngineUnavailable({ kind: "llm", engine: provider, reason: "no model", advice: "Fetch one." })
        )
      })
      const third = member([], "third", [["Yes."], ["Yes."]])
      const { llm } = yield* open([missing("first"), missing("second"), third.member])
      assert.isFalse(llm.callsTools)
      assert.deepStrictEqual((yield* answerOf(llm)).deltas, [LlmLab.text("Yes.")])
      const none = yield* open([missing("first"), missing("second")])
      assert.strictEqual(
        (yield* answerOf(none.llm)).failure?.message,
        "first: no model; second: no model. For first: Fetch one. For second: Fetch one."
      )
    })
  )

  it.scoped("knows of each by itself whether it takes tools", () =>
    Effect.gen(function* () {
      const first = member([], "first", [["One."], [failure("first", "unreachable")], ["Back."]])
      const second = member([], "second", [[failure("second", "no-tools")], ["In words."]])
      const refused = new WeakSet<Llm>()
      const inWords = (one: FallbackLlm.Member): FallbackLlm.Member => ({
        ...one,
        open: Effect.map(one.open, (llm) => PromptedTools.over(llm, { prompt: "Tools:", refused }))
      })
      const { llm } = yield* open([inWords(first.member), inWords(second.member)])
      const request = { ...hello, tools: [{ name: "look", description: "Looks.", inputSchema: {} }] }
      yield* answerOf(llm, request)
      assert.deepStrictEqual((yield* answerOf(llm, request)).deltas, [LlmLab.text("In words.")])
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual((yield* answerOf(llm, request)).deltas, [LlmLab.text("Back.")])
      const offered = (requests: ReadonlyArray<LlmRequest>) => requests.map(({ tools = [] }) => tools.length)
      assert.deepStrictEqual(offered(first.requests), [1, 1, 1])
      assert.deepStrictEqual(offered(second.requests), [1, 0])
    })
  )

  it.effect("closes what it has opened with its scope, and at once what was left half-way", () =>
    Effect.gen(function* () {
      const journal: Array<string> = []
      const first = member(journal, "first", [[failure("first", "unreachable")]])
      const slow = {
        provider: "second",
        open: Effect.zipRight(
          Effect.acquireRelease(
            Effect.sync(() => journal.push("begin second")),
            () => Effect.sync(() => journal.push("end second"))
          ),
          Effect.never
        )
      }
      const scope = yield* Scope.make()
      const { llm } = yield* Scope.extend(open([first.member, slow]), scope)
      const answering = yield* Effect.fork(Stream.runDrain(llm.stream(hello)))
      while (!journal.includes("begin second")) yield* Effect.yieldNow()
      yield* Fiber.interrupt(answering)
      assert.deepStrictEqual(journal, ["open first", "begin second", "end second"])
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(journal.at(-1), "close first")
    })
  )

  it.scopedLive("takes over from one that shows a web page", () =>
    Effect.gen(function* () {
      const page = { status: 200, headers: { "content-type": "text/html" }, body: "<html>Log in</html>" }
      const wall = yield* StubProviders.open({ chat: () => ({ refuse: page }) })
      const up = yield* StubProviders.open({ chat: () => ({ chunks: ["Here."] }) })
      const sections = {
        openai_llm: LlmLab.section(`${wall.url}/v1`),
        mistral_llm: LlmLab.section(`${up.url}/v1`)
      }
      const alone = yield* LlmLab.open("openai_llm", sections)
      const { failure: failed } = yield* answerOf(alone)
      assert.include(failed?.message ?? "", "answered with a web page, and not as an API does")
      assert.include(failed?.message ?? "", "Check llm_configs.openai_llm.base_url.")
      const llm = yield* LlmLab.open("openai_llm", sections, ["mistral_llm"])
      assert.deepStrictEqual((yield* answerOf(llm)).deltas, [LlmLab.text("Here.")])
    }).pipe(Effect.provide(Layer.fresh(LlmLab.layer())))
  )

  it.scopedLive("is what the configuration's fallback_providers name, in their order", () =>
    Effect.gen(function* () {
      const down = yield* StubProviders.open({ chat: () => ({ refuse: { status: 401 } }) })
      const up = yield* StubProviders.open({ chat: () => ({ chunks: ["Here."] }) })
      const llm = yield* LlmLab.open(
        "openai_llm",
        {
          openai_llm: LlmLab.section(`${down.url}/v1`),
          groq_llm: LlmLab.section(`${down.url}/v1`),
          mistral_llm: LlmLab.section(`${up.url}/v1`)
        },
        ["openai_llm", "groq_llm", "mistral_llm", "llama_cpp_llm"]
      )
      assert.deepStrictEqual((yield* answerOf(llm)).deltas, [LlmLab.text("Here.")])
      assert.lengthOf(down.log.chats, 2)
    }).pipe(Effect.provide(Layer.fresh(LlmLab.layer())))
  )
})
