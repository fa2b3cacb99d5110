import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import * as LiveNames from "./LiveNames.ts"

const BilibiliLive = Schema.Struct({
  room_ids: Fields.withDefault(Fields.IntList, [], "Rooms to join, by number."),
  sessdata: Fields.withDefault(
    Fields.Secret,
    "",
    "The cookie SESSDATA of an account. Without it, names come shortened and some rooms refuse."
  ),
  api_url: Fields.withDefault(
    Fields.HttpUrl,
    "https://api.live.bilibili.com",
    "Where rooms are looked up; another address for whoever reaches Bilibili through a proxy."
  ),
  account_url: Fields.withDefault(
    Fields.HttpUrl,
    "https://api.bilibili.com",
    "Where the account and the keys of requests are asked for."
  ),
  chat_url: Fields.maybe(
    Fields.WebSocketUrl,
    "The server of the chat. Without the key: the first one that Bilibili names for the room."
  )
})
export type BilibiliLiveConfig = typeof BilibiliLive.Type

const Channel = Fields.TextSuch(
  "the name or the address of a channel",
  (text) => LiveNames.channelOf(text) !== undefined
)

const Twitch = Schema.Struct({
  channels: Fields.withDefault(Fields.ListOf(Channel), [], "Channels to join."),
  username: Fields.maybe(
    Fields.NonEmptyText,
    "The account that joins, with its token. Without the key: nobody in particular."
  ),
  token: Fields.maybe(
    Fields.Secret,
    "An access token of that account, with the scope `chat:read`. Reading needs none."
  ),
  chat_url: Fields.withDefault(
    Fields.WebSocketUrl,
    "wss://irc-ws.chat.twitch.tv:443",
    "The server of the chat; another address for whoever reaches Twitch through a proxy."
  )
})
export type TwitchConfig = typeof Twitch.Type

const Video = Fields.TextSuch(
  "the id or the address of a video",
  (text) => LiveNames.videoOf(text) !== undefined
)

const Youtube = Schema.Struct({
  videos: Fields.withDefault(Fields.ListOf(Video), [], "Live streams, by their videos."),
  base_url: Fields.withDefault(
    Fields.HttpUrl,
    "https://www.youtube.com",
    "The server that is asked; another address for whoever reaches YouTube through a proxy."
  )
})
export type YoutubeConfig = typeof Youtube.Type

const seconds = Fields.FloatIn({ min: 0, max: 86_400 })

const LiveChat = Schema.Struct({
  seconds_between: Fields.withDefault(
    seconds,
    1,
    "Seconds between two texts for the character, beside the time that it takes to answer."
  ),
  most_waiting: Fields.withDefault(
    Fields.IntIn({ min: 1, max: 1000 }),
    30,
    "Texts that may wait for the character. When there are more, the oldest that nobody has paid for is dropped."
  ),
  longest_wait_seconds: Fields.withDefault(
    seconds,
    90,
    "Seconds after which a text that nobody has paid for is too old to be answered, and is dropped."
  ),
  repeat_seconds: Fields.withDefault(
    seconds,
    60,
    "Seconds in which the same text of the same person counts once."
  ),
  person_seconds: Fields.withDefault(
    seconds,
    2,
    "Seconds between two texts of one person; what comes sooner is dropped, unless it is paid for."
  ),
  most_characters: Fields.withDefault(
    Fields.IntIn({ min: 1, max: 10_000 }),
    200,
    "The longest text, in characters; a longer one is cut."
  ),
  block_words: Fields.withDefault(
    Fields.TextList,
    [],
    "Words that keep a message from the character, in its text or in the sender's name, however they are written."
  ),
  with_names: Fields.withDefault(
    Fields.Flag,
    true,
    "Whether the character hears who says something, as `name: text`."
  )
})
export type LiveChatConfig = typeof LiveChat.Type

/** The `live_config` section: live streams whose chat the character reads. */
export const LiveConfig = Schema.Struct({
  bilibili_live: Fields.withDefault(Fields.section(BilibiliLive), {}, "Rooms of Bilibili."),
  twitch: Fields.withDefault(Fields.section(Twitch), {}, "Channels of Twitch."),
  youtube: Fields.withDefault(Fields.section(Youtube), {}, "Live streams of YouTube."),
  chat: Fields.withDefault(
    Fields.section(LiveChat),
    {},
    "What becomes of the messages of all these, before the character gets them."
  )
})
export type LiveConfig = typeof LiveConfig.Type
