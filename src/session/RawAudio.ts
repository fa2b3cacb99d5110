import { Cause, Clock, Effect, Exit, Option, Ref } from "effect"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { Client } from "../conversation/Client.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import type { DetectionFailed } from "../vad/Vad.ts"
import type { SpeechEvent } from "../vad/SpeechDetector.ts"
import type { Window } from "../vad/Window.ts"
import * as AdaptiveVad from "./AdaptiveVad.ts"
import * as Ear from "./Ear.ts"
import { tellOnce } from "./Session.ts"
import type { Seat, Session } from "./Session.ts"
import { say } from "../language/Text.ts"
import * as Speech from "../audio/Speech.ts"
import * as WakeGate from "./WakeGate.ts"

/** `raw-audio-data`: what an open microphone hears next. Returns while it is still being listened to. */
export const receive = (session: Session, audio: Float32Array) =>
  session.ear
    .enter(audio, { hear: (piece) => listen(session, piece), fallSilent: finish(session) })
    .pipe(
      Effect.flatMap((dropped) =>
        dropped === 0 ? Effect.void : tellOnce(session, "raw-audio-data", tooMuch)
      )
    )

const tooMuch = say("session.audioWaits", Ear.longest)

/** Audio is dropped for this long, in ms, after there was nobody to listen to it; then that is tried again. */
const pause = 10_000

const listen = (session: Session, piece: Float32Array): Effect.Effect<void, never, Client> =>
  Effect.gen(function* () {
    const seat = yield* Ref.get(session.seat)
    const { givenUp, refused } = session.ear
    const before = givenUp()
    if (refused?.by === seat && (yield* Clock.currentTimeMillis) < refused.until) return
    const heard = yield* Effect.exit(Effect.flatMap(seat.character.services.vad, (vad) => vad.listen(piece)))
    if (givenUp() !== before) return
    if (Exit.isSuccess(heard)) return yield* follow(session, seat, heard.value)
    // A switch has closed the listener meanwhile: the new character's hears the same.
    if ((yield* Ref.get(session.seat)) !== seat) return yield* listen(session, piece)
    const failure = Cause.failureOption(heard.cause)
    if (Option.isSome(failure)) yield* failed(session, seat, failure.value)
    else yield* Effect.logError("listening died", heard.cause)
  })

const follow = (session: Session, seat: Seat, windows: ReadonlyArray<Window>) =>
  Effect.forEach(
    windows,
    (window) => {
      const rules = AdaptiveVad.rules(seat.character.config.vad_config.silero_vad, session.ear.adaptive)
      const event = session.ear.detector.push(window, rules)
      return event === undefined ? Effect.void : tell(session, event)
    },
    { discard: true }
  )

/**
 * The client answers the start of speech with `interrupt-signal` if anything is being said, and the end of it with
 * `mic-audio-end`, which takes the utterance. It is asked for that once, however many utterances end before it answers.
 */
const tell = Effect.fnUntraced(function* (session: Session, event: SpeechEvent) {
  const client = yield* Client
  session.idleness.stir()
  if (event._tag === "Started") {
    // Whoever has not called the character does not interrupt it.
    return (yield* WakeGate.isClosed(session))
      ? undefined
      : yield* client.send(ServerMessage.control("interrupt"))
  }
  switch (session.utterance.keep(event.utterance)) {
    case "new":
      return yield* client.send(ServerMessage.control("mic-audio-end"))
    case "joined":
    case "dropped":
      return
    case "full":
      return yield* client.send(ServerMessage.failure(say("session.speechWaits", Speech.longest)))
  }
})

/** What is being said is complete, though nobody has heard its end. */
const finish = (session: Session) =>
  Effect.suspend(() => {
    const rest = session.ear.detector.finish()
    return rest === undefined ? Effect.void : tell(session, rest)
  })

const failed = Effect.fnUntraced(function* (
  session: Session,
  seat: Seat,
  failure: EngineUnavailable | DetectionFailed
) {
  if (failure._tag === "EngineUnavailable") {
    session.ear.refused = { by: seat, until: (yield* Clock.currentTimeMillis) + pause }
    // After a switch: what the character before has heard is an utterance, since nobody hears its end.
    yield* finish(session)
  }
  yield* tellOnce(session, failure.message, failure.words)
})
