import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type * as BuiltServer from "../support/BuiltServer.ts"
import * as LoadingServer from "../support/LoadingServer.ts"
import * as PageServer from "../support/PageServer.ts"
import * as Processes from "../support/Processes.ts"
import * as WebClient from "../support/WebClient.ts"

const withModel = 300_000

const nothing = { sessions: 0, fibers: {} }

const say = (text: string) => ({ type: "text-input", text, images: [] })
const toBrook = { type: "switch-config", file: "brook.yaml" }
const isControl = (text: string) => (message: { readonly type: string; readonly text?: string }) =>
  message.type === "control" && message.text === text

type Stay = (client: WebClient.WebClient) => Effect.Effect<unknown>

/** What clients do before they leave in the middle of it. */
const stays: Readonly<Record<string, Stay>> = {
  "at once": () => Effect.void,
  "after the greeting": (client) => client.next(isControl("start-mic")),
  "having asked": (client) => client.send(say("one")),
  "while the model thinks": (client) =>
    Effect.zipRight(client.send(say("never")), client.next(isControl("conversation-chain-start"))),
  "while it answers": (client) => Effect.zipRight(client.send(say("endless")), client.nextOf("audio")),
  "while it is played": (client) =>
    Effect.zipRight(client.send(say("one")), client.nextOf("backend-synth-complete")),
  "having asked to switch": (client) => client.send(toBrook),
  "having asked to switch in the middle of a turn": (client) =>
    client
      .send(say("endless"))
      .pipe(Effect.zipRight(client.nextOf("audio")), Effect.zipRight(client.send(toBrook))),
  "when it has just switched": (client) =>
    Effect.zipRight(client.send(toBrook), client.nextOf("set-model-and-conf")),
  "having sent much": (client) =>
    Effect.forEach(Array.from({ length: 500 }), () => client.send({ type: "fetch-configs" }))
}

/** Closes as a page does that is left, or is gone as one is whose machine is. */
const leave = (client: WebClient.WebClient, politely: boolean) =>
  Effect.sync(() => (politely ? client.socket.close() : client.socket.terminate()))

/** Waits until so many clients hold the server's engines: one that is silent is only greeted at first. */
const served = (server: BuiltServer.BuiltServer, count: number) =>
  server.status.pipe(
    Effect.delay("10 millis"),
    Effect.repeat({
      until: ({ engines, sessions }) =>
        sessions === count && engines.length > 0 && engines.every(({ references }) => references === count)
    })
  )

/** Waits until the server has let go of all engines. */
const unloaded = (server: BuiltServer.BuiltServer) =>
  server.status.pipe(
    Effect.delay("50 millis"),
    Effect.repeat({ until: ({ engines }) => engines.length === 0 })
  )

describe("clients that leave", () => {
  it.scopedLive(
    "leave nothing behind, whatever they were doing",
    () =>
      Effect.gen(function* () {
        const { page, server, stub } = yield* PageServer.open()
        page.web.socket.close()
        yield* Effect.forEach(
          Object.values(stays).flatMap((stay) => [true, false].map((politely) => ({ stay, politely }))),
          ({ politely, stay }) =>
            Effect.scoped(
              Effect.gen(function* () {
                const client = yield* WebClient.connect(server.url)
                yield* stay(client)
                yield* leave(client, politely)
              })
            ),
          { concurrency: 5 }
        )
        expect(yield* server.idle).toMatchObject({ ...nothing, engines: [] })
        // Of what was asked of providers, nothing goes on for nobody.
        yield* Effect.promise(() =>
          Promise.all([...stub.log.chats, ...stub.log.speeches].map(({ over }) => over))
        )
        expect(server.stderr).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    120_000
  )

  it.scopedLive(
    "free a model that is loading for nobody any more, and its process",
    () =>
      Effect.gen(function* () {
        const server = yield* LoadingServer.start
        if (server === undefined) return
        const { children, web } = yield* LoadingServer.connect(server)
        web.socket.terminate()
        yield* server.idle
        yield* unloaded(server)
        expect(Processes.alive(children)).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    withModel
  )

  it.scopedLive(
    "take no model away from those who stay",
    () =>
      Effect.gen(function* () {
        const server = yield* LoadingServer.start
        if (server === undefined) return
        const leaver = yield* LoadingServer.connect(server)
        const stayer = yield* WebClient.connect(server.url)
        yield* served(server, 2)
        leaver.web.socket.terminate()
        yield* stayer.send(say("Hello"))
        yield* stayer.nextOf("audio")
        expect(yield* server.status).toMatchObject({
          sessions: 1,
          engines: [{ references: 1 }, { references: 1 }]
        })
        expect(Processes.descendants(server.pid)).toEqual(leaver.children)
        stayer.socket.terminate()
        yield* server.idle
        yield* unloaded(server)
        expect(Processes.alive(leaver.children)).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    withModel
  )
})
