import { HttpClientRequest } from "@effect/platform"
import { Effect, Option } from "effect"
import type { Schema } from "effect"
import type { YoutubeConfig } from "../config/LiveConfig.ts"
import * as LiveNames from "../config/LiveNames.ts"
import type { Bridge } from "./Bridge.ts"
import { failed } from "./BridgeFailed.ts"
import type { Place } from "./BridgeFailed.ts"
import type { Attendance } from "./ChatMessage.ts"
import * as JsonRequest from "./JsonRequest.ts"
import * as YoutubeChat from "./YoutubeChat.ts"

/** What the requests of YouTube's own page say of themselves; old versions are served for years. */
const context = { client: { clientName: "WEB", clientVersion: "2.20260623.01.00", hl: "en", gl: "US" } }

/** How long to wait for the next page, ms: as the server says, within these. */
const pause = { least: 1000, most: 15_000 }

/** The live chat of a video of YouTube, read page by page as its own page does. */
export const make = (http: JsonRequest.Http, config: YoutubeConfig, video: string): Bridge => {
  const videoId = LiveNames.videoOf(video)
  const place: Place = { platform: "youtube", room: videoId ?? video }
  const base = config.base_url.replace(/\/+$/, "")
  /** Whether what was said before the bridge came has been passed over. */
  let caughtUp = false

  const post = <A, I>(path: string, body: object, shape: Schema.Schema<A, I>) =>
    HttpClientRequest.post(`${base}/youtubei/v1/${path}?prettyPrint=false`).pipe(
      HttpClientRequest.bodyUnsafeJson({ context, ...body }),
      (request) => JsonRequest.ask(http, place, request, shape)
    )

  const begin = Effect.fnUntraced(function* () {
    const watched = yield* post("next", { videoId }, YoutubeChat.Watched)
    const chat = watched.contents?.twoColumnWatchNextResults?.conversationBar?.liveChatRenderer
    const start = chat?.continuations[0]?.reloadContinuationData?.continuation
    return start === undefined || chat?.isReplay === true ? yield* failed(place, "not-live") : start
  })

  /** Tells a page's messages; gives what the next one is asked with, and when. */
  const page = Effect.fnUntraced(function* (continuation: string, listener: Attendance) {
    const { continuationContents } = yield* post(
      "live_chat/get_live_chat",
      { continuation },
      YoutubeChat.Page
    )
    if (continuationContents === undefined) return yield* failed(place, "not-live")
    const { actions, continuations } = continuationContents.liveChatContinuation
    const tell = caughtUp ? listener.hear : listener.skip
    for (const action of actions) Option.map(YoutubeChat.read(action), tell)
    caughtUp = true
    const [next] = continuations.flatMap((one) => Object.values(one).filter((data) => data !== undefined))
    return next ?? (yield* failed(place, "not-live"))
  })

  const attend = Effect.fnUntraced(function* (listener: Attendance) {
    if (videoId === undefined) return yield* failed(place, "no-room")
    let continuation = yield* begin()
    for (let joined = false; ; joined = true) {
      const next = yield* page(continuation, listener)
      if (!joined) yield* listener.joined
      continuation = next.continuation
      yield* Effect.sleep(Math.min(Math.max(next.timeoutMs, pause.least), pause.most))
    }
  })
  return { place, attend }
}
