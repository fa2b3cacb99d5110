import { Effect } from "effect"
import type { Memory } from "../agent/Memory.ts"
import { interruptedMark } from "../history/History.ts"
import type { ChatImage, ChatMessage } from "../llm/Llm.ts"
import type { Story, StoryFailure } from "./Story.ts"

/** Role of the mark that tells the model where it was interrupted: the provider's `interrupt_method`. */
export type InterruptMethod = "user" | "system"

export interface Options {
  readonly interruptMethod: InterruptMethod
  readonly memory: Memory
  readonly story: Story
}

/** What a turn leaves behind: in the agent's memory and in the stored conversation. */
export interface TurnRecord {
  /** The user has said something. Not called for a proactive turn, whose prompt nobody keeps. */
  readonly asked: (text: string, images: ReadonlyArray<ChatImage>) => Effect.Effect<void, StoryFailure>
  /** The whole answer: `raw` as the model wrote it, `shown` as it was displayed. */
  readonly answered: (raw: string, shown: string) => Effect.Effect<void, StoryFailure>
  /** The turn was cut off when `heard` had been heard: replaces the answer, if it had been recorded. */
  readonly interrupted: (heard: string) => Effect.Effect<void, StoryFailure>
}

export const make = ({ interruptMethod, memory, story }: Options): TurnRecord => {
  let question = false
  let answer: ChatMessage | undefined

  return {
    asked: (text, images) =>
      Effect.sync(() => (question = true)).pipe(
        Effect.zipRight(memory.add({ role: "user", text, ...(images.length === 0 ? {} : { images }) })),
        Effect.zipRight(story.asked(text)),
        // An interruption between storing and remembering what was stored would store it twice.
        Effect.uninterruptible
      ),

    answered: (raw, shown) =>
      memory.add({ role: "assistant", text: raw }).pipe(
        Effect.flatMap((added) => {
          answer = added
          return story.answered(shown)
        }),
        Effect.uninterruptible
      ),

    interrupted: (heard) =>
      Effect.gen(function* () {
        // A turn that ended before anything was asked, answered or heard has left nothing to mark.
        if (!question && answer === undefined && heard === "") return
        if (answer !== undefined) yield* memory.remove(answer)
        if (heard !== "") yield* memory.add({ role: "assistant", text: heard })
        yield* memory.add({ role: interruptMethod, text: interruptedMark })
        yield* story.interrupted(heard)
      })
  }
}
