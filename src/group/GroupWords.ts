import { Schema } from "effect"
import type { Leaving, News } from "./GroupState.ts"

/** A change that was refused. `message` is fit for the client that asked for it. */
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
  override get message(): string {
    const uid = this.uid.slice(0, 60)
    switch (this.reason) {
      case "yourself":
        return "You cannot invite yourself: enter the uid of another client."
      case "not-connected":
        return `No client ${uid} is connected. Check the uid, and ask whoever it is to open the page.`
      case "is-in-group":
        return `Client ${uid} is in a group already and has to leave that one first.`
      case "in-no-group":
        return "You are in no group."
      case "no-member":
        return `Client ${uid} is no member of your group.`
      case "not-owner":
        return "Only the owner of a group can remove others."
      case "full":
        return "The group is full."
    }
  }
}

const departed: Readonly<Record<Leaving, string>> = {
  left: "left the group",
  removed: "was removed from the group",
  disconnected: "disconnected",
  stuck: "was removed from the group, since its client does not take what it is sent"
}

/** What `group-operation-result` says of a change. */
export const ofNews = (news: News): string => {
  switch (news._tag) {
    case "Joined":
      return `Member ${news.uid} joined the group`
    case "Departed":
      return `Member ${news.uid} ${departed[news.how]}`
    case "Dissolved":
      return "The group was dissolved: nobody else is left in it"
  }
}

/** What the client is told that started a group turn which then died. */
export const turnDied =
  "Something went wrong inside the server; its log says what. Please say it again to your group."
