import { Effect, Option, Ref } from "effect"
import type { TranscriptionFailed } from "../asr/Asr.ts"
import * as Speech from "../audio/Speech.ts"
import { Client } from "../conversation/Client.ts"
import type * as Turn from "../conversation/Turn.ts"
import * as Utterance from "../conversation/Utterance.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import type { SpottingFailed } from "../wake/KeywordSpotter.ts"
import type { WakeWords, Woken } from "../wake/WakeWords.ts"
import { begin } from "./BeginTurn.ts"
import type { LiveCharacter } from "./LiveCharacter.ts"
import { tellOnce } from "./Session.ts"
import type { Session } from "./Session.ts"

/**
 * Looks for the wake word in what was said, in a fiber of the session: without it nothing is answered, and the turn
 * that may run is not disturbed.
 */
export const look = (session: Session, said: Turn.Said) =>
  session.wake.line.enter(said, (said) => lookThrough(session, said))

const lookThrough = Effect.fn("WakeRequests.lookThrough")(function* (session: Session, said: Turn.Said) {
  const { character } = yield* Ref.get(session.seat)
  const alone = session.exclusive.withPermits(1)
  // What was said just before has woken it.
  if (session.wake.state.isActive())
    return yield* alone(Effect.zipRight(session.wake.state.heard, begin(session, said)))
  yield* find(character, said).pipe(
    Effect.matchEffect({
      onFailure: (failure) =>
        Effect.zipRight(tellOnce(session, failure.message, failure.message), release(session)),
      onSuccess: (found) =>
        found === nothing
          ? release(session)
          : found === undefined
            ? ignore(session)
            : wake(session, said, found)
    }),
    alone
  )
})

/** Nobody has said a word. */
const nothing = Symbol("nothing")

const find = Effect.fnUntraced(function* (character: LiveCharacter, said: Turn.Said) {
  const { wakeWords } = character
  if (wakeWords === undefined) return undefined
  if (said._tag === "Text") return yield* wakeWords.wake(said.text)
  if (character.config.wake_word.match === "audio") return yield* spot(character, wakeWords, said.samples)
  const text = yield* (yield* character.services.asr).transcribe(said.samples)
  return text === "" ? nothing : yield* wakeWords.wake(text)
})

/** What belongs to a word whose place is known by its sounds, in samples: a quarter of a second. */
const margin = Speech.sampleRate / 4

/**
 * Nothing is transcribed that was said before the wake word, nor anything if the rest is silence or not wanted. What
 * comes after it is, together with it: its end is not known well enough to be cut there.
 */
const spot = Effect.fnUntraced(function* (
  { config, services }: LiveCharacter,
  wakeWords: WakeWords,
  samples: Float32Array
): Effect.fn.Return<Woken | undefined, EngineUnavailable | SpottingFailed | TranscriptionFailed> {
  const spotted = yield* (yield* services.spotter).spot(samples)
  if (Option.isNone(spotted)) return undefined
  const { from, language, to, word } = spotted.value
  const ends = Utterance.silence(samples.subarray(to + margin)) !== undefined
  if (ends || !config.wake_word.answer_rest) return { word, language, rest: "" }
  const text = yield* (yield* services.asr).transcribe(samples.subarray(Math.max(0, from - margin)))
  const rest = (yield* wakeWords.wake(text))?.rest ?? text
  return { word, language, rest }
})

const ignore = (session: Session) => Effect.zipRight(session.wake.state.ignore, release(session))

/** The page waits for this after everything that is said; but it must never end a turn. */
const release = Effect.fnUntraced(function* (session: Session) {
  if (yield* session.turn.isRunning) return
  yield* (yield* Client).send(ServerMessage.control("conversation-chain-end"))
})

/** It was called: what was said with the wake word is answered, or else it says that it listens. */
const wake = Effect.fnUntraced(function* (
  session: Session,
  said: Turn.Said,
  { language, rest, word }: Woken
) {
  const { acknowledgement, answer_rest } = (yield* Ref.get(session.seat)).character.config.wake_word
  yield* session.wake.state.wake({ word, language })
  if (answer_rest && rest !== "") {
    yield* session.wake.state.heard
    return yield* begin(
      session,
      said._tag === "Text" ? { ...said, text: rest } : { ...said, heard: Effect.succeedSome(rest) }
    )
  }
  if (acknowledgement !== "") return yield* begin(session, { _tag: "Line", line: acknowledgement })
  // Whoever calls wants to speak.
  yield* session.turn.interrupt()
  yield* release(session)
})
