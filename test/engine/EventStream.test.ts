import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as FastCheck from "fast-check"
import * as EventStream from "../../src/engine/EventStream.ts"

/** All events of a body that comes in pieces of these lengths, again and again. */
const read = (body: string, lengths: ReadonlyArray<number>, longest = 1000) =>
  Effect.gen(function* () {
    const bytes = new TextEncoder().encode(body)
    let at = 0
    let turn = 0
    const next = Effect.sync(() => {
      if (at >= bytes.length) return undefined
      const from = at
      at += lengths[turn++ % lengths.length]!
      return bytes.slice(from, at)
    })
    const events = EventStream.of({ next }, longest)
    const found: Array<string> = []
    for (let event = yield* events; event !== undefined; event = yield* events) found.push(event)
    return found
  })

describe("EventStream", () => {
  it.effect("reads the same events however their bytes are cut", () =>
    Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(
          FastCheck.array(FastCheck.integer({ min: 1, max: 9 }), { minLength: 1 }),
          async (lengths) => {
            const body = ": a comment\n\ndata: {}\r\n\r\nevent: x\ndata: 你好\ndata: two\n\ndata: left over"
            assert.deepStrictEqual(await Effect.runPromise(read(body, lengths)), ["{}", "你好\ntwo"])
          }
        )
      )
    )
  )

  it.effect("fails at an event without end", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(read(`data: ${"x".repeat(2000)}`, [100]))
      assert.deepInclude(failure, { _tag: "Unanswered", reason: "unreadable" })
    })
  )
})
