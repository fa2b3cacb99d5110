import { Effect, Either, Option, Ref } from "effect"
import type { TranscriptionFailed } from "../asr/Asr.ts"
import * as Speech from "../audio/Speech.ts"
import { Client } from "../conversation/Client.ts"
import type * as Turn from "../conversation/Turn.ts"
import * as Utterance from "../conversation/Utterance.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { say } from "../language/Text.ts"
import type { Spotted } from "../wake/KeywordSpotter.ts"
import * as WakeWords from "../wake/WakeWords.ts"
import type { Word, Woken } from "../wake/WakeWords.ts"
import type { LiveCharacter } from "./LiveCharacter.ts"
import { tellOnce } from "./Session.ts"
import type { Session } from "./Session.ts"
import * as SessionTurn from "./SessionTurn.ts"

type Failure = EngineUnavailable | TranscriptionFailed

/**
 * Looks in what was said for the wake word, or, if the character is awake, for the end word, in a fiber of the session.
 * What is not answered does not disturb a turn that may run, the session's or its group's.
 */
export const look = (session: Session, said: Turn.Said) =>
  session.wake.line.enter(said, (said) => lookThrough(session, said))

/** Other messages are handled while it is transcribed, and not while something comes of it. */
const lookThrough = Effect.fn("WakeRequests.lookThrough")((session: Session, said: Turn.Said) =>
  Ref.get(session.seat).pipe(
    Effect.flatMap(({ character }) =>
      session.wake.state.isActive() ? listen(session, character, said) : wait(session, character, said)
    ),
    Effect.catchAll((failure) => Effect.succeed(failed(session, failure))),
    Effect.flatMap(session.exclusive.alone)
  )
)

/** The character is awake: everything is answered but an end word. Answers what is to be done. */
const listen = Effect.fnUntraced(function* (session: Session, character: LiveCharacter, said: Turn.Said) {
  const text = yield* transcribe(character, said)
  const word = yield* character.wakeWords?.end(text) ?? Effect.succeed(undefined)
  return word === undefined ? answer(session, said, text) : leave(session, character, word)
})

/** The character waits to be called. Answers what is to be done. */
const wait = Effect.fnUntraced(function* (session: Session, character: LiveCharacter, said: Turn.Said) {
  const found = yield* find(character, said)
  if (found === nothing) return SessionTurn.release(session)
  if (found !== undefined) return wake(session, character, said, found)
  return said._tag === "Text" ? Effect.zipRight(ignore(session), hint(character)) : ignore(session)
})

const transcribe = Effect.fnUntraced(function* ({ services }: LiveCharacter, said: Turn.Said) {
  if (said._tag === "Text") return said.text
  const heard = yield* said.heard
  return Option.isSome(heard) ? heard.value : yield* (yield* services.asr).transcribe(said.samples)
})

/** Nobody has said a word. */
const nothing = Symbol("nothing")

const find = Effect.fnUntraced(function* (character: LiveCharacter, said: Turn.Said) {
  const { config, wakeWords } = character
  if (wakeWords === undefined) return undefined
  if (said._tag === "Utterance" && config.wake_word.match === "audio") {
    const spotted = yield* Effect.either(hear(character, said.samples))
    if (Either.isRight(spotted)) return yield* spot(character, wakeWords, said.samples, spotted.right)
    yield* tellOnce(character, "wake-word-in-transcript", say("wake.inTranscript", spotted.left.words))
  }
  const text = yield* transcribe(character, said)
  return text === "" && said._tag === "Utterance" ? nothing : yield* wakeWords.wake(text)
})

/** The wake word in the sound. */
const hear = ({ services }: LiveCharacter, samples: Float32Array) =>
  Effect.flatMap(services.spotter, ({ spot }) => spot(samples))

/** What belongs to a word whose place is known by its sounds, in samples: a quarter of a second. */
const margin = Speech.sampleRate / 4

/**
 * Nothing is transcribed that was said before the wake word, nor anything if the rest is silence or not wanted. What
 * comes after it is, together with it: its end is not known well enough to be cut there.
 */
const spot = Effect.fnUntraced(function* (
  { config, services }: LiveCharacter,
  wakeWords: WakeWords.WakeWords,
  samples: Float32Array,
  spotted: Option.Option<Spotted>
): Effect.fn.Return<Woken | undefined, Failure> {
  if (Option.isNone(spotted)) return undefined
  const { from, language, to, word } = spotted.value
  const ends = Utterance.silence(samples.subarray(to + margin)) !== undefined
  if (ends || !config.wake_word.answer_rest) return { word, language, rest: "" }
  const text = yield* (yield* services.asr).transcribe(samples.subarray(Math.max(0, from - margin)))
  const rest = (yield* wakeWords.behind(text)) ?? text
  return { word, language, rest }
})

/** While it waits to be called, everything that is said would fail in the same way. */
const failed = (session: Session, failure: Failure) => {
  const told = session.wake.state.isActive()
    ? Effect.flatMap(Client, ({ send }) => send(ServerMessage.failure(failure.words)))
    : tellOnce(session, failure.message, failure.words)
  return Effect.zipRight(told, SessionTurn.release(session))
}

/** Who types sees that nothing happens, and not why. */
const hint = Effect.fnUntraced(function* ({ config, told }: LiveCharacter) {
  const [first] = WakeWords.listed(config.wake_word.wake_words)
  if (first === undefined || told.has("call-first")) return
  told.add("call-first")
  yield* (yield* Client).send(ServerMessage.fullText(say("wake.callFirst", JSON.stringify(first.word))))
})

const ignore = (session: Session) => Effect.zipRight(session.wake.state.ignore, SessionTurn.release(session))

const answer = (session: Session, said: Turn.Said, text: string) =>
  Effect.zipRight(
    session.wake.state.heard,
    SessionTurn.begin(
      session,
      said._tag === "Text" ? { ...said, text } : { ...said, heard: Effect.succeedSome(text) }
    )
  )

/** It was called: what was said with the wake word is answered, or else it says that it listens. */
const wake = Effect.fnUntraced(function* (
  session: Session,
  { config }: LiveCharacter,
  said: Turn.Said,
  { language, rest, word }: Woken
) {
  const { acknowledgement, answer_rest } = config.wake_word
  yield* session.wake.state.wake({ word, language })
  yield* answer_rest && rest !== "" ? answer(session, said, rest) : recite(session, acknowledgement)
})

const leave = (session: Session, { config }: LiveCharacter, word: Word) =>
  Effect.zipRight(session.wake.state.end(word), recite(session, config.wake_word.farewell))

/** Says a line, if there is one. Whoever calls or leaves wants no more of what is being said. */
const recite = Effect.fnUntraced(function* (session: Session, line: string) {
  if (line !== "") return yield* SessionTurn.begin(session, { _tag: "Line", line })
  yield* SessionTurn.interrupt(session)
  yield* SessionTurn.release(session)
})
