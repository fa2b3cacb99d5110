import { PassThrough } from "node:stream"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Frame from "../../src/wyoming/Frame.ts"
import * as Link from "../../src/wyoming/Link.ts"

const transcript = (text: string) =>
  Frame.encode({ type: "transcript", data: { text }, payload: new Uint8Array(0) })

const open = () => {
  const [input, output] = [new PassThrough(), new PassThrough()]
  return { input, output, link: Link.over({ input, output }) }
}

describe("Link", () => {
  it.live("gives events as they come, and keeps no listener behind", () =>
    Effect.gen(function* () {
      const { input, link } = open()
      const before = input.eventNames().map((name) => input.listenerCount(name))
      for (let at = 0; at < 30; at++) {
        const next = yield* Effect.fork(link.receive)
        yield* Effect.yieldNow()
        input.write(transcript(String(at)))
        const event = yield* Fiber.join(next)
        assert.deepStrictEqual(event.data, { text: String(at) })
      }
      const given = yield* Effect.fork(link.receive)
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(given)
      assert.deepStrictEqual(
        input.eventNames().map((name) => input.listenerCount(name)),
        before
      )
    })
  )

  it.live("reads nothing ahead of who asks, and knows what has come already", () =>
    Effect.gen(function* () {
      const { input, link } = open()
      assert.isUndefined(yield* link.poll)
      input.write(Buffer.concat([transcript("one"), transcript("two")]))
      assert.strictEqual(input.readableLength > 0, true)
      assert.deepStrictEqual((yield* link.receive).data, { text: "one" })
      assert.deepStrictEqual((yield* link.poll)?.data, { text: "two" })
      assert.isUndefined(yield* link.poll)
      input.end()
      const failure = yield* Effect.flip(link.receive)
      assert.deepInclude(failure, { _tag: "Unanswered", reason: "broken-off" })
    })
  )

  it.live("waits for a server that does not read, and says when it has gone", () =>
    Effect.gen(function* () {
      const { link, output } = open()
      const frame: Frame.Frame = { type: "audio-chunk", data: {}, payload: new Uint8Array(2 ** 20) }
      yield* link.send({ ...frame, payload: new Uint8Array(1) })
      const second = yield* Effect.fork(link.send(frame))
      yield* Effect.yieldNow()
      assert.isNull(second.unsafePoll())
      output.destroy()
      const failure = yield* Effect.flip(Fiber.join(second))
      assert.deepInclude(failure, { _tag: "Unanswered", reason: "broken-off" })
      assert.deepInclude(yield* Effect.flip(link.send(frame)), { reason: "broken-off" })
    })
  )
})
