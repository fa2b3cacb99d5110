import { Schema } from "effect"
import * as Fields from "./Fields.ts"

const BilibiliLive = Schema.Struct({
  room_ids: Fields.withDefault(Fields.IntList, [], "Rooms to join, by number."),
  sessdata: Fields.withDefault(
    Fields.Secret,
    "",
    "The cookie SESSDATA of an account, if the room asks for one."
  )
})

/** The `live_config` section: live streams whose chat the character reads. */
export const LiveConfig = Schema.Struct({
  bilibili_live: Fields.withDefault(Fields.section(BilibiliLive), {}, "Rooms of Bilibili.")
})
export type LiveConfig = typeof LiveConfig.Type
