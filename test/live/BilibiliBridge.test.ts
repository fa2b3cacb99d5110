import { HttpClient } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as BilibiliBridge from "../../src/live/BilibiliBridge.ts"
import * as BilibiliPackets from "../../src/live/BilibiliPackets.ts"
import * as BilibiliRoom from "../../src/live/BilibiliRoom.ts"
import * as BilibiliSignature from "../../src/live/BilibiliSignature.ts"
import * as LiveServers from "../support/LiveServers.ts"
import * as Visitor from "./Visitor.ts"

const { bundle, danmaku, packet, superChat } = LiveServers

const visit = (
  server: Effect.Effect.Success<ReturnType<typeof LiveServers.bilibili>>,
  room = 7,
  sessdata = ""
) =>
  Effect.flatMap(HttpClient.HttpClient, (http) =>
    Visitor.follow(
      BilibiliBridge.make(
        http,
        { ...Visitor.config.bilibili_live, ...server.config, sessdata: Redacted.make(sessdata) },
        room
      )
    )
  )

describe("the chat of Bilibili", () => {
  it.scopedLive("is entered with a token and read, compressed or not", () =>
    Effect.gen(function* () {
      const server = yield* LiveServers.bilibili(({ socket }) => {
        socket.send(packet(5, danmaku("1", 11, "Anna", "hello")))
        socket.send(
          bundle(
            [
              danmaku("2", 12, "Bo", "by zlib"),
              { cmd: "SEND_GIFT", data: {} },
              superChat(5, 13, "Cy", "paid")
            ],
            "zlib"
          )
        )
        socket.send(
          bundle([danmaku("3", 0, "D***", "by brotli"), danmaku("4", 14, "Eve", "[dog] 你好")], "brotli")
        )
      })
      const visitor = yield* visit(server, 7, "a-cookie")
      expect(yield* visitor.texts(5)).toEqual(["hello", "by zlib", "paid", "by brotli", "[dog] 你好"])
      expect(visitor.heard[0]).toEqual({
        id: "1",
        platform: "bilibili",
        sender: { id: "11", name: "Anna" },
        text: "hello",
        paid: false
      })
      expect(visitor.heard[2]).toMatchObject({ id: "super-chat 5", sender: { name: "Cy" }, paid: true })
      expect(visitor.heard[3]).toMatchObject({ sender: { id: "D***" } })
      const [first] = server.visits
      const [hello] = yield* Effect.promise(() => BilibiliPackets.decode(first!.said[0]!))
      expect(hello!.operation).toBe(7)
      expect(JSON.parse(hello!.body.toString())).toEqual({
        uid: 0,
        roomid: 7734,
        protover: 3,
        buvid: "a-device",
        platform: "web",
        type: 2,
        key: "a-token"
      })
      expect(first!.headers.cookie).toBe("SESSDATA=a-cookie; buvid3=a-device")
      yield* visitor.leave
      yield* server.until(() => (first!.open ? undefined : true))
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scopedLive("is read again after garbage, and after the connection has gone", () =>
    Effect.gen(function* () {
      const server = yield* LiveServers.bilibili(({ socket }, index) => {
        socket.send(packet(5, danmaku(String(index), 11, "Anna", `visit ${index}`)))
        // A packet of no length at all would be read for ever.
        if (index === 0) socket.send(Buffer.alloc(16))
        if (index === 1) socket.terminate()
      })
      const visitor = yield* visit(server)
      expect(yield* visitor.texts(3)).toEqual(["visit 0", "visit 1", "visit 2"])
      expect(server.visits.map(({ open }) => open)).toEqual([false, false, true])
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scopedLive("ends for good if there is no such room", () =>
    Effect.gen(function* () {
      const server = yield* LiveServers.bilibili(() => undefined)
      const failure = yield* (yield* visit(server, 8)).ended
      expect(failure).toMatchObject({ reason: "no-room", room: "8" })
      expect(failure.message).toBe(
        "there is no such room: the chat of Bilibili, 8; correct its name (code 60004)"
      )
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scopedLive("asks another host at each attempt", () =>
    Effect.gen(function* () {
      const http = yield* HttpClient.HttpClient
      const { account_url, api_url } = (yield* LiveServers.bilibili(() => undefined)).config
      const place = { platform: "bilibili", room: "7" } as const
      const entered = yield* Effect.forEach([0, 1, 2], (attempt) =>
        BilibiliRoom.enter(http, { ...Visitor.config.bilibili_live, account_url, api_url }, place, 7, attempt)
      )
      const [one, other] = ["wss://chat.example:443/sub", "wss://other.example:2245/sub"]
      expect(entered.map(({ url }) => url)).toEqual([one, other, one])
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.effect("takes no packets that are not whole, too deep or too large", () =>
    Effect.gen(function* () {
      const rejected = (frame: Buffer) =>
        Effect.isFailure(Effect.tryPromise(() => BilibiliPackets.decode(frame)))
      const short = packet(5, danmaku("1", 1, "a", "b"))
      const bomb = LiveServers.bundle([{ cmd: "x".repeat(5 * 1024 * 1024) }], "brotli")
      const nested = [1, 2, 3].reduce((inner) => LiveServers.wrapped(inner), short)
      for (const frame of [
        short.subarray(0, 20),
        short.subarray(0, 9),
        Buffer.alloc(16),
        packet(5, "no zlib", 2),
        bomb,
        nested
      ])
        expect(yield* rejected(frame)).toBe(true)
      expect(yield* Effect.promise(() => BilibiliPackets.decode(Buffer.concat([short, short])))).toHaveLength(
        2
      )
    })
  )

  it("signs requests as its pages do", () => {
    // The example of Bilibili's API as its users have written it down.
    const keys = { image: "7cd084941338484aae1ad9425b84077c", sub: "4932caff0ff746eab6f01bf08b70ac45" }
    expect(BilibiliSignature.sign({ foo: "114", bar: "514", zab: 1919810 }, keys, 1702204169)).toBe(
      "bar=514&foo=114&wts=1702204169&zab=1919810&w_rid=8f6f2b5b3d485fe1886cec6a0be8c5d4"
    )
    expect(BilibiliSignature.keyOf("https://i.example/wbi/abc.png")).toBe("abc")
  })
})
