import { Clock, Effect, Ref } from "effect"
import type { ProactiveSpeechConfig } from "../config/ProactiveSpeechConfig.ts"
import { Client } from "../conversation/Client.ts"
import { Groups } from "../group/Groups.ts"
import { Census } from "../telemetry/Census.ts"
import type { Session } from "./Session.ts"
import * as TurnRequests from "./TurnRequests.ts"

/**
 * Has the character that is seated now speak of its own accord, if its configuration says so: in a fiber of the session,
 * in place of the one of the character before.
 */
export const follow = Effect.fnUntraced(function* (session: Session) {
  const { character } = yield* Ref.get(session.seat)
  const { idle_seconds, most_unanswered } = character.config.proactive_speech
  session.idleness.restart()
  if (idle_seconds === undefined) return yield* session.idleness.slot.stop
  const census = yield* Census
  yield* waitAndSpeak(session, idle_seconds * 1000, most_unanswered).pipe(
    Effect.catchAllDefect((defect) => Effect.logError("speaking of its own accord died", defect)),
    Effect.forever,
    census.track("proactive"),
    (speaking) => session.idleness.slot.start(speaking)
  )
})

/** The same for a session that has just been opened: there is nothing to stop. */
export const begin = (session: Session) =>
  Effect.flatMap(Ref.get(session.seat), ({ character }) =>
    character.config.proactive_speech.idle_seconds === undefined ? Effect.void : follow(session)
  )

/** Sleeps for what is left of the time, and speaks if nothing has begun it anew meanwhile. `idle`: ms. */
const waitAndSpeak = Effect.fnUntraced(function* (
  session: Session,
  idle: number,
  most: ProactiveSpeechConfig["most_unanswered"]
) {
  yield* session.idleness.mayGoOn
  yield* session.turn.idle
  const left = yield* timeLeft(session, idle)
  if (left > 0) return yield* Effect.sleep(left)
  yield* session.exclusive.alone(speak(session, idle, most))
})

const timeLeft = (session: Session, idle: number) =>
  Effect.map(
    Clock.currentTimeMillis,
    (now) => Math.max(session.idleness.since(), session.turn.endedAt() ?? 0) + idle - now
  )

const speak = Effect.fnUntraced(function* (session: Session, idle: number, most: number) {
  const client = yield* Client
  // Somebody may have come first.
  if ((yield* session.turn.isRunning) || (yield* timeLeft(session, idle)) > 0) return
  if (session.ear.detector.isSpeaking() || session.extensions.onlyWrites) return session.idleness.restart()
  // Nobody breaks into the talk of a group, whoever speaks there: the time counts anew when it is over.
  if (yield* (yield* Groups).isTalking(client.uid)) return session.idleness.restart()
  session.idleness.spoken(most)
  yield* TurnRequests.speakUp(session, [])
})
