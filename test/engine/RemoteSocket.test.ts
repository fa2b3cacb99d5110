import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { WebSocketServer } from "ws"
import type { AddressInfo, Socket } from "node:net"
import type { WebSocket } from "ws"
import * as RemoteSocket from "../../src/engine/RemoteSocket.ts"

const longest = 1000

/** A server that does this with each connection; `gone` settles when the first of them is over. */
const server = (serve: (client: WebSocket, socket: Socket) => void) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" })
      await new Promise((resolve) => sockets.once("listening", resolve))
      const gone = new Promise<void>((resolve) =>
        sockets.on("connection", (client, request) => {
          client.on("error", () => undefined)
          client.once("close", () => resolve())
          serve(client, request.socket)
        })
      )
      const url = `http://127.0.0.1:${(sockets.address() as AddressInfo).port}/`
      return { url, gone, sockets }
    }),
    ({ sockets }) =>
      Effect.promise(
        () =>
          new Promise((resolve) => {
            for (const client of sockets.clients) client.terminate()
            sockets.close(resolve)
          })
      )
  )

const connect = (url: string) => RemoteSocket.open({ url, headers: {} }, longest)

describe("RemoteSocket", () => {
  layer(Layer.empty, { excludeTestServices: true })((it) => {
    it.scoped("gives text and bytes, and ends when the other side is done", () =>
      Effect.gen(function* () {
        const { url } = yield* server((client) => {
          client.on("message", (data: Buffer) => {
            client.send(`heard ${data.toString()}`)
            client.send(new Uint8Array([1, 2]))
            client.close(1000)
          })
        })
        const { next, send } = yield* connect(url)
        yield* send("hello")
        assert.strictEqual(yield* next, "heard hello")
        assert.deepStrictEqual([...(yield* next as Effect.Effect<Uint8Array>)], [1, 2])
        assert.isUndefined(yield* next)
      })
    )

    it.scoped("says what the other side says as it closes", () =>
      Effect.gen(function* () {
        const { url } = yield* server((client) => client.close(1007, "Unsupported voice"))
        const failure = yield* Effect.flatMap(connect(url), ({ next }) => Effect.flip(next))
        assert.deepInclude(failure, { _tag: "Reported", said: "Unsupported voice" })
      })
    )

    for (const [name, serve] of [
      ["is cut", (client: WebSocket) => client.terminate()],
      ["is closed by half", (_: WebSocket, socket: Socket) => socket.end()],
      ["breaks the protocol", (_: WebSocket, socket: Socket) => socket.write("nonsense")],
      ["sends an endless message", (client: WebSocket) => client.send("x".repeat(1001))]
    ] as const)
      it.scoped(`fails when the connection ${name}`, () =>
        Effect.gen(function* () {
          const { url } = yield* server(serve)
          const failure = yield* Effect.flatMap(connect(url), ({ next }) => Effect.flip(next))
          assert.deepInclude(failure, { _tag: "Unanswered", reason: "broken-off" })
        })
      )

    it.scoped("fails when more comes than it may", () =>
      Effect.gen(function* () {
        const { url } = yield* server((client) => {
          client.send("x".repeat(600))
          client.send("x".repeat(600))
        })
        const { next } = yield* connect(url)
        yield* next
        assert.deepInclude(yield* Effect.flip(next), { _tag: "Unanswered", reason: "unreadable" })
      })
    )

    it.scoped("cuts the connection when it is not wanted any more", () =>
      Effect.gen(function* () {
        const { gone, url } = yield* server(() => undefined)
        const waiting = yield* Effect.fork(Effect.scoped(Effect.flatMap(connect(url), ({ next }) => next)))
        yield* Effect.sleep("50 millis")
        yield* Fiber.interrupt(waiting)
        yield* Effect.promise(() => gone)
      })
    )

    it.scoped("fails at an address that is none", () =>
      Effect.gen(function* () {
        for (const url of ["nowhere at all", "ftp://127.0.0.1/", "http://127.0.0.1:1/"])
          assert.deepInclude(yield* Effect.flip(connect(url)), {
            _tag: "Unanswered",
            reason: "no-connection"
          })
      })
    )
  })
})
