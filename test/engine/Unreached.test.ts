import { readFileSync } from "node:fs"
import * as Https from "node:https"
import type { AddressInfo } from "node:net"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as RemoteRequest from "../../src/engine/RemoteRequest.ts"
import * as RemoteSocket from "../../src/engine/RemoteSocket.ts"
import * as ServiceFailure from "../../src/engine/ServiceFailure.ts"
import { english } from "../../src/language/Text.ts"
import * as ServiceServer from "../support/ServiceServer.ts"

const longest = 1000

/** A server with a certificate that it has signed itself. */
const selfSigned = Effect.acquireRelease(
  Effect.promise(async () => {
    const pem = readFileSync(new URL("./fixtures/self-signed.pem", import.meta.url))
    const server = Https.createServer({ key: pem, cert: pem }, (_, response) => response.end())
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return server
  }),
  (server) => Effect.sync(() => server.close())
).pipe(Effect.map((server) => `https://127.0.0.1:${(server.address() as AddressInfo).port}`))

const overTls = Effect.map(
  ServiceServer.open(() => ({})),
  ({ url }) => url.replace("http:", "https:")
)

/** What is said of a service at this address, asked by a request and by a WebSocket. */
const explained = (address: string) =>
  Effect.gen(function* () {
    const http = yield* NodeHttpClient.Dispatcher
    const request = { url: address, headers: {} }
    const failures = [
      yield* Effect.flip(RemoteRequest.open(http, request, longest)),
      yield* Effect.flip(RemoteSocket.open({ ...request, url: address.replace("http", "ws") }, longest))
    ]
    return failures.map((failure) => {
      const { advice, detail, kind } = ServiceFailure.explain(
        {
          section: "tts_config.x",
          address,
          keys: { address: "base_url", secret: [], model: [] },
          secrets: []
        },
        failure
      )
      assert.strictEqual(kind, "address")
      assert.include(english(advice), "tts_config.x.base_url")
      return `${english(detail)} ${english(advice)}`
    })
  })

describe("a server that cannot be reached", () => {
  layer(NodeHttpClient.dispatcherLayer, { excludeTestServices: true })((it) => {
    for (const [what, address, words] of [
      ["has a name that nobody knows", Effect.succeed("http://nowhere.invalid:8880"), /no address was found/],
      [
        "has a certificate that is not believed",
        selfSigned,
        /certificate .*SELF_SIGNED.* NODE_EXTRA_CA_CERTS/
      ],
      ["does not speak TLS", overTls, /https does .* begin with http:/],
      ["is not there", Effect.succeed("http://127.0.0.1:9"), /no server answers .* Start it/]
    ] as const)
      it.scoped(`is told apart: one that ${what}`, () =>
        Effect.gen(function* () {
          for (const said of yield* explained(yield* address)) assert.match(said, words)
        })
      )
  })
})
