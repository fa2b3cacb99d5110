import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, TestClock } from "effect"
import type { Scope } from "effect"
import * as CallFailure from "../../src/mcp/CallFailure.ts"
import type { McpConnection } from "../../src/mcp/McpConnection.ts"
import * as McpServer from "../../src/mcp/McpServer.ts"
import { NotConnected } from "../../src/mcp/NotConnected.ts"
import * as InEnglish from "../support/InEnglish.ts"
import { english } from "../../src/language/Text.ts"

interface Life {
  readonly end: Effect.Effect<unknown>
  /** What its calls do; the number of the life at first. */
  call: Effect.Effect<string, CallFailure.Raw>
}

interface World {
  readonly server: McpServer.McpServer
  /** One for each connection that there was. */
  readonly lives: ReadonlyArray<Life>
  /** What the next attempts to connect come to, instead of a connection. */
  readonly obstacles: Array<Effect.Effect<never, NotConnected>>
}

const world: Effect.Effect<World, NotConnected, Scope.Scope> = Effect.gen(function* () {
  const lives: Array<Life> = []
  const obstacles: Array<Effect.Effect<never, NotConnected>> = []
  const connect = Effect.gen(function* () {
    const obstacle = obstacles.shift()
    if (obstacle !== undefined) return yield* obstacle
    const ended = yield* Deferred.make<void>()
    const life: Life = {
      end: Deferred.succeed(ended, undefined),
      call: Effect.succeed(String(lives.length + 1))
    }
    lives.push(life)
    const connection: McpConnection = {
      tools: Effect.succeed([]),
      call: () =>
        Effect.map(
          Effect.suspend(() => life.call),
          (text) => ({ content: [{ type: "text", text }] })
        ),
      ended: Deferred.await(ended)
    }
    return connection
  })
  return { server: yield* McpServer.open({ name: "own", timeout: 1000, connect }), lives, obstacles }
})

const textOf = ({ server }: World) =>
  Effect.map(server.call("a", {}), ({ content: [block] }) => (block?.type === "text" ? block.text : ""))

/** The end of the latest life, and how long, in ms, it takes until the next one begins. */
const gap = Effect.fnUntraced(function* ({ lives }: World) {
  const before = lives.length
  yield* lives.at(-1)!.end
  for (let time = 0; time <= 60_000; time += 125) {
    yield* Effect.repeatN(Effect.yieldNow(), 20)
    if (lives.length > before) return time
    yield* TestClock.adjust(125)
  }
  return Number.POSITIVE_INFINITY
})

const unseen = new CallFailure.Raw({ error: new StreamableHTTPError(404, "no such session") })

describe("a server that is connected again", () => {
  it.scoped("is so after a wait that grows with each end until a call has been answered", () =>
    Effect.gen(function* () {
      const own = yield* world
      const gaps = yield* Effect.replicateEffect(gap(own), 9)
      assert.deepStrictEqual(gaps, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
      assert.strictEqual(yield* textOf(own), "10")
      assert.strictEqual(yield* gap(own), 250)
      assert.strictEqual(yield* gap(own), 500)
      own.lives.at(-1)!.call = Effect.fail(new CallFailure.Raw({ error: new Error("no") }))
      yield* Effect.flip(textOf(own))
      assert.strictEqual(yield* gap(own), 1000)
    })
  )

  it.scoped("takes 64 calls at a time, whatever becomes of them", () =>
    Effect.gen(function* () {
      const own = yield* world
      const answer = yield* Deferred.make<string, CallFailure.Raw>()
      own.lives[0]!.call = Deferred.await(answer)
      const calls = yield* Effect.replicateEffect(Effect.fork(Effect.either(textOf(own))), 64)
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      const busy = yield* Effect.flip(textOf(own))
      assert.deepStrictEqual(InEnglish.of(busy), {
        reason: "refused",
        detail: "MCP server own has 64 calls to answer already",
        advice: "Try again in a moment."
      })
      yield* Fiber.interrupt(calls[0]!)
      const next = yield* Effect.fork(Effect.either(textOf(own)))
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      assert.isNull(next.unsafePoll())
      assert.strictEqual((yield* Effect.flip(textOf(own))).reason, "refused")
      yield* Deferred.fail(answer, new CallFailure.Raw({ error: new Error("no") }))
      yield* Fiber.awaitAll([...calls, next])
      own.lives[0]!.call = Effect.never
      const more = yield* Effect.replicateEffect(Effect.fork(textOf(own)), 64)
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      assert.isTrue(more.every((call) => call.unsafePoll() === null))
    })
  )

  it.scoped("is asked again in its next life for what it never saw", () =>
    Effect.gen(function* () {
      const own = yield* world
      const [first] = own.lives
      first!.call = Effect.zipRight(first!.end, unseen)
      const call = yield* Effect.fork(textOf(own))
      yield* TestClock.adjust(250)
      assert.strictEqual(yield* Fiber.join(call), "2")
    })
  )

  it.scoped("is asked again, too, where its end is heard of later", () =>
    Effect.gen(function* () {
      const own = yield* world
      own.lives[0]!.call = unseen
      const call = yield* Effect.fork(textOf(own))
      yield* TestClock.adjust("1 second")
      yield* own.lives[0]!.end
      yield* TestClock.adjust(250)
      assert.strictEqual(yield* Fiber.join(call), "2")
    })
  )

  it.scoped("is not waited for longer than 15 s, neither for its end nor for its next life", () =>
    Effect.gen(function* () {
      const own = yield* world
      own.lives[0]!.call = unseen
      const unanswered = yield* Effect.fork(Effect.flip(textOf(own)))
      yield* TestClock.adjust("15 seconds")
      assert.strictEqual((yield* Fiber.join(unanswered)).reason, "server-down")

      yield* Effect.replicateEffect(gap(own), 7)
      yield* own.lives.at(-1)!.end
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      const waiting = yield* Effect.fork(Effect.flip(textOf(own)))
      yield* TestClock.adjust("15 seconds")
      assert.strictEqual(
        english((yield* Fiber.join(waiting)).detail),
        "MCP server own cannot be reached: it is still being started anew"
      )
    })
  )

  it.scoped("tells why there is no next life yet, and goes on trying, also after a mistake of ours", () =>
    Effect.gen(function* () {
      const own = yield* world
      own.obstacles.push(new NotConnected({ reason: "it is out", advice: "Wait." }), Effect.die("a mistake"))
      yield* own.lives[0]!.end
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      const waiting = yield* Effect.fork(Effect.flip(textOf(own)))
      yield* TestClock.adjust(250)
      assert.deepStrictEqual(InEnglish.of(yield* Fiber.join(waiting)), {
        reason: "server-down",
        detail: "MCP server own cannot be reached: it is out",
        advice: "Wait."
      })
      const died = yield* Effect.fork(Effect.flip(textOf(own)))
      yield* TestClock.adjust(500)
      assert.strictEqual(
        english((yield* Fiber.join(died)).detail),
        "MCP server own cannot be reached: its start failed"
      )
      const found = yield* Effect.fork(textOf(own))
      yield* TestClock.adjust(1000)
      assert.strictEqual(yield* Fiber.join(found), "2")
    })
  )

  it.scoped("is not tried again where its first connection fails", () =>
    Effect.gen(function* () {
      let attempts = 0
      const connect = Effect.suspend(() => {
        attempts++
        return new NotConnected({ reason: "it is out", advice: "Wait." })
      })
      const { reason } = yield* Effect.flip(McpServer.open({ name: "own", timeout: 1000, connect }))
      assert.strictEqual(reason, "it is out")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(attempts, 1)
    })
  )
})
