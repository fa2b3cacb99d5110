import * as Undici from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ProviderFetch from "../../src/llm/ProviderFetch.ts"
import * as HttpAnswers from "../support/HttpAnswers.ts"
import { say } from "../../src/language/Text.ts"

const http = ProviderFetch.over(new Undici.Agent())

describe("ProviderFetch", () => {
  for (const [what, status, contentType] of [
    ["an error", 500, "application/json"],
    ["an event", 200, "text/event-stream"]
  ] as const)
    it.scopedLive(`ends the body of ${what} that has no end`, () =>
      Effect.gen(function* () {
        const { url } = yield* HttpAnswers.serve(() => ({
          status,
          headers: { "content-type": contentType },
          body: "x".repeat(60_000),
          endless: true
        }))
        const response = yield* Effect.promise(() => http(url))
        const { error } = yield* Effect.flip(Effect.tryPromise(() => response.text()))
        assert.deepInclude(error, { reason: "unreadable", detail: say("engine.sentTooMuch", 4) })
      })
    )
})
