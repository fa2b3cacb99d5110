import { assert, describe, it } from "@effect/vitest"
import { APICallError } from "@ai-sdk/provider"
import { Duration, Effect, Fiber, Option, TestClock } from "effect"
import * as FastCheck from "fast-check"
import * as RetryAfter from "../../src/engine/RetryAfter.ts"
import * as Retry from "../../src/llm/Retry.ts"

interface Refusal {
  readonly status?: number
  readonly code?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

const refused = ({ body, code, headers, status }: Refusal) => ({
  cause: new APICallError({
    message: "refused",
    url: "http://localhost/v1",
    requestBodyValues: {},
    ...(status === undefined ? {} : { statusCode: status }),
    ...(headers === undefined ? {} : { responseHeaders: headers }),
    ...(body === undefined ? {} : { responseBody: body }),
    ...(code === undefined ? {} : { cause: Object.assign(new Error("lost"), { code }) })
  })
})

/** Fails each time; answers when it was tried, in ms since the beginning. */
const attemptsOf = Effect.fnUntraced(function* (refusal: Refusal) {
  const times: Array<number> = []
  const begin = yield* TestClock.currentTimeMillis
  const attempt = Effect.zipRight(
    Effect.map(TestClock.currentTimeMillis, (now) => times.push(now - begin)),
    Effect.fail(refused(refusal))
  )
  const fiber = yield* Effect.fork(Effect.exit(Retry.whileItMayPass(attempt)))
  while (Option.isNone(yield* Fiber.poll(fiber))) yield* TestClock.adjust("100 millis")
  yield* Fiber.join(fiber)
  return times
})

describe("Retry", () => {
  for (const [what, refusal, attempts] of [
    ["an overload", { status: 503 }, 3],
    ["a limit of requests", { status: 429 }, 3],
    ["a lost connection", { code: "ECONNRESET" }, 3],
    ["a connection lost after the headers", { status: 200, code: "UND_ERR_SOCKET" }, 3],
    ["a server that is not there", { code: "ECONNREFUSED" }, 1],
    ["a server that says nothing", { code: "UND_ERR_HEADERS_TIMEOUT" }, 1],
    ["a wrong key", { status: 401 }, 1],
    ["a wrong request", { status: 400 }, 1],
    ["an account without credit", { status: 429, body: '{"error":{"code":"insufficient_quota"}}' }, 1],
    [
      "a model that takes no tools",
      { status: 500, body: '{"error":"tools param requires --jinja flag"}' },
      1
    ],
    ["too little memory", { status: 500, body: '{"error":"model requires more system memory"}' }, 1],
    [
      "a limit whose end stands in the body",
      { status: 429, body: '[{"error":{"message":"Quota exceeded. Please retry in 34.1s."}}]' },
      1
    ],
    ["a limit for a minute", { status: 429, headers: { "retry-after": "60" } }, 1]
  ] as const)
    it.effect(`tries ${attempts === 1 ? "once" : "three times"} with ${what}`, () =>
      Effect.gen(function* () {
        assert.lengthOf(yield* attemptsOf(refusal), attempts)
      })
    )

  it.effect("waits longer each time", () =>
    Effect.gen(function* () {
      const [first = 0, second = 0, third = 0] = yield* attemptsOf({ status: 503 })
      assert.strictEqual(first, 0)
      assert.isAtLeast(second, 200)
      assert.isAtMost(second, 500)
      assert.isAtLeast(third - second, 400)
    })
  )

  it.effect("waits for as long as the provider wants", () =>
    Effect.gen(function* () {
      const [, second = 0, third = 0] = yield* attemptsOf({ status: 429, headers: { "retry-after": "7" } })
      assert.isAtLeast(second, 7000)
      assert.isAtLeast(third - second, 7000)
    })
  )

  it.effect("waits for as long as Gemini wants, which speaks of quota and of its pause in the body", () =>
    Effect.gen(function* () {
      const body = '[{"error":{"message":"Quota exceeded.","details":[{"retryDelay":"7s"}]}}]'
      const [, second = 0] = yield* attemptsOf({ status: 429, body })
      assert.isAtLeast(second, 7000)
    })
  )

  it("reads pauses in seconds, in milliseconds and as dates, and none of what it does not understand", () => {
    const now = Date.UTC(2026, 0, 1)
    const ms = (headers: Record<string, string>) =>
      Option.getOrUndefined(Option.map(RetryAfter.pauseOf(headers, now), Duration.toMillis))
    assert.strictEqual(ms({ "retry-after": "Thu, 01 Jan 2026 00:00:05 GMT" }), 5000)
    assert.strictEqual(ms({ "retry-after": "Wed, 31 Dec 2025 00:00:05 GMT" }), 0)
    assert.strictEqual(ms({ "retry-after": "soon" }), undefined)
    assert.strictEqual(ms({}), undefined)
    FastCheck.assert(
      FastCheck.property(FastCheck.nat(100_000), (pause) => {
        assert.strictEqual(ms({ "retry-after": String(pause) }), pause * 1000)
        assert.strictEqual(ms({ "retry-after-ms": String(pause), "retry-after": "1" }), pause)
      })
    )
    FastCheck.assert(
      FastCheck.property(FastCheck.string(), (after) =>
        assert.isAtLeast(ms({ "retry-after": after }) ?? 0, 0)
      )
    )
  })
})
