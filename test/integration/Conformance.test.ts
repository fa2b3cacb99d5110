import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { WebSocketServer } from "ws"
import * as Mind from "../../conformance/Mind.ts"
import * as OwnServer from "../../conformance/OwnServer.ts"
import * as Scoreboard from "../../conformance/Scoreboard.ts"
import * as Suite from "../../conformance/Suite.ts"

const tool = { name: "echo", arguments: { message: "Hello" } }
const everything = { only: Option.none(), without: [] }

it.scopedLive(
  "the built server keeps every promise of the protocol",
  () =>
    Effect.gen(function* () {
      const mind = yield* Mind.open(0)
      const url = yield* OwnServer.start(mind.stub.url)
      const scoreboard = Scoreboard.of(yield* Suite.run({ url, mind, tool, patience: 20_000 }, everything))
      expect(scoreboard.rows.filter(({ verdict }) => verdict !== "passed")).toEqual([])
    }).pipe(Effect.provide(NodeContext.layer)),
  400_000
)

it("what is recorded of Open-LLM-VTuber's own server is about rows that there are", () => {
  const keys = Suite.rows.map(Scoreboard.keyOf)
  expect(new Set(keys).size).toBe(keys.length)
  expect(Object.keys(Scoreboard.upstream).filter((key) => !keys.includes(key))).toEqual([])
})

/** Greets as a server should, and answers everything with an empty object. */
const mute = Effect.acquireRelease(
  Effect.async<WebSocketServer>((resume) => {
    const server: WebSocketServer = new WebSocketServer(
      { port: 0, host: "127.0.0.1", path: "/client-ws" },
      () => resume(Effect.succeed(server))
    )
    server.on("connection", (socket) => {
      const group = { type: "group-update", members: [], is_owner: false }
      const character = { conf_name: "Nobody", conf_uid: "nobody", client_uid: "1" }
      for (const message of [
        group,
        { type: "full-text", text: "Connection established" },
        { type: "set-model-and-conf", model_info: { name: "none", url: "/none" }, ...character },
        group,
        { type: "control", text: "start-mic" }
      ])
        socket.send(JSON.stringify(message))
      socket.on("message", () => socket.send("{}"))
    })
  }),
  (server) => Effect.async<void>((resume) => server.close(() => resume(Effect.void)))
)

it.scopedLive(
  "a server that greets and has nothing to say keeps none but the greeting's",
  () =>
    Effect.gen(function* () {
      const mind = yield* Mind.open(0)
      const { port } = (yield* mute).address() as { port: number }
      const target = { url: `http://127.0.0.1:${port}`, mind, tool, patience: 100 }
      const { rows } = Scoreboard.of(yield* Suite.run(target, everything))
      expect(rows.filter(({ verdict }) => verdict === "passed").map(({ title }) => title)).toEqual([
        "greets with five messages, in this order",
        "takes connections of its own pages, of the desktop pet and of native clients"
      ])
    }),
  200_000
)
