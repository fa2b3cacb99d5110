import { Effect } from "effect"
import type { Memory } from "../agent/Memory.ts"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import { History, interruptedMark } from "../history/History.ts"
import type { HistoryFailed, HistoryNotFound, NewMessage } from "../history/History.ts"
import type { ChatImage, ChatMessage } from "../llm/Llm.ts"
import type { CurrentHistory } from "./CurrentHistory.ts"

/** Role of the mark that tells the model where it was interrupted: the provider's `interrupt_method`. */
export type InterruptMethod = "user" | "system"

export interface Options {
  readonly character: CharacterConfig
  /** Who speaks with the character. */
  readonly person: string
  readonly interruptMethod: InterruptMethod
  readonly memory: Memory
  readonly current: CurrentHistory
}

/** What a turn leaves behind: in the agent's memory and in the stored conversation. */
export interface TurnRecord {
  /** The user has said something. Not called for a proactive turn, whose prompt nobody keeps. */
  readonly asked: (
    text: string,
    images: ReadonlyArray<ChatImage>
  ) => Effect.Effect<void, HistoryFailed | HistoryNotFound>
  /** The whole answer: `raw` as the model wrote it, `shown` as it was displayed. */
  readonly answered: (raw: string, shown: string) => Effect.Effect<void, HistoryFailed | HistoryNotFound>
  /** The turn was cut off when `heard` had been heard: replaces the answer, if it had been recorded. */
  readonly interrupted: (heard: string) => Effect.Effect<void, HistoryFailed | HistoryNotFound>
}

export const make = Effect.fnUntraced(function* (options: Options) {
  const history = yield* History
  const { character, current, memory } = options
  const names = {
    human: { name: options.person },
    ai: { name: character.character_name || character.conf_name, avatar: character.avatar }
  }
  let uid: string | undefined
  let question = false
  let answer: { readonly message: ChatMessage; readonly id: number | undefined } | undefined

  const store = (message: NewMessage) =>
    Effect.tap(current.append([message]), (stored) => Effect.sync(() => (uid = stored.uid)))

  const self: TurnRecord = {
    asked: (text, images) =>
      Effect.sync(() => (question = true)).pipe(
        Effect.zipRight(memory.add({ role: "user", text, ...(images.length === 0 ? {} : { images }) })),
        Effect.zipRight(store({ role: "human", content: text, ...names.human })),
        Effect.asVoid,
        // An interruption between storing and remembering what was stored would store it twice.
        Effect.uninterruptible
      ),

    answered: (raw, shown) =>
      Effect.gen(function* () {
        const message = yield* memory.add({ role: "assistant", text: raw })
        answer = { message, id: undefined }
        const { ids } = yield* store({ role: "ai", content: shown, ...names.ai })
        answer = { message, id: ids[0] }
      }).pipe(Effect.uninterruptible),

    interrupted: (heard) =>
      Effect.gen(function* () {
        // A turn that ended before anything was asked, answered or heard has left nothing to mark.
        if (!question && answer === undefined && heard === "") return
        if (answer !== undefined) yield* memory.remove(answer.message)
        if (heard !== "") yield* memory.add({ role: "assistant", text: heard })
        yield* memory.add({ role: options.interruptMethod, text: interruptedMark })
        const said: NewMessage | undefined =
          heard === "" ? undefined : { role: "ai", content: heard, ...names.ai }
        if (uid !== undefined) {
          yield* history.interrupt(character.conf_uid, uid, { id: answer?.id, heard: said })
        } else if (said !== undefined) {
          yield* current.append([said, { role: "system", content: interruptedMark }])
        }
      })
  }
  return self
})
