import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Yaml from "yaml"
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
  return { folder, server: yield* BuiltServer.start(folder), stub }
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

  it.scopedLive("has a session of its own by the command where none is shared", () =>
    Effect.gen(function* () {
      let send: (line: string) => void = () => {}
      const twitch = yield* LiveServers.twitch((given) => void (send = given))
      const { folder, server, stub } = yield* start({
        proxy: false,
        live: { twitch: { chat_url: twitch.ws } }
      })
      const bridge = yield* BuiltServer.launch([
        "live",
        "twitch",
        "--config",
        `${folder}/conf.yaml`,
        "--url",
        server.url.replace("http", "ws"),
        "--room",
        "anna"
      ])
      yield* twitch.until(() => (twitch.visits[0]?.said.length ? true : undefined))
      for (const text of ["one", "two", "three"]) send(privmsg(text, "Bo", text))
      yield* Effect.promise(() => stub.log.chats.reached(3))
      expect(stub.log.chats.map(({ text }) => text)).toEqual(["Bo: one", "Bo: two", "Bo: three"])
      expect((yield* server.status).sessions).toBe(1)
      expect([...bridge.stdout, ...bridge.stderr].join("\n")).toContain(
        "the chat gets a session of its own at /client-ws"
      )
      yield* bridge.send("SIGTERM")
      expect(yield* bridge.ended).toEqual({ code: 0, signal: null })
      yield* server.idle
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("is read from the rooms that the configuration names now", () =>
    Effect.gen(function* () {
      const sends: Array<(line: string) => void> = []
      const twitch = yield* LiveServers.twitch((send) => void sends.push(send))
      const { folder, server } = yield* start({ proxy: true })
      const web = yield* page(server.url, "/proxy-ws")
      const fs = yield* FileSystem.FileSystem
      const before = yield* fs.readFileString(`${folder}/conf.yaml`)
      const live = (channels: ReadonlyArray<string>) => {
        const { live_config, ...others } = Yaml.parse(before) as Record<string, object>
        const changed = { ...live_config, twitch: { channels, chat_url: twitch.ws } }
        return fs.writeFileString(`${folder}/conf.yaml`, Yaml.stringify({ ...others, live_config: changed }))
      }
      yield* live(["anna"])
      yield* twitch.until(() => (sends.length === 1 ? true : undefined))
      sends[0]!(privmsg("1", "Bo", "one"))
      yield* web.next(is("conversation-chain-end"))
      yield* live(["berta"])
      yield* twitch.until(() => (sends.length === 2 && !twitch.visits[0]!.open ? true : undefined))
      expect(twitch.visits[1]!.said[0]!.toString()).toContain("JOIN #berta")
      sends[1]!(privmsg("2", "Bo", "two"))
      yield* web.next(is("conversation-chain-end"))
      expect(transcriptions(web.received)).toEqual(["Bo: one", "Bo: two"])
      yield* fs.writeFileString(`${folder}/conf.yaml`, before)
      yield* twitch.until(() => (twitch.visits.some(({ open }) => open) ? undefined : true))
      yield* Effect.repeat(server.status, { until: ({ fibers }) => fibers["live-bridge"] === undefined })
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scopedLive("tells nobody the secrets of its accounts", () =>
    Effect.gen(function* () {
      const secrets = ["a-sessdata", "an-access-token"]
      const twitch = yield* LiveServers.twitch((send) =>
        send(":tmi.twitch.tv NOTICE * :Login authentication failed")
      )
      // It refuses whatever is asked.
      const refusing = yield* LiveServers.serve({})
      const bilibili = yield* LiveServers.bilibili(() => undefined, 1)
      const { folder, server } = yield* start({ proxy: true })
      const outputs = yield* Effect.forEach(
        [
          ["twitch", "anna", refusing, "the account is not let into the chat of Twitch, anna"],
          ["bilibili", "7", refusing, "no connection to the chat of Bilibili, 7 (status 404)"],
          ["bilibili", "7", bilibili, "no connection to the chat of Bilibili, 7 (code 1)"]
        ] as const,
        ([platform, room, { http, ws }, line], index) =>
          Effect.gen(function* () {
            yield* (yield* FileSystem.FileSystem).writeFileString(
              `${folder}/live${index}.yaml`,
              Yaml.stringify({
                ...Yaml.parse(yield* (yield* FileSystem.FileSystem).readFileString(`${folder}/conf.yaml`)),
                live_config: {
                  bilibili_live: { sessdata: secrets[0], api_url: http, account_url: http, chat_url: ws },
                  twitch: { username: "me", token: `oauth:${secrets[1]}`, chat_url: twitch.ws }
                }
              })
            )
            const run = yield* BuiltServer.launch([
              "live",
              platform,
              "--config",
              `${folder}/live${index}.yaml`,
              "--room",
              room,
              "--url",
              server.url.replace("http", "ws"),
              "--log-level",
              "all"
            ])
            return yield* run.until(() => {
              const output = [...run.stdout, ...run.stderr].join("\n")
              return output.includes(line) ? output : undefined
            })
          }),
        { concurrency: 2 }
      )
      for (const output of [...outputs, ...server.stdout, ...server.stderr])
        for (const secret of secrets) expect(output).not.toContain(secret)
      expect(twitch.visits[0]!.said[0]!.toString()).toContain(secrets[1])
      expect(refusing.asked[0]!.headers.cookie).toContain(secrets[0])
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
