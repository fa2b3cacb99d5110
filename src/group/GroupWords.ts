import { Schema } from "effect"
import { english, say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"
import type { News } from "./GroupState.ts"

/** A change that was refused. `words` are fit for the client that asked for it. */
export class GroupRefused extends Schema.TaggedError<GroupRefused>()("GroupRefused", {
  reason: Schema.Literal(
    "yourself",
    "not-connected",
    "is-in-group",
    "in-no-group",
    "no-member",
    "not-owner",
    "full"
  ),
  /** The client that it was about. */
  uid: Schema.String
}) {
  get words(): Text {
    const uid = this.uid.slice(0, 60)
    switch (this.reason) {
      case "yourself":
        return say("group.yourself")
      case "not-connected":
        return say("group.notConnected", uid)
      case "is-in-group":
        return say("group.isInGroup", uid)
      case "in-no-group":
        return say("group.inNoGroup")
      case "no-member":
        return say("group.noMember", uid)
      case "not-owner":
        return say("group.notOwner")
      case "full":
        return say("group.full")
    }
  }

  override get message(): string {
    return english(this.words)
  }
}

/** What `group-operation-result` says of a change. */
export const ofNews = (news: News): Text => {
  switch (news._tag) {
    case "Joined":
      return say("group.joined", news.uid)
    case "Departed":
      return say(`group.${news.how}`, news.uid)
    case "Dissolved":
      return say("group.dissolved")
  }
}
