import type { Effect } from "effect"
import type { Priority } from "../proxy/TextQueue.ts"

/** What is said to the character on behalf of the chat. */
export interface Said {
  /** Who says it; without it the character hears just the text. */
  readonly sender?: string
  readonly text: string
  readonly priority: Priority
}

/** The way to the character. */
export interface Door {
  /** Waits until the character may be spoken to: somebody is there, and nothing is being answered. */
  readonly ready: Effect.Effect<void>
  /**
   * Says it. Whether it has been taken: whoever was there may just have gone. `givenUp` is done if it has, and in vain: a
   * turn has begun all the same before it was answered.
   */
  readonly say: (said: Said, givenUp?: Effect.Effect<void>) => Effect.Effect<boolean>
}
