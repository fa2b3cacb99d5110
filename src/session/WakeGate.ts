import { Effect, Ref } from "effect"
import type * as Turn from "../conversation/Turn.ts"
import type { LiveCharacter } from "./LiveCharacter.ts"
import type { Session } from "./Session.ts"

/** Whether what is said now has to begin with the wake word, or may have to: what was said before has not been looked through. */
export const isClosed = ({ seat, wake }: Session): Effect.Effect<boolean> =>
  Effect.map(
    Ref.get(seat),
    ({ character }) => character.wakeWords !== undefined && !(wake.state.isActive() && wake.line.isEmpty())
  )

const answer: Turn.Verdict = { _tag: "Answer" }

/** What becomes of what was said to a character that is awake: an end word needs no answer. */
export const admit = (
  { wake }: Session,
  { config, wakeWords }: LiveCharacter,
  input: Turn.Input,
  text: string
): Effect.Effect<Turn.Verdict> =>
  Effect.gen(function* () {
    const { farewell, typed_text_passes } = config.wake_word
    if (wakeWords === undefined || !wake.state.isActive()) return answer
    if (input._tag === "Text" && typed_text_passes) return answer
    const word = yield* wakeWords.end(text)
    if (word === undefined) return answer
    yield* wake.state.end(word)
    return { _tag: "Line", line: farewell }
  })

/** Tells how it is, if there is anything to wait for. */
export const report = ({ seat, wake }: Session): Effect.Effect<void> =>
  Effect.flatMap(Ref.get(seat), ({ character }) =>
    character.wakeWords === undefined ? Effect.void : wake.state.report
  )

/** Another character has been seated: it waits for its own wake word. */
export const reseat = ({ seat, wake }: Session): Effect.Effect<void> =>
  Effect.flatMap(Ref.get(seat), ({ character }) =>
    Effect.zipRight(wake.line.clear, wake.state.reset(character.wakeWords !== undefined))
  )
