import { Schema } from "effect"
import * as Fields from "./Fields.ts"

const BilibiliLive = Schema.Struct({
  room_ids: Fields.withDefault(Fields.IntList, []),
  sessdata: Fields.withDefault(Fields.Secret, "")
})

/** The `live_config` section: live streams whose chat the character reads. */
export const LiveConfig = Schema.Struct({
  bilibili_live: Fields.withDefault(Fields.section(BilibiliLive), {})
})
export type LiveConfig = typeof LiveConfig.Type
