import { Effect } from "effect"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import { History, interruptedMark } from "../history/History.ts"
import type { HistoryFailed, HistoryNotFound, NewMessage } from "../history/History.ts"
import type { CurrentHistory } from "./CurrentHistory.ts"

export type StoryFailure = HistoryFailed | HistoryNotFound

/** Where the messages of one turn are stored: in one conversation, or in those of all who take part. */
export interface Story {
  readonly asked: (text: string) => Effect.Effect<void, StoryFailure>
  /** The whole answer, as it was displayed. */
  readonly answered: (shown: string) => Effect.Effect<void, StoryFailure>
  /** The turn was cut off when `heard` had been heard: replaces the answer, if it had been stored. */
  readonly interrupted: (heard: string) => Effect.Effect<void, StoryFailure>
}

/** Who speaks, as the messages show it. */
export interface Names {
  readonly human: Pick<NewMessage, "name">
  readonly ai: Pick<NewMessage, "name" | "avatar">
}

export const namesOf = (character: CharacterConfig, person: string): Names => ({
  human: { name: person },
  ai: { name: character.character_name || character.conf_name, avatar: character.avatar }
})

export interface Options {
  readonly current: CurrentHistory
  /** Whose conversation it is. */
  readonly confUid: string
  readonly names: Names
}

export const make = Effect.fnUntraced(function* ({ confUid, current, names }: Options) {
  const history = yield* History
  let uid: string | undefined
  let answer: number | undefined

  const store = (message: NewMessage) =>
    Effect.map(current.append([message]), (stored) => {
      uid = stored.uid
      return stored
    })

  const self: Story = {
    asked: (text) => Effect.asVoid(store({ role: "human", content: text, ...names.human })),
    answered: (shown) =>
      Effect.map(store({ role: "ai", content: shown, ...names.ai }), ({ ids }) => {
        answer = ids[0]
      }),
    interrupted: (heard) =>
      Effect.gen(function* () {
        const said: NewMessage | undefined =
          heard === "" ? undefined : { role: "ai", content: heard, ...names.ai }
        if (uid !== undefined) {
          yield* history.interrupt(confUid, uid, { id: answer, heard: said })
        } else if (said !== undefined) {
          yield* current.append([said, { role: "system", content: interruptedMark }])
        }
      })
  }
  return self
})
