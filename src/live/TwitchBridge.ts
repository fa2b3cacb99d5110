import { randomInt } from "node:crypto"
import { Effect, Redacted } from "effect"
import type { TwitchConfig } from "../config/LiveConfig.ts"
import * as LiveNames from "../config/LiveNames.ts"
import type { Bridge } from "./Bridge.ts"
import { failed } from "./BridgeFailed.ts"
import type { BridgeFailed, Place } from "./BridgeFailed.ts"
import type { Attendance, ChatMessage } from "./ChatMessage.ts"
import * as IrcLine from "./IrcLine.ts"
import * as LiveSocket from "./LiveSocket.ts"

/** Twitch tells in words alone that it does not know an account. */
const refusals = /^(login (authentication failed|unsuccessful)|improperly formatted auth|invalid nick)/i

/** The chat of a channel of Twitch, by IRC over a WebSocket. */
export const make = (config: TwitchConfig, channel: string): Bridge => {
  const name = LiveNames.channelOf(channel)
  const place: Place = { platform: "twitch", room: name ?? channel }

  const hear = (line: IrcLine.IrcLine, listener: Attendance, socket: LiveSocket.LiveSocket) => {
    switch (line.command) {
      case "PRIVMSG":
      case "USERNOTICE":
        return Effect.sync(() => {
          const message = messageOf(line)
          if (message !== undefined) listener.hear(message)
        })
      case "PING":
        return socket.send(`PONG :${line.params.at(-1) ?? ""}\r\n`)
      case "366":
      case "ROOMSTATE":
        return listener.joined
      case "RECONNECT":
        return failed(place, "reconnect")
      case "NOTICE":
        return noticeOf(place, line)
      default:
        return Effect.void
    }
  }

  return {
    place,
    attend: (listener) => {
      // A name with a space in it would be two words of IRC.
      if (name === undefined) return failed(place, "no-room")
      return LiveSocket.attend({
        place,
        url: config.chat_url,
        begin: ({ send }) => send(greeting(config, name)),
        beat: { every: "60 seconds", frame: "PING :seiyuu\r\n" },
        silence: "100 seconds",
        read: (frame, socket) =>
          Effect.forEach(
            String(frame).split(/\r?\n/),
            (text): Effect.Effect<void, BridgeFailed> => {
              const line = IrcLine.parse(text)
              return line === undefined ? Effect.void : hear(line, listener, socket)
            },
            { discard: true }
          )
      })
    }
  }
}

/** Anybody may read by a name like this one. */
const anybody = () => `justinfan${randomInt(10_000, 99_999)}`

const greeting = ({ token, username }: TwitchConfig, channel: string): string => {
  const secret = token === undefined ? "" : Redacted.value(token).replace(/^oauth:/, "")
  const known = username !== undefined && secret !== ""
  return [
    "CAP REQ :twitch.tv/tags twitch.tv/commands",
    ...(known ? [`PASS oauth:${secret}`] : []),
    `NICK ${known ? username.toLowerCase() : anybody()}`,
    `JOIN #${channel}`,
    ""
  ].join("\r\n")
}

const noticeOf = (place: Place, { params, tags }: IrcLine.IrcLine): Effect.Effect<void, BridgeFailed> => {
  if (refusals.test(params.at(-1) ?? "")) return failed(place, "refused")
  switch (tags.get("msg-id")) {
    case "msg_channel_suspended":
    case "tos_ban":
      return failed(place, "no-room")
    case "msg_banned":
      return failed(place, "refused")
    default:
      return Effect.void
  }
}

/** Notices of the channel that somebody has paid for, and may have written something with. */
const paidNotices: ReadonlySet<string> = new Set(["sub", "resub", "subgift", "giftpaidupgrade"])

const messageOf = ({ command, nick, params, tags }: IrcLine.IrcLine): ChatMessage | undefined => {
  // A notice without a text of somebody is the channel's own.
  if (params.length < 2) return undefined
  const login = command === "PRIVMSG" ? nick : (tags.get("login") ?? "")
  const isPaid =
    command === "PRIVMSG"
      ? Number(tags.get("bits") ?? 0) > 0 || (tags.get("custom-reward-id") ?? "") !== ""
      : paidNotices.has(tags.get("msg-id") ?? "")
  return {
    id: tags.get("id") ?? "",
    platform: "twitch",
    sender: { id: tags.get("user-id") || login, name: tags.get("display-name") || login },
    text: withoutAction(params.at(-1)!),
    paid: isPaid
  }
}

/** "/me …" comes wrapped like this. */
const action = "\u0001ACTION "

const withoutAction = (text: string): string =>
  text.startsWith(action) ? text.slice(action.length).replaceAll("\u0001", "") : text
