import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as LiveServers from "../support/LiveServers.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as StubProviders from "../support/StubProviders.ts"
import * as WebClient from "../support/WebClient.ts"

const { danmaku, privmsg, superChat } = LiveServers

interface Setting {
  readonly live?: Readonly<Record<string, unknown>>
  readonly proxy: boolean
}

/** The built server, whose character repeats what it hears. */
const start = Effect.fnUntraced(function* ({ live = {}, proxy }: Setting) {
  const stub = yield* StubProviders.open({ chat: ({ text }) => ({ chunks: [`You said ${text}.`] }) })
  const folder = yield* ServerFolder.make({
    character: ServerFolder.stubbed("Hana", stub),
    live: { chat: { seconds_between: 0, person_seconds: 0 }, ...live },
    system: { enable_proxy: proxy }
  })
  return { folder, server: yield* BuiltServer.start(folder) }
})

const is = (text: string) => (message: ServerMessage) => SocketTalk.summary(message) === text

/** A page that plays what it gets at once. */
const page = Effect.fnUntraced(function* (url: string, path: string) {
  const web = yield* WebClient.dial<ServerMessage>(`${url}${path}`)
  web.socket.on("message", (data) => {
    if (is("backend-synth-complete")(JSON.parse(String(data)) as ServerMessage))
      web.socket.send(JSON.stringify({ type: "frontend-playback-complete" }))
  })
  yield* web.next(is("start-mic"))
  return web
})

const transcriptions = (received: ReadonlyArray<ServerMessage>) =>
  received.flatMap((message) => (message.type === "user-input-transcription" ? [message.text] : []))

describe("live chat", () => {
  it.scopedLive("reaches everybody in the shared session, read by the server itself", () =>
    Effect.gen(function* () {
      const bilibili = yield* LiveServers.bilibili(({ socket }) => {
        socket.send(
          LiveServers.bundle(
            [
              danmaku("1", 11, "Bo", "hello"),
              danmaku("1", 11, "Bo", "hello"),
              superChat(2, 12, "Cy", "paid")
            ],
            "brotli"
          )
        )
      })
      const { server } = yield* start({
        proxy: true,
        live: { bilibili_live: { room_ids: [7], ...bilibili.config } }
      })
      // The chat comes before anybody is there.
      yield* bilibili.until(() => (bilibili.visits[0]?.said.length === 1 ? true : undefined))
      const first = yield* page(server.url, "/proxy-ws")
      yield* first.next(is("conversation-chain-end"))
      yield* first.next(is("conversation-chain-end"))
      const second = yield* page(server.url, "/proxy-ws")
      bilibili.visits[0]!.socket.send(LiveServers.packet(5, danmaku("3", 13, "Di", "all of you")))
      yield* Effect.all([first, second].map(({ next }) => next(is("conversation-chain-end"))))
      expect(transcriptions(first.received)).toEqual(["Cy: paid", "Bo: hello", "Di: all of you"])
      expect(transcriptions(second.received)).toEqual(["Di: all of you"])
      expect(SocketTalk.spoken(second.received).map((audio) => audio.display_text?.text)).toEqual([
        "You said Di: all of you."
      ])
      const { fibers } = yield* server.status
      expect(fibers).toMatchObject({ "live-bridge": 1, "live-feed": 1 })
      expect(yield* server.stop("SIGTERM")).toEqual({ code: 0, signal: null })
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("reaches the oldest session where there is no shared one", () =>
    Effect.gen(function* () {
      let send: (line: string) => void = () => {}
      const twitch = yield* LiveServers.twitch((given) => void (send = given))
      const { server } = yield* start({
        proxy: false,
        live: { twitch: { channels: ["anna"], chat_url: twitch.ws } }
      })
      yield* twitch.until(() => (twitch.visits[0]?.said.length ? true : undefined))
      const first = yield* page(server.url, "/client-ws")
      const second = yield* page(server.url, "/client-ws")
      send(privmsg("1", "Bo", "one"))
      yield* first.next(is("conversation-chain-end"))
      first.socket.close()
      yield* first.closed
      yield* Effect.repeat(server.status, { until: ({ sessions }) => sessions === 1 })
      send(privmsg("2", "Bo", "two"))
      yield* second.next(is("conversation-chain-end"))
      expect([first, second].map(({ received }) => transcriptions(received))).toEqual([
        ["Bo: one"],
        ["Bo: two"]
      ])
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("reaches a running server by the command, which connects again by itself", () =>
    Effect.gen(function* () {
      let send: (line: string) => void = () => {}
      const twitch = yield* LiveServers.twitch((given) => void (send = given))
      const { folder, server } = yield* start({ proxy: true, live: { twitch: { chat_url: twitch.ws } } })
      const web = yield* page(server.url, "/proxy-ws")
      const url = server.url.replace("http", "ws")
      const bridge = yield* BuiltServer.launch([
        "live",
        "twitch",
        "--config",
        `${folder}/conf.yaml`,
        "--url",
        url,
        "--room",
        "anna"
      ])
      yield* twitch.until(() => (twitch.visits[0]?.said.length ? true : undefined))
      for (const text of ["one", "two"]) send(privmsg(text, "Bo", text))
      yield* web.next(is("conversation-chain-end"))
      yield* web.next(is("conversation-chain-end"))
      twitch.visits[0]!.socket.terminate()
      yield* twitch.until(() => (twitch.visits[1]?.said.length ? true : undefined))
      send(privmsg("three", "Bo", "three"))
      yield* web.next(is("conversation-chain-end"))
      expect(transcriptions(web.received)).toEqual(["Bo: one", "Bo: two", "Bo: three"])
      yield* bridge.send("SIGTERM")
      yield* bridge.ended
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("ends the command with a clear line if there is nothing to read", () =>
    Effect.gen(function* () {
      const bilibili = yield* LiveServers.bilibili(() => undefined)
      const folder = yield* ServerFolder.make({
        character: ServerFolder.stubbed("Hana", { url: "http://127.0.0.1:9" }),
        live: { bilibili_live: bilibili.config }
      })
      const runs = [
        [
          ["twitch"],
          /^seiyuu: No room of twitch is named: say --room, or set live_config\.twitch\.channels\.$/u
        ],
        [["--room", "Anna", "bilibili"], /^seiyuu: --room Anna: expected the number/u],
        [
          ["--room", "7", "--url", "file:///x", "bilibili"],
          /^seiyuu: --url file:\/\/\/x: expected an address/u
        ],
        [["--room", "8", "bilibili"], /^seiyuu: there is no such room: the chat of Bilibili, 8/u]
      ] as const
      yield* Effect.forEach(
        runs,
        ([args, line]) =>
          Effect.gen(function* () {
            const run = yield* BuiltServer.launch(["live", "--config", `${folder}/conf.yaml`, ...args])
            expect(yield* run.ended).toEqual({ code: 1, signal: null })
            expect(run.stderr.at(-1)).toMatch(line)
          }),
        { concurrency: 2 }
      )
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
