import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as LoadingServer from "../support/LoadingServer.ts"
import * as Processes from "../support/Processes.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as StubProviders from "../support/StubProviders.ts"
import * as WebClient from "../support/WebClient.ts"

const limit = 60_000
const withModel = 300_000
const signals = ["SIGTERM", "SIGINT"] as const

/** A server in the middle of a turn, the provider still writing. */
const midTurn = Effect.gen(function* () {
  const chunks = Array.from({ length: 5000 }, () => "More and more. ")
  const stub = yield* StubProviders.open({ chat: () => ({ chunks, delayMs: 50 }) })
  const server = yield* BuiltServer.start(
    yield* ServerFolder.make({ character: ServerFolder.stubbed("Hana", stub) })
  )
  const { web } = yield* SocketTalk.open(server.url)
  yield* web.send({ type: "text-input", text: "Talk", images: [] })
  yield* web.nextOf("audio")
  return { server, stub, web }
})

/** A server that has just begun to load the embedded model; nothing where that cannot be had. */
const midLoad = Effect.gen(function* () {
  const server = yield* LoadingServer.start
  if (server === undefined) return undefined
  const { children, web } = yield* LoadingServer.connect(server)
  expect((yield* server.status).fibers["warm-up"]).toBeGreaterThan(0)
  return { server, web, children }
})

/** How the server ended within the time that it promises to need. */
const stopped = (server: BuiltServer.BuiltServer, signal: NodeJS.Signals) =>
  server.stop(signal).pipe(
    Effect.timeoutTo({
      duration: "5 seconds",
      onSuccess: (end) => end,
      onTimeout: () => "still there after 5 s"
    })
  )

describe.each(signals)("%s", (signal) => {
  it.scopedLive(
    "ends the server in the middle of a turn, with its client told and the provider's request given up",
    () =>
      Effect.gen(function* () {
        const { server, stub, web } = yield* midTurn
        expect(yield* stopped(server, signal)).toEqual({ code: 0, signal: null })
        expect(yield* web.closed).toBe(1001)
        yield* Effect.promise(() => stub.log.chats[0]!.over)
        expect(stub.log.chats[0]!.aborted).toBe(true)
        expect(server.stderr).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "ends the server in the middle of loading a model, and the model's process with it",
    () =>
      Effect.gen(function* () {
        const loading = yield* midLoad
        if (loading === undefined) return
        const { children, server, web } = loading
        expect(yield* stopped(server, signal)).toEqual({ code: 0, signal: null })
        expect(yield* web.closed).toBe(1001)
        expect(Processes.alive(children)).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    withModel
  )
})

describe("the end of the server", () => {
  it.scopedLive(
    "ends the process of a loaded model that is answering",
    () =>
      Effect.gen(function* () {
        const server = yield* LoadingServer.start
        if (server === undefined) return
        const { web } = yield* SocketTalk.open(server.url)
        yield* web.send({ type: "text-input", text: "Tell me a long story about the sea.", images: [] })
        yield* web.nextOf("audio")
        const children = Processes.descendants(server.pid)
        expect(children).not.toEqual([])
        expect(yield* stopped(server, "SIGTERM")).toEqual({ code: 0, signal: null })
        expect(Processes.alive(children)).toEqual([])
        expect(yield* web.closed).toBe(1001)
      }).pipe(Effect.provide(NodeContext.layer)),
    withModel
  )

  it.scopedLive(
    "even by kill -9 leaves no process of a model",
    () =>
      Effect.gen(function* () {
        const loading = yield* midLoad
        if (loading === undefined) return
        expect(yield* loading.server.stop("SIGKILL")).toEqual({ code: null, signal: "SIGKILL" })
        yield* Effect.sync(() => Processes.alive(loading.children)).pipe(
          Effect.delay("50 millis"),
          Effect.repeat({ until: (pids) => pids.length === 0 })
        )
      }).pipe(Effect.provide(NodeContext.layer)),
    withModel
  )

  it.scopedLive(
    "does not wait for a client that says nothing any more",
    () =>
      Effect.gen(function* () {
        const { server, web } = yield* midTurn
        web.socket.pause()
        expect(yield* stopped(server, "SIGTERM")).toEqual({ code: 0, signal: null })
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "comes at once with a second signal",
    () =>
      Effect.gen(function* () {
        const { server, web } = yield* midTurn
        // The server waits a moment for this client to answer that the connection is to close.
        web.socket.pause()
        yield* server.send("SIGTERM")
        // The first signal has arrived when nobody is accepted any more.
        yield* Effect.tryPromise(() => fetch(`${server.url}/status`)).pipe(Effect.forever, Effect.ignore)
        const end = yield* server.stop("SIGTERM")
        expect(server.stderr).toEqual([])
        return end
      }).pipe(
        Effect.scoped,
        // On a busy machine the second signal may come too late to be the one that ends it.
        Effect.repeat({ until: ({ code }) => code !== 0, times: 4 }),
        Effect.tap(({ code }) => expect(code).not.toBe(0)),
        Effect.provide(NodeContext.layer)
      ),
    2 * limit
  )

  it.scopedLive(
    "even by kill -9 loses nothing of a turn that was answered",
    () =>
      Effect.gen(function* () {
        const stub = yield* StubProviders.open()
        const folder = yield* ServerFolder.make({ character: ServerFolder.stubbed("Hana", stub) })
        const before = yield* BuiltServer.start(folder)
        const talk = yield* SocketTalk.open(before.url)
        const turn = yield* talk.ask("Remember this")
        expect(yield* before.stop("SIGKILL")).toEqual({ code: null, signal: "SIGKILL" })

        const after = yield* BuiltServer.start(folder)
        const web = yield* WebClient.connect(after.url)
        yield* web.send({ type: "fetch-history-list" })
        expect(yield* web.nextOf("history-list")).toMatchObject({ histories: [{ uid: talk.history }] })
        yield* web.send({ type: "fetch-and-set-history", history_uid: talk.history })
        const answer = SocketTalk.spoken(turn)
          .map(({ display_text }) => display_text?.text)
          .join("")
        expect(yield* web.nextOf("history-data")).toMatchObject({
          messages: [
            { role: "human", content: "Remember this" },
            { role: "ai", content: answer }
          ]
        })
        expect(answer).not.toBe("")
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
