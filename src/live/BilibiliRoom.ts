import { HttpClientRequest } from "@effect/platform"
import { Clock, Effect, Redacted, Schema } from "effect"
import type { BilibiliLiveConfig } from "../config/LiveConfig.ts"
import { failed } from "./BridgeFailed.ts"
import type { Place } from "./BridgeFailed.ts"
import * as BilibiliSignature from "./BilibiliSignature.ts"
import * as JsonRequest from "./JsonRequest.ts"

/** What it takes to enter a room's chat. */
export interface Entrance {
  readonly room: number
  readonly url: string
  readonly token: string
  readonly device: string
  /** The account's number; 0 without an account. */
  readonly uid: number
}

/** An answer of Bilibili's: `data` only counts with the code 0. */
const Code = Schema.Struct({ code: Schema.Number })
const answer = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Union(Schema.Struct({ code: Schema.Literal(0), data: Schema.Struct(fields) }), Code)

const Room = answer({ room_id: Schema.Number })
/** Without an account the code says so; the keys come all the same. */
const Account = Schema.Struct({
  data: Schema.Struct({
    mid: Schema.optionalWith(Schema.Number, { default: () => 0 }),
    wbi_img: Schema.Struct({ img_url: Schema.String, sub_url: Schema.String })
  })
})
const Device = answer({ b_3: Schema.String })
const Chat = answer({
  token: Schema.String,
  host_list: Schema.NonEmptyArray(Schema.Struct({ host: Schema.String, wss_port: Schema.Number }))
})

/** Bilibili's own word for a room that is not there. */
const noRoom = 60_004

/** Bilibili answers programs that name themselves as such with an error. */
const agent =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"

export const headersOf = (
  { sessdata }: BilibiliLiveConfig,
  device = ""
): Readonly<Record<string, string>> => {
  const cookies = [
    ...(Redacted.value(sessdata) === "" ? [] : [`SESSDATA=${Redacted.value(sessdata)}`]),
    ...(device === "" ? [] : [`buvid3=${device}`])
  ]
  return {
    "user-agent": agent,
    origin: "https://live.bilibili.com",
    referer: "https://live.bilibili.com/",
    ...(cookies.length === 0 ? {} : { cookie: cookies.join("; ") })
  }
}

/**
 * Asks what the page of a room asks before it enters the chat. `id`: the number in the room's address, perhaps a short one.
 * `attempt`: which one it is; each goes to the next host.
 */
export const enter = Effect.fnUntraced(function* (
  http: JsonRequest.Http,
  config: BilibiliLiveConfig,
  place: Place,
  id: number,
  attempt: number
) {
  const get = <A, I>(url: string, shape: Schema.Schema<A, I>, device?: string) =>
    JsonRequest.ask(
      http,
      place,
      HttpClientRequest.get(url).pipe(HttpClientRequest.setHeaders(headersOf(config, device))),
      shape
    )
  const [api, account] = [config.api_url, config.account_url].map((url) => url.replace(/\/+$/, ""))

  const found = yield* get(`${api}/room/v1/Room/room_init?id=${id}`, Room)
  if (!("data" in found))
    return yield* failed(place, found.code === noRoom ? "no-room" : "no-connection", `code ${found.code}`)
  const room = found.data.room_id
  const told = yield* get(`${account}/x/web-interface/nav`, Account)
  const finger = yield* get(`${account}/x/frontend/finger/spi`, Device)
  const device = "data" in finger ? finger.data.b_3 : ""
  const query = BilibiliSignature.sign(
    { id: room, type: 0 },
    {
      image: BilibiliSignature.keyOf(told.data.wbi_img.img_url),
      sub: BilibiliSignature.keyOf(told.data.wbi_img.sub_url)
    },
    Math.floor((yield* Clock.currentTimeMillis) / 1000)
  )
  const chat = yield* get(`${api}/xlive/web-room/v1/index/getDanmuInfo?${query}`, Chat, device)
  if (!("data" in chat)) return yield* failed(place, "no-connection", `code ${chat.code}`)
  // Any of them serves the room; one that is down is not asked again and again.
  const hosts = chat.data.host_list
  const { host, wss_port } = hosts[attempt % hosts.length] ?? hosts[0]
  const entrance: Entrance = {
    room,
    url: config.chat_url ?? `wss://${host}:${wss_port}/sub`,
    token: chat.data.token,
    device,
    uid: told.data.mid
  }
  return entrance
})
