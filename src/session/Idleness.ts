import { Effect } from "effect"
import type { Clock, Scope } from "effect"
import type { ClientMessage } from "../protocol/ClientMessage.ts"
import * as FiberSlot from "../supervision/FiberSlot.ts"

/** How long a session has been left alone, and how often the character has spoken into that. */
export interface Idleness {
  /** Somebody has done something: the time counts from now on, and what was unanswered is answered. */
  readonly stir: () => void
  /** The time counts from now on, for another reason. */
  readonly restart: () => void
  /** Since when (Clock, ms) the time counts. */
  readonly since: () => number
  /** The character speaks of its own accord; after `most` times in a row `mayGoOn` waits. */
  readonly spoken: (most: number) => void
  /** Waits until the character may speak of its own accord again. */
  readonly mayGoOn: Effect.Effect<void>
  /** What waits for the time to be over. */
  readonly slot: FiberSlot.FiberSlot
}

/** It counts from when it is first asked for. Closing the scope stops what waits. */
export const make = (scope: Scope.Scope, clock: Clock.Clock): Idleness => {
  const open = Effect.unsafeMakeLatch(true)
  const slot = FiberSlot.make(scope)
  let since = clock.unsafeCurrentTimeMillis()
  let unanswered = 0
  const restart = () => void (since = clock.unsafeCurrentTimeMillis())
  return {
    slot,
    restart,
    since: () => since,
    mayGoOn: open.await,
    stir: () => {
      restart()
      unanswered = 0
      open.unsafeOpen()
    },
    spoken: (most) => {
      restart()
      unanswered++
      if (unanswered >= most) open.unsafeClose()
    }
  }
}

const doings: ReadonlySet<ClientMessage["type"]> = new Set([
  "text-input",
  "mic-audio-data",
  "mic-audio-end",
  "mic-audio-cancel",
  "interrupt-signal",
  "create-new-history",
  "fetch-and-set-history",
  "delete-history",
  "switch-config",
  "mcp-tool-call",
  "tool-consent",
  "edit-memory",
  "delete-memory",
  "add-client-to-group",
  "remove-client-from-group"
])

/**
 * Whether somebody has done something, as a message says. Others come by themselves: heartbeats, what a page asks for when
 * it opens, its own `ai-speak-signal`, or an open microphone, of which only speech counts.
 */
export const isDoing = ({ type }: ClientMessage): boolean => doings.has(type)
