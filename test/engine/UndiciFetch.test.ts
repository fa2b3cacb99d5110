import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { getEventListeners } from "node:events"
import * as UndiciFetch from "../../src/engine/UndiciFetch.ts"
import * as ServiceServer from "../support/ServiceServer.ts"

const attempt = <A>(run: () => Promise<A>) =>
  Effect.map(Effect.flip(Effect.tryPromise(run)), ({ error }) => error as Error)

describe("UndiciFetch", () => {
  layer(NodeHttpClient.dispatcherLayer, { excludeTestServices: true })((it) => {
    const over = Effect.map(NodeHttpClient.Dispatcher, (dispatcher) => UndiciFetch.over(dispatcher))

    it.scoped("gives status, headers and body, and lets go of the signal afterwards", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(({ body }) => ({
          status: 201,
          headers: { "x-pot": "tea" },
          chunks: ["You said ", body],
          pauseMs: 20
        }))
        const { signal } = new AbortController()
        const fetch = yield* over
        const response = yield* Effect.promise(() =>
          fetch(server.url, { method: "POST", body: "tea", signal })
        )
        assert.deepStrictEqual([response.status, response.headers.get("x-pot")], [201, "tea"])
        assert.strictEqual(yield* Effect.promise(() => response.text()), "You said tea")
        assert.deepStrictEqual(getEventListeners(signal, "abort"), [])
      })
    )

    it.scoped("gives an answer that has no body", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => ({ status: 204 }))
        const fetch = yield* over
        const one = yield* Effect.promise(() => fetch(server.url))
        assert.deepStrictEqual([one.status, one.body], [204, null])
        // Its connection is as good as before, once it is over.
        yield* Effect.promise(() => server.log[0]!.over)
        yield* Effect.sleep("20 millis")
        yield* Effect.promise(() => fetch(server.url))
        assert.strictEqual(server.log[0]!.port, server.log[1]!.port)
      })
    )

    it.scoped("fails as `fetch` does where there is no server", () =>
      Effect.gen(function* () {
        const fetch = yield* over
        const { signal } = new AbortController()
        const failure = yield* attempt(() => fetch("http://127.0.0.1:1/", { signal }))
        assert.instanceOf(failure, TypeError)
        assert.include(String(failure.cause), "ECONNREFUSED")
        yield* attempt(() => fetch("no address", { signal }))
        assert.deepStrictEqual(getEventListeners(signal, "abort"), [])
      })
    )

    it.scoped("leaves when it is aborted: before it began, before the answer, and within it", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(({ path }) => ({
          chunks: path === "/silent" ? [] : ["on", "and", "on"],
          pauseMs: 20,
          afterwards: path === "/whole" ? "end" : "nothing"
        }))
        const fetch = yield* over
        const reason = new DOMException("enough", "AbortError")
        assert.strictEqual(
          yield* attempt(() => fetch(server.url, { signal: AbortSignal.abort(reason) })),
          reason
        )

        const waiting = new AbortController()
        const silent = fetch(`${server.url}/silent`, { signal: waiting.signal })
        yield* Effect.promise(() => server.log.reached(1))
        waiting.abort(reason)
        assert.strictEqual(yield* attempt(() => silent), reason)

        const reading = new AbortController()
        const response = yield* Effect.promise(() => fetch(`${server.url}/talks`, { signal: reading.signal }))
        const text = response.text()
        reading.abort(reason)
        assert.strictEqual(yield* attempt(() => text), reason)

        const read = new AbortController()
        const late = yield* Effect.promise(() => fetch(`${server.url}/whole`, { signal: read.signal }))
        yield* Effect.promise(() => server.log[2]!.over)
        read.abort(reason)
        assert.strictEqual(yield* attempt(() => late.text()), reason)

        assert.deepStrictEqual(
          server.log.map(({ path }) => path),
          ["/silent", "/talks", "/whole"]
        )
        for (const asked of server.log.slice(0, 2)) {
          yield* Effect.promise(() => asked.over)
          assert.isTrue(asked.aborted)
        }
      })
    )

    it.scoped("leaves when its body is cancelled", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => ({ chunks: ["on and on"], afterwards: "nothing" }))
        const fetch = yield* over
        const response = yield* Effect.promise(() => fetch(server.url))
        yield* Effect.promise(() => response.body!.cancel())
        yield* Effect.promise(() => server.log[0]!.over)
        assert.isTrue(server.log[0]!.aborted)
      })
    )
  })
})
