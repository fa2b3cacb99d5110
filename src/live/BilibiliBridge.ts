import { Effect, Option, Schema } from "effect"
import type { BilibiliLiveConfig } from "../config/LiveConfig.ts"
import * as BilibiliMessages from "./BilibiliMessages.ts"
import * as BilibiliPackets from "./BilibiliPackets.ts"
import { Operation } from "./BilibiliPackets.ts"
import * as BilibiliRoom from "./BilibiliRoom.ts"
import type { Bridge } from "./Bridge.ts"
import { failed } from "./BridgeFailed.ts"
import type { Place } from "./BridgeFailed.ts"
import type { Attendance } from "./ChatMessage.ts"
import * as LiveSocket from "./LiveSocket.ts"
import type * as JsonRequest from "./JsonRequest.ts"

const decodeEntered = Schema.decodeUnknownOption(Schema.parseJson(Schema.Struct({ code: Schema.Number })))

/** The chat (danmaku) of a room of Bilibili. `room`: the number in its address. */
export const make = (http: JsonRequest.Http, config: BilibiliLiveConfig, room: number): Bridge => {
  const place: Place = { platform: "bilibili", room: String(room) }
  let attempts = 0

  const hear = (packet: BilibiliPackets.Packet, listener: Attendance) => {
    const body = packet.body.toString("utf8")
    switch (packet.operation) {
      case Operation.entered: {
        // What cannot be read has let us in: older servers sent nothing.
        const code = Option.match(decodeEntered(body), { onNone: () => 0, onSome: ({ code }) => code })
        // A token counts for a while only; the next attempt gets a new one.
        if (code !== 0) return failed(place, "no-connection", `code ${code}`)
        return listener.joined
      }
      case Operation.message:
        return Effect.sync(() => Option.map(BilibiliMessages.read(body), listener.hear))
      default:
        return Effect.void
    }
  }

  const attend = Effect.fnUntraced(function* (listener: Attendance) {
    const entrance = yield* BilibiliRoom.enter(http, config, place, room, attempts++)
    const hello = JSON.stringify({
      uid: entrance.uid,
      roomid: entrance.room,
      protover: 3,
      buvid: entrance.device,
      platform: "web",
      type: 2,
      key: entrance.token
    })
    return yield* LiveSocket.attend({
      place,
      url: entrance.url,
      headers: BilibiliRoom.headersOf(config, entrance.device),
      begin: ({ send }) => send(BilibiliPackets.encode(Operation.enter, hello)),
      beat: { every: "30 seconds", frame: BilibiliPackets.encode(Operation.heartbeat, "") },
      silence: "70 seconds",
      read: (frame) =>
        typeof frame === "string"
          ? failed(place, "unreadable")
          : Effect.tryPromise({
              try: () => BilibiliPackets.decode(frame),
              catch: () => failed(place, "unreadable")
            }).pipe(
              Effect.flatMap((packets) =>
                Effect.forEach(packets, (packet) => hear(packet, listener), { discard: true })
              )
            )
    })
  })
  return { place, attend }
}
