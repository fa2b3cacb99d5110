import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as BoundedFetch from "../../src/mcp/BoundedFetch.ts"
import * as HttpAnswers from "../support/HttpAnswers.ts"
import { english } from "../../src/language/Text.ts"
import type { Words } from "../../src/language/Text.ts"

/** Reads twice as much as a message may have, or says why not. */
const read = (answer: HttpAnswers.Answer) =>
  Effect.gen(function* () {
    const { url } = yield* HttpAnswers.serve(() => answer)
    return yield* Effect.promise(async () => {
      const leaving = new AbortController()
      const response = await BoundedFetch.fetch(url, { signal: leaving.signal })
      let length = 0
      try {
        for await (const piece of response.body!) {
          length += piece.length
          if (length > 2 * BoundedFetch.longestMessage) break
        }
        return "read on"
      } catch (error) {
        return english((error as { readonly reason?: Words }).reason ?? String(error))
      } finally {
        leaving.abort()
      }
    })
  })

const tooLong = "it sent a message of more than 8 MiB"

const events = (line: string, end: string): HttpAnswers.Answer => ({
  status: 200,
  headers: { "content-type": "text/event-stream; charset=utf-8" },
  body: `${line}${end}`.repeat(60_000 / (line.length + end.length)),
  endless: true
})

describe("a body that does not end", () => {
  it.scopedLive.each<readonly [string, HttpAnswers.Answer]>([
    [
      "one message",
      {
        status: 200,
        headers: { "content-type": "application/json" },
        body: " \n\n".repeat(20_000),
        endless: true
      }
    ],
    ["an event of one line", events("x", "")],
    ["an event of many short lines", events("data: x", "\n")],
    ["an event of many short lines with both ends", events("data: x", "\r\n")]
  ])("is not read on if it is %s", ([, answer]) =>
    Effect.map(read(answer), (result) => assert.strictEqual(result, tooLong))
  )

  it.scopedLive.each(["\n\n", "\r\n\r\n", "\r\r", "\n\r\n"])(
    "is read if it is events that end with %j",
    (end) => Effect.map(read(events("data: x", end)), (result) => assert.strictEqual(result, "read on"))
  )
})
