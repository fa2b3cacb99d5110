import { Schema } from "effect"
import { platforms } from "./ChatMessage.ts"
import type { Platform } from "./ChatMessage.ts"

/** What is connected to: a room of a platform, or the server that gets the texts. */
const kinds = [...platforms, "server"] as const

const names: Readonly<Record<Platform, string>> = {
  bilibili: "Bilibili",
  twitch: "Twitch",
  youtube: "YouTube"
}

const Reason = Schema.Literal(
  /** There is no way to the server, or it closed the connection. */
  "no-connection",
  /** The connection was open and nothing came, not even an answer to a heartbeat. */
  "silent",
  /** The connection was open, and the room did not let us in. */
  "not-joined",
  /** What the server answers has no end. */
  "endless",
  /** The server asked to connect anew. */
  "reconnect",
  /** What it sent cannot be read. */
  "unreadable",
  /** The stream has no live chat now. */
  "not-live",
  /** The server does not let this account in. */
  "refused",
  /** There is no such room. */
  "no-room",
  /** Nothing that could be the server was there at the first attempt. */
  "no-server",
  /** The server is there, and has no session that is shared. */
  "not-shared",
  /** A mistake in this program. */
  "defect"
)

/** A connection to a live chat, or on its behalf, has ended or has not come about. */
export class BridgeFailed extends Schema.TaggedError<BridgeFailed>()("BridgeFailed", {
  platform: Schema.Literal(...kinds),
  room: Schema.String,
  reason: Reason,
  /** A code or the server's own words, in brackets behind the rest; "" without. */
  detail: Schema.String
}) {
  /** Whether trying again would not help. */
  get isFinal(): boolean {
    return finals.has(this.reason)
  }

  override get message(): string {
    return `${sentences[this.reason](nameOf(this))}${this.detail === "" ? "" : ` (${this.detail})`}`
  }
}

const finals: ReadonlySet<typeof Reason.Type> = new Set(["refused", "no-room", "no-server", "not-shared"])

const sentences: Readonly<Record<typeof Reason.Type, (where: string) => string>> = {
  "no-connection": (where) => `no connection to ${where}`,
  silent: (where) => `nothing comes any more from ${where}`,
  "not-joined": (where) => `${where} does not answer whoever joins it: it may not exist`,
  endless: (where) => `an answer has had no end: ${where}`,
  reconnect: (where) => `the server asks to connect anew to ${where}`,
  unreadable: (where) => `what comes cannot be read of ${where}`,
  "not-live": (where) => `the stream is not live: ${where}`,
  refused: (where) => `the account is not let into ${where}: correct its entry in live_config`,
  "no-room": (where) => `there is no such room: ${where}; correct its name`,
  "no-server": (where) => `cannot connect to ${where}: start it, or say another address with --url`,
  "not-shared": (where) =>
    `${where} has no session that is shared: set its system_config.enable_proxy, or end --url with /client-ws`,
  defect: (where) => `a mistake in this program ended ${where}`
}

/** Where a bridge leads. */
export interface Place {
  readonly platform: (typeof kinds)[number]
  /** Of the server: its host. */
  readonly room: string
}

export const nameOf = ({ platform, room }: Place): string =>
  platform === "server" ? `the server at ${room}` : `the chat of ${names[platform]}, ${room}`

export const failed = (place: Place, reason: typeof Reason.Type, detail = ""): BridgeFailed =>
  new BridgeFailed({ ...place, reason, detail })
