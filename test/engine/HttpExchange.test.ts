import { NodeHttpClient } from "@effect/platform-node"
import { Agent } from "@effect/platform-node/Undici"
import type { Dispatcher } from "@effect/platform-node/Undici"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as HttpExchange from "../../src/engine/HttpExchange.ts"
import * as ServiceServer from "../support/ServiceServer.ts"

type Exchange = HttpExchange.HttpExchange

const begin = (dispatcher: Dispatcher, url: string, ended?: () => void) =>
  HttpExchange.begin(dispatcher, { url, method: "GET" }, ended)

const when = <A>(exchange: Exchange, find: () => A | undefined) =>
  Effect.async<A>((resume) => exchange.when(find, (found) => resume(Effect.succeed(found))))

const begun = (exchange: Exchange) => when(exchange, () => exchange.head)

/** Waits for the rest of the body, and for its end. */
const rest = (exchange: Exchange) =>
  Effect.gen(function* () {
    for (let size = 0; ;) {
      const found = yield* when<Uint8Array | HttpExchange.End>(
        exchange,
        () => exchange.take() ?? exchange.end
      )
      if (!(found instanceof Uint8Array)) return { size, end: found }
      size += found.length
    }
  })

describe("HttpExchange", () => {
  layer(NodeHttpClient.dispatcherLayer, { excludeTestServices: true })((it) => {
    it.scoped("gives what the server answers, and says that it is complete", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => ({
          status: 418,
          headers: { "x-pot": "tea" },
          chunks: ["Tea", " only."],
          pauseMs: 20
        }))
        let ended = 0
        const exchange = begin(yield* NodeHttpClient.Dispatcher, `${server.url}/pot?of=tea`, () => ended++)
        assert.deepStrictEqual([exchange.head, exchange.end], [undefined, undefined])
        yield* begun(exchange)
        assert.strictEqual(exchange.head?.status, 418)
        assert.strictEqual(exchange.head?.headers["x-pot"], "tea")
        assert.strictEqual(ended, 0)
        assert.deepStrictEqual(yield* rest(exchange), { size: 9, end: { isComplete: true } })
        assert.strictEqual(server.log[0]?.path, "/pot?of=tea")
        exchange.abort(new Error("too late"))
        assert.isTrue(exchange.end?.isComplete)
        assert.strictEqual(ended, 1)
      })
    )

    it.scoped("holds a server up whose answer nobody reads, and loses nothing of it", () =>
      Effect.gen(function* () {
        const chunk = new Uint8Array(2 ** 20)
        const count = 64
        let sent = 0
        const server = yield* ServiceServer.open(() => ({
          chunks: Array.from({ length: count }, () => chunk),
          onChunk: () => sent++
        }))
        const exchange = begin(yield* NodeHttpClient.Dispatcher, server.url)
        yield* begun(exchange)
        // It has stopped when nothing more was sent for so long.
        for (let before = -1; before < sent; yield* Effect.sleep("500 millis")) before = sent
        assert.isBelow(sent, count)
        assert.deepStrictEqual(yield* rest(exchange), {
          size: count * chunk.length,
          end: { isComplete: true }
        })
      })
    )

    it.scoped("says why an answer was broken off, after what had come of it", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => ({ chunks: ["half"], afterwards: "cut" }))
        const { end, size } = yield* rest(begin(yield* NodeHttpClient.Dispatcher, server.url))
        assert.strictEqual(size, 4)
        assert.isFalse(end.isComplete)
        assert.instanceOf(end.cause, Error)
      })
    )

    it.scoped("leaves when it is aborted, with the reason for it", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => ({ chunks: ["on and on"], afterwards: "nothing" }))
        const exchange = begin(yield* NodeHttpClient.Dispatcher, server.url)
        yield* begun(exchange)
        const asked = server.log[0]!
        const reason = new Error("enough")
        exchange.abort(reason)
        assert.deepStrictEqual(exchange.end, { isComplete: false, cause: reason })
        assert.isUndefined(exchange.take())
        yield* Effect.promise(() => asked.over)
        assert.isTrue(asked.aborted)
      })
    )

    it.scoped("drops what nobody has read of a whole answer when it is aborted", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => ({ chunks: ["one", "two"], pauseMs: 20 }))
        let ended = 0
        const exchange = begin(yield* NodeHttpClient.Dispatcher, server.url, () => ended++)
        yield* begun(exchange)
        yield* Effect.promise(() => server.log[0]!.over)
        yield* Effect.sleep("50 millis")
        assert.deepStrictEqual([ended, exchange.end], [0, undefined])
        const reason = new Error("enough")
        exchange.abort(reason)
        assert.isUndefined(exchange.take())
        assert.deepStrictEqual([ended, exchange.end], [1, { isComplete: false, cause: reason }])
      })
    )

    it.scoped("sends nothing that was aborted while it waited for a connection", () =>
      Effect.gen(function* () {
        const one = yield* Effect.acquireRelease(
          Effect.sync(() => new Agent({ connections: 1 })),
          (agent) => Effect.promise(() => agent.destroy())
        )
        const server = yield* ServiceServer.open(() => ({ chunks: ["done"], delayMs: 100 }))
        const first = begin(one, `${server.url}/first`)
        const second = begin(one, `${server.url}/second`)
        const third = begin(one, `${server.url}/third`)
        yield* Effect.promise(() => server.log.reached(1))
        second.abort(new Error("never mind"))
        assert.isFalse(second.end?.isComplete)
        assert.isTrue((yield* rest(first)).end.isComplete)
        assert.isTrue((yield* rest(third)).end.isComplete)
        assert.deepStrictEqual(
          server.log.map(({ path }) => path),
          ["/first", "/third"]
        )
      })
    )

    it.scoped("ends at once where nothing can be sent", () =>
      Effect.gen(function* () {
        const dispatcher = yield* NodeHttpClient.Dispatcher
        for (const url of ["no address", "ftp://127.0.0.1/", "http://127.0.0.1:1/"]) {
          const { end } = yield* rest(begin(dispatcher, url))
          assert.isFalse(end.isComplete)
          assert.instanceOf(end.cause, Error)
        }
      })
    )
  })
})
