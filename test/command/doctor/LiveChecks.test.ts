import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as LiveChecks from "../../../src/command/doctor/LiveChecks.ts"
import * as Visitor from "../../live/Visitor.ts"
import * as LiveServers from "../../support/LiveServers.ts"

describe("the doctor's look at live chats", () => {
  it.scopedLive("joins and leaves each room, and says which cannot be joined", () =>
    Effect.gen(function* () {
      const twitch = yield* LiveServers.twitch(() => undefined)
      const youtube = yield* LiveServers.youtube(() => [])
      const bilibili = yield* LiveServers.bilibili(() => undefined)
      const rows = yield* LiveChecks.rows({
        ...Visitor.config,
        bilibili_live: { ...Visitor.config.bilibili_live, ...bilibili.config, room_ids: [7, 8] },
        twitch: { ...Visitor.config.twitch, channels: ["anna"], chat_url: twitch.ws },
        youtube: { base_url: youtube.http, videos: ["aliveVideo1", "another1234"] }
      })
      expect(rows.map(({ state, what }) => `${what}: ${state}`)).toEqual([
        "live bilibili 7: ok",
        "live bilibili 8: broken",
        "live twitch anna: ok",
        "live youtube aliveVideo1: ok",
        "live youtube another1234: warning"
      ])
      for (const { until, visits } of [twitch, bilibili])
        yield* until(() => (visits.some(({ open }) => open) ? undefined : true))
    }).pipe(Effect.provide(Visitor.layer))
  )
})
