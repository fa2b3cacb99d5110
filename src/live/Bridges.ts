import { HttpClient } from "@effect/platform"
import { Effect } from "effect"
import type { LiveConfig } from "../config/LiveConfig.ts"
import * as BilibiliBridge from "./BilibiliBridge.ts"
import type { Bridge } from "./Bridge.ts"
import type { Platform } from "./ChatMessage.ts"
import * as TwitchBridge from "./TwitchBridge.ts"
import * as YoutubeBridge from "./YoutubeBridge.ts"

/** What the configuration names of each platform. */
export const roomsOf = ({
  bilibili_live,
  twitch,
  youtube
}: LiveConfig): Readonly<Record<Platform, ReadonlyArray<string>>> => ({
  bilibili: bilibili_live.room_ids.map(String),
  twitch: twitch.channels,
  youtube: youtube.videos
})

/** Ways to these rooms, none of them open yet. */
export const make = Effect.fnUntraced(function* (
  config: LiveConfig,
  rooms: Partial<Readonly<Record<Platform, ReadonlyArray<string>>>>
) {
  const http = yield* HttpClient.HttpClient
  const { bilibili = [], twitch = [], youtube = [] } = rooms
  const bridges: ReadonlyArray<Bridge> = [
    ...unique(bilibili).map((room) => BilibiliBridge.make(http, config.bilibili_live, Number(room))),
    ...unique(twitch).map((channel) => TwitchBridge.make(config.twitch, channel)),
    ...unique(youtube).map((video) => YoutubeBridge.make(http, config.youtube, video))
  ]
  return bridges
})

const unique = (rooms: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(rooms)]
