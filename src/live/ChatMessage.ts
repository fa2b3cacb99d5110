import type { Effect } from "effect"

/** The services whose live chats can be read. */
export const platforms = ["bilibili", "twitch", "youtube"] as const
export type Platform = (typeof platforms)[number]

/** One message of a live chat, in plain text. */
export interface ChatMessage {
  /** Names it among all of its platform; "" if it has no name. */
  readonly id: string
  readonly platform: Platform
  readonly sender: { readonly id: string; readonly name: string }
  /** Emotes and pictures in it are words. */
  readonly text: string
  /** Whether somebody has paid for it: super chats, bits, channel points, memberships. */
  readonly paid: boolean
}

/** What a bridge tells. */
export interface Listener {
  readonly hear: (message: ChatMessage) => void
  /** A message that is older than the bridge: it is known from now on, and not answered. */
  readonly skip: (message: ChatMessage) => void
}

/** The same for one connection. */
export interface Attendance extends Listener {
  /** To be run when the room has been joined. */
  readonly joined: Effect.Effect<void>
}
