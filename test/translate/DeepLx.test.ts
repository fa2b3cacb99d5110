import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as UndiciFetch from "../../src/engine/UndiciFetch.ts"
import * as DeepLx from "../../src/translate/DeepLx.ts"
import * as AgentServer from "../support/AgentServer.ts"

const http = UndiciFetch.over(AgentServer.dispatcher)
const secret = "key-very-secret"

const at = (url: string) =>
  DeepLx.make(http, { deeplx_api_endpoint: `${url}/${secret}/translate`, deeplx_target_lang: "JA" })

/** What comes of one sentence, and how often it was asked for. */
const translated = (...answers: ReadonlyArray<readonly [status: number, body: string]>) =>
  Effect.gen(function* () {
    const server = yield* AgentServer.open((_, response, index) => {
      const [status, body] = answers[Math.min(index, answers.length - 1)]!
      response.writeHead(status, { "content-type": "application/json" }).end(body)
    })
    const outcome = yield* Effect.either(at(server.url).translate("Good morning."))
    const failure = outcome._tag === "Left" ? outcome.left : undefined
    assert.notInclude(JSON.stringify(failure) ?? "", secret)
    return {
      text: outcome._tag === "Right" ? outcome.right : undefined,
      message: failure?.message ?? "",
      requests: server.requests
    }
  })

// The API as https://github.com/OwO-Network/DeepLX documents it.
describe("DeepLx", () => {
  it.scopedLive("translates", () =>
    Effect.gen(function* () {
      const body = {
        code: 200,
        id: 1,
        data: "おはよう。",
        alternatives: [],
        source_lang: "EN",
        target_lang: "JA"
      }
      const { requests, text } = yield* translated([200, JSON.stringify(body)])
      assert.strictEqual(text, "おはよう。")
      assert.strictEqual(requests[0]!.method, "POST")
      assert.deepStrictEqual(JSON.parse(requests[0]!.body), {
        text: "Good morning.",
        source_lang: "auto",
        target_lang: "JA"
      })
    })
  )

  it.scopedLive("tries once more after an overload", () =>
    Effect.gen(function* () {
      const { requests, text } = yield* translated([503, ""], [200, '{"code":200,"data":"Guten Morgen."}'])
      assert.strictEqual(text, "Guten Morgen.")
      assert.lengthOf(requests, 2)
    })
  )

  for (const [status, body, says, requests] of [
    [
      401,
      `no such key ${secret}`,
      /^deeplx: .* does not let us in \(status 401\)\. Correct translator_config/,
      1
    ],
    [404, "", /refused the request with status 404/, 1],
    [500, "", /failed with status 500/, 2],
    [200, '{"code":429,"message":"too many requests"}', /no more requests for now: "too many requests"/, 2],
    [200, `{"code":403,"message":"no such key ${secret}"}`, /does not let us in \(status 403\)/, 1],
    [200, `{"code":400,"message":"bad /${secret}/"}`, /refused the request with status 400: "bad[^"]*"/, 1],
    [200, "<html>", /sent what is no translation/, 1],
    [200, '{"code":200}', /sent what is no translation/, 1]
  ] as const) {
    it.scopedLive(`explains status ${status} ${body}`, () =>
      Effect.gen(function* () {
        const outcome = yield* translated([status, body])
        assert.match(outcome.message, says)
        assert.notInclude(outcome.message, secret)
        assert.lengthOf(outcome.requests, requests)
      })
    )
  }

  it.scopedLive("says where no server answers", () =>
    Effect.gen(function* () {
      const { url } = yield* Effect.scoped(AgentServer.open(() => undefined))
      const failure = yield* Effect.flip(at(url).translate("Hi."))
      assert.include(failure.message, `no server answers at ${new URL(url).host}. Start it, or correct`)
    })
  )

  it.scopedLive("aborts the request when it is interrupted", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open(() => undefined)
      const translating = yield* Effect.fork(at(server.url).translate("Hi."))
      const [request] = yield* server.asked(1)
      yield* Fiber.interrupt(translating)
      assert.strictEqual(yield* Effect.promise(() => request!.over), "aborted")
    })
  )
})
