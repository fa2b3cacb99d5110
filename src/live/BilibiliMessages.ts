import { Option, Schema } from "effect"
import type { ChatMessage } from "./ChatMessage.ts"

const Id = Schema.Union(Schema.String, Schema.Number)

/** `info`: settings of how it is shown, the text, who says it; the rest says more of them. */
const Danmaku = Schema.Struct({
  cmd: Schema.String.pipe(Schema.startsWith("DANMU_MSG")),
  info: Schema.Tuple(
    [
      Schema.Array(Schema.Unknown),
      Schema.String,
      Schema.Tuple([Schema.Number, Schema.String], Schema.Unknown)
    ],
    Schema.Unknown
  )
})

const SuperChat = Schema.Struct({
  cmd: Schema.Literal("SUPER_CHAT_MESSAGE"),
  data: Schema.Struct({
    id: Id,
    uid: Id,
    message: Schema.String,
    user_info: Schema.Struct({ uname: Schema.String })
  })
})

/** The page writes some of what it shows of a danmaku as JSON in a field of JSON. */
const Extra = Schema.Struct({ extra: Schema.parseJson(Schema.Struct({ id_str: Schema.String })) })

const Command = Schema.parseJson(
  Schema.Union(Danmaku, SuperChat, Schema.Struct({ cmd: Schema.optional(Schema.String) }))
)
const decode = Schema.decodeUnknownOption(Command)
const decodeExtra = Schema.decodeUnknownOption(Extra)

/** What a packet's body says in the chat; nothing for gifts, entrances and the many other commands. */
export const read = (body: string): Option.Option<ChatMessage> =>
  Option.flatMap(decode(body), (command) => {
    if ("data" in command) return Option.some(ofSuperChat(command.data))
    return "info" in command ? Option.some(ofDanmaku(command.info)) : Option.none()
  })

const ofDanmaku = ([shown, text, [uid, name]]: (typeof Danmaku.Type)["info"]): ChatMessage => ({
  id: Option.match(decodeExtra(shown[15]), { onNone: () => "", onSome: ({ extra }) => extra.id_str }),
  platform: "bilibili",
  // Without an account the server gives 0 for everybody.
  sender: { id: uid === 0 ? name : String(uid), name },
  text,
  paid: false
})

const ofSuperChat = ({ id, message, uid, user_info }: (typeof SuperChat.Type)["data"]): ChatMessage => ({
  id: `super-chat ${id}`,
  platform: "bilibili",
  sender: { id: String(uid), name: user_info.uname },
  text: message,
  paid: true
})
