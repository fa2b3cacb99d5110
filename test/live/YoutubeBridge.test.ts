import { HttpClient } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as YoutubeBridge from "../../src/live/YoutubeBridge.ts"
import * as LiveServers from "../support/LiveServers.ts"
import * as Visitor from "./Visitor.ts"

const said = LiveServers.youtubeMessage

const visit = (base_url: string, video: string) =>
  Effect.flatMap(HttpClient.HttpClient, (http) =>
    Visitor.follow(YoutubeBridge.make(http, { ...Visitor.config.youtube, base_url }, video))
  )

describe("the chat of YouTube", () => {
  it.scopedLive("is read page by page, from now on", () =>
    Effect.gen(function* () {
      const pages = [
        [said("1", "Anna", [{ text: "said before" }])],
        [
          said("2", "Bo", [
            { text: "hi " },
            { emoji: { emojiId: "😀", shortcuts: [":grinning:"] } },
            { emoji: { emojiId: "UC1/abc", shortcuts: [":wave:"], isCustomEmoji: true } }
          ]),
          said("3", "Cy", [{ text: "thanks" }], "liveChatPaidMessageRenderer"),
          { removeChatItemAction: { targetItemId: "1" } },
          "garbage",
          said("4", "Di", [{ text: "a member" }], "liveChatMembershipItemRenderer")
        ],
        // One that fails, one that breaks off, one that is no JSON, and two that have nothing new.
        503,
        [],
        0,
        [],
        "<html>",
        [said("4", "Di", [{ text: "a member" }], "liveChatMembershipItemRenderer")],
        [said("5", "Ed", [{ text: "still here" }])]
      ]
      const server = yield* LiveServers.youtube((index) => pages[index] ?? [])
      const visitor = yield* visit(server.http, "https://www.youtube.com/watch?v=aliveVideo1&t=3")
      expect(yield* visitor.texts(5)).toEqual(["hi 😀:wave:", "thanks", "a member", "a member", "still here"])
      expect(visitor.skipped.map(({ id }) => id)).toEqual(["1"])
      expect(visitor.heard.map(({ paid }) => paid)).toEqual([false, true, true, true, false])
      expect(visitor.heard[0]!.sender).toEqual({ id: "UCBo", name: "Bo" })
      const polls = server.asked.filter(({ path }) => path.endsWith("get_live_chat"))
      expect(
        polls.slice(0, 3).map(({ body }) => (JSON.parse(body) as { continuation: string }).continuation)
      ).toEqual(["begin", "page 1", "page 2"])
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scoped("is asked for its next page when it says so, within a second and 15", () =>
    Effect.gen(function* () {
      const told = [0, 3000, 60_000, 1000]
      const waits = [1000, 3000, 15_000]
      const server = yield* LiveServers.youtube(
        (index) => [LiveServers.youtubeMessage(String(index), "Anna", [{ text: `page ${index}` }])],
        (index) => told[index]!
      )
      const visitor = yield* visit(server.http, "aliveVideo1")
      const pages = () => visitor.skipped.length + visitor.heard.length
      let now = 0
      for (const [index, wait] of waits.entries()) {
        yield* visitor.until(() => pages() === index + 1 || undefined)
        // Only then does it wait; the next request has a time limit of its own.
        const sleeps = yield* TestClock.sleeps()
        expect([...sleeps].filter((until) => until > now && until <= now + 15_000)).toContain(now + wait)
        yield* TestClock.adjust(wait)
        now += wait
      }
      yield* visitor.until(() => pages() === 4 || undefined)
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scopedLive("ends for good if no video can be called that", () =>
    Effect.gen(function* () {
      const server = yield* LiveServers.youtube(() => [])
      const failure = yield* (yield* visit(server.http, "https://www.youtube.com/@anna")).ended
      expect(failure).toMatchObject({ reason: "no-room", room: "https://www.youtube.com/@anna" })
      expect(server.asked).toEqual([])
    }).pipe(Effect.provide(Visitor.layer))
  )

  it.scopedLive("is asked for again while the stream is not live", () =>
    Effect.gen(function* () {
      const server = yield* LiveServers.youtube(() => [])
      const visitor = yield* visit(server.http, "another1234")
      yield* server.until(() => (server.asked.length >= 2 ? true : undefined))
      yield* visitor.leave
      expect(server.asked.every(({ path }) => path === "/youtubei/v1/next")).toBe(true)
    }).pipe(Effect.provide(Visitor.layer))
  )
})
