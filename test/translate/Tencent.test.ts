import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import * as Tencent from "../../src/translate/Tencent.ts"
import * as AgentServer from "../support/AgentServer.ts"

const secret = "secret-key-very-secret"

const at = (url: string) =>
  Tencent.open({
    secret_id: Redacted.make("AKIDexample"),
    secret_key: Redacted.make(secret),
    region: "ap-guangzhou",
    source_lang: "en",
    target_lang: "ja",
    endpoint: url
  })

const translated = (status: number, body: string) =>
  Effect.gen(function* () {
    const server = yield* AgentServer.open(
      (_, response) => void response.writeHead(status, { "content-type": "application/json" }).end(body)
    )
    const outcome = yield* Effect.either((yield* at(server.url)).translate("Good morning."))
    const failure = outcome._tag === "Left" ? outcome.left : undefined
    assert.notInclude(JSON.stringify(failure) ?? "", secret)
    return {
      text: outcome._tag === "Right" ? outcome.right : undefined,
      message: failure?.message ?? "",
      request: server.requests[0]!
    }
  })

const refusal = (Code: string, Message: string) =>
  JSON.stringify({ Response: { Error: { Code, Message }, RequestId: "r" } })

// The API as https://cloud.tencent.com/document/api/551/15619 documents it.
describe("Tencent", () => {
  it.scopedLive("translates", () =>
    Effect.gen(function* () {
      const { request, text } = yield* translated(
        200,
        JSON.stringify({ Response: { TargetText: "おはよう。", Source: "en", Target: "ja", RequestId: "r" } })
      )
      assert.strictEqual(text, "おはよう。")
      assert.deepInclude(request.headers, {
        "x-tc-action": "TextTranslate",
        "x-tc-version": "2018-03-21",
        "x-tc-region": "ap-guangzhou"
      })
      assert.match(request.headers.authorization ?? "", /^TC3-HMAC-SHA256 Credential=AKIDexample\//)
      assert.deepStrictEqual(JSON.parse(request.body), {
        SourceText: "Good morning.",
        Source: "en",
        Target: "ja",
        ProjectId: 0
      })
    })
  )

  for (const [status, body, says] of [
    [
      200,
      refusal("AuthFailure.SecretIdNotFound", "no such id"),
      /does not let us in.*secret_id and secret_key/
    ],
    [200, refusal("RequestLimitExceeded", "slow down"), /no more requests for now: "slow down"/],
    [200, refusal("UnsupportedOperation.UnsupportedLanguage", "not ja"), /reports a failure: "not ja"/],
    [502, "", /failed with status 502/],
    [200, "<html>", /sent what is no translation/],
    [200, '{"Response":{}}', /sent what is no translation/]
  ] as const) {
    it.scopedLive(`explains status ${status} ${body}`, () =>
      Effect.gen(function* () {
        assert.match((yield* translated(status, body)).message, says)
      })
    )
  }

  it.scopedLive("says where no server answers", () =>
    Effect.gen(function* () {
      const { url } = yield* Effect.scoped(AgentServer.open(() => undefined))
      const failure = yield* Effect.flip((yield* at(url)).translate("Hi."))
      assert.include(failure.message, `no server answers at ${new URL(url).host}.`)
    })
  )

  it.scopedLive("aborts the request when it is interrupted", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open(() => undefined)
      const translating = yield* Effect.fork((yield* at(server.url)).translate("Hi."))
      const [request] = yield* server.asked(1)
      yield* Fiber.interrupt(translating)
      assert.strictEqual(yield* Effect.promise(() => request!.over), "aborted")
    })
  )
})
