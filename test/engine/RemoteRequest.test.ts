import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as RemoteRequest from "../../src/engine/RemoteRequest.ts"
import * as ServiceServer from "../support/ServiceServer.ts"

describe("RemoteRequest", () => {
  layer(NodeHttpClient.dispatcherLayer, { excludeTestServices: true })((it) => {
    it.scoped("tells a refusal as such though its words never end", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => ({
          status: 429,
          headers: { "retry-after": "60" },
          chunks: ["Too "],
          afterwards: "nothing"
        }))
        const failure = yield* RemoteRequest.open(
          yield* NodeHttpClient.Dispatcher,
          { url: server.url, headers: {} },
          1000
        ).pipe(Effect.flip)
        assert.deepInclude(failure, { _tag: "Refused", status: 429, pauseMs: 60_000 })
      })
    )
  })
})
