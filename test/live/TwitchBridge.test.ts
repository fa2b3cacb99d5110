import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as IrcLine from "../../src/live/IrcLine.ts"
import * as TwitchBridge from "../../src/live/TwitchBridge.ts"
import * as LiveServers from "../support/LiveServers.ts"
import * as Visitor from "./Visitor.ts"

const { privmsg } = LiveServers

const visit = (
  url: string,
  account: Partial<typeof Visitor.config.twitch> = {},
  channel = "https://twitch.tv/Anna"
) => Visitor.follow(TwitchBridge.make({ ...Visitor.config.twitch, ...account, chat_url: url }, channel))

describe("the chat of Twitch", () => {
  it.scopedLive("is joined by anybody and read with its tags", () =>
    Effect.gen(function* () {
      const server = yield* LiveServers.twitch((send) => {
        send(
          `${privmsg("1", "Bo", "hello Kappa : all")}\r\n${privmsg("2", "Cy", "cheer100 wow", ";bits=100")}`
        )
        send(privmsg("3", "Di", "look at me", ";custom-reward-id=aa-bb"))
        send(privmsg("4", "Ed", "\u0001ACTION waves\u0001"))
        send(
          "@login=fay;display-name=F\\say;id=5;msg-id=resub;user-id=9 :tmi.twitch.tv USERNOTICE #anna :ten months!"
        )
        send("@login=gus;display-name=Gus;id=6;msg-id=sub;user-id=8 :tmi.twitch.tv USERNOTICE #anna")
        send("PING :are you there")
      })
      const visitor = yield* visit(server.ws)
      expect(yield* visitor.texts(5)).toEqual([
        "hello Kappa : all",
        "cheer100 wow",
        "look at me",
        "waves",
        "ten months!"
      ])
      expect(visitor.heard.map(({ paid }) => paid)).toEqual([false, true, true, false, true])
      expect(visitor.heard[4]!.sender).toEqual({ id: "9", name: "F ay" })
      const [first] = server.visits
      yield* server.until(
        () => first!.said.some((frame) => frame.toString() === "PONG :are you there\r\n") || undefined
      )
      expect(first!.said[0]!.toString()).toMatch(
        /^CAP REQ :twitch\.tv\/tags twitch\.tv\/commands\r\nNICK justinfan\d{5}\r\nJOIN #anna\r\n$/u
      )
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scopedLive("is joined anew when Twitch asks for it and when the connection breaks", () =>
    Effect.gen(function* () {
      const server = yield* LiveServers.twitch((send, { socket }, index) => {
        send("\u0000\u0001 garbage ::: @")
        send(privmsg(String(index), "Bo", `visit ${index}`))
        if (index === 0) send(":tmi.twitch.tv RECONNECT")
        if (index === 1) socket.terminate()
      })
      const visitor = yield* visit(server.ws)
      expect(yield* visitor.texts(3)).toEqual(["visit 0", "visit 1", "visit 2"])
      yield* visitor.leave
      yield* server.until(() => (server.visits.some(({ open }) => open) ? undefined : true))
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scopedLive("loses nothing of a flood", () =>
    Effect.gen(function* () {
      const texts = Array.from({ length: 20_000 }, (_, index) => `flood ${index}`)
      const server = yield* LiveServers.twitch((send) => {
        for (const [index, text] of texts.entries()) send(privmsg(String(index), "Bo", text))
      })
      const visitor = yield* visit(server.ws)
      expect(yield* visitor.texts(texts.length)).toEqual(texts)
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scopedLive("ends for good if no channel can be called that, and says nothing to Twitch", () =>
    Effect.gen(function* () {
      const server = yield* LiveServers.twitch(() => undefined)
      for (const channel of ["", "two words", "a\r\nPRIVMSG #b :hi", "アンナ"]) {
        const failure = yield* (yield* visit(server.ws, {}, channel)).ended
        expect(failure.reason).toBe("no-room")
      }
      expect(server.visits).toEqual([])
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scopedLive("ends for good if Twitch does not know the account, whose token nobody is told", () =>
    Effect.gen(function* () {
      const server = yield* LiveServers.twitch((send) =>
        send(":tmi.twitch.tv NOTICE * :Login authentication failed")
      )
      const visitor = yield* visit(server.ws, { username: "Me", token: Redacted.make("oauth:s3cret") })
      const failure = yield* visitor.ended
      expect(failure.reason).toBe("refused")
      expect(failure.message).not.toContain("s3cret")
      expect(server.visits[0]!.said[0]!.toString()).toContain("PASS oauth:s3cret\r\nNICK me\r\n")
    }).pipe(Effect.provide(Visitor.layer))
  )

  it("reads lines of IRC, and nothing else", () => {
    const line = IrcLine.parse("@a=1\\:\\s\\\\x\\;b;c=d=e\\ :nick!user@host PRIVMSG  #c  word :last : one ")!
    expect([...line.tags]).toEqual([
      ["a", "1; \\x"],
      ["b", ""],
      ["c", "d=e"]
    ])
    expect(line).toMatchObject({ nick: "nick", command: "PRIVMSG", params: ["#c", "word", "last : one "] })
    expect(IrcLine.parse("JOIN #anna bob")).toMatchObject({
      nick: "",
      command: "JOIN",
      params: ["#anna", "bob"]
    })
    for (const garbage of ["", "@", ":only", "@a=b", "12 x", "\u0000PING"])
      expect(IrcLine.parse(garbage)).toBeUndefined()
  })
})
