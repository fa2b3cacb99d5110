import { Effect, Ref } from "effect"
import type { ServerMessage } from "../protocol/ServerMessage.ts"
import * as Extensions from "./Extensions.ts"
import type { Session } from "./Session.ts"

/** Whether what is said now has to begin with the wake word. */
export const isClosed = ({ seat, wake }: Session): Effect.Effect<boolean> =>
  Effect.map(Ref.get(seat), ({ character }) => character.wakeWords !== undefined && !wake.state.isActive())

/** Tells how it is, if there is anything to wait for. */
export const report = ({ seat, wake }: Session): Effect.Effect<void> =>
  Effect.flatMap(Ref.get(seat), ({ character }) =>
    character.wakeWords === undefined ? Effect.void : wake.state.report
  )

/** How it is, for whoever comes later to a session that tells all. */
export const greeting = (
  { seat, wake }: Session,
  client_uid: string
): Effect.Effect<ReadonlyArray<ServerMessage>> =>
  Effect.map(Ref.get(seat), ({ character }) =>
    character.wakeWords !== undefined && Extensions.tellsAllOfWaking(character.config)
      ? [{ type: "wake-word-state", client_uid, ...wake.state.read() }]
      : []
  )

/** The character speaks of its own accord: whoever answers need not call it. */
export const open = ({ seat, wake }: Session): Effect.Effect<void> =>
  Effect.flatMap(Ref.get(seat), ({ character }) =>
    character.wakeWords === undefined ? Effect.void : wake.state.speakUp
  )

/** Another character has been seated: it waits for its own wake word. */
export const reseat = ({ seat, wake }: Session): Effect.Effect<void> =>
  Effect.flatMap(Ref.get(seat), ({ character }) =>
    Effect.zipRight(wake.line.clear, wake.state.reset(character.wakeWords !== undefined))
  )
