import { Effect } from "effect"
import type { TurnToken } from "../conversation/Client.ts"
import type * as ServerMessage from "../protocol/ServerMessage.ts"
import * as Extensions from "../session/Extensions.ts"
import type { Fanout, Whom } from "./Fanout.ts"

/** What those have asked for who are there. */
export const wishes = ({ seats }: Fanout): ReadonlyArray<Extensions.Wishes | undefined> =>
  [...seats].map(({ wishes }) => wishes)

const wants =
  (wish: keyof Extensions.Wishes): Whom =>
  ({ wishes }) =>
    Boolean(wishes?.[wish])

const partials = wants("partialTranscripts")
const configChanges = wants("configChanges")
const consent = wants("toolConsent")
const waking = wants("wakeWordState")

/**
 * Sends what the session says to those that it is for: a message of an extension to those that have asked for that one.
 * `isForAll`: whether `wake-word-state` goes to everybody.
 */
export const send = (
  fanout: Fanout,
  message: ServerMessage.Outgoing,
  turn: TurnToken | undefined,
  isForAll: Effect.Effect<boolean>
): Effect.Effect<void> => {
  switch (message.type) {
    case "user-input-partial":
      return fanout.send(message, turn, partials)
    case "config-changed":
      return fanout.send(message, turn, configChanges)
    case "tool-consent-request":
      return fanout.send(message, turn, consent)
    case "wake-word-state":
      return Effect.flatMap(isForAll, (all) => fanout.send(message, turn, all ? undefined : waking))
    case "extensions-in-use":
      return inUse(fanout, message.person)
    default:
      return fanout.send(message, turn)
  }
}

/** Each is told what it has asked for itself, and who speaks, which is the same for all. */
const inUse = (fanout: Fanout, person: string | null) =>
  Effect.forEach(
    [...fanout.seats],
    (seat) =>
      seat.wishes === undefined
        ? Effect.void
        : fanout.send(Extensions.inUse(seat.wishes, person), undefined, (other) => other === seat),
    { discard: true }
  )
