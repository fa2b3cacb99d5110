import { Effect } from "effect"
import type { ChatMessage, LlmRequest } from "./Llm.ts"

/** The words of a conversation, for a model that is never given tools: see `PromptedTools`. */
export const of = ({ messages }: LlmRequest): ReadonlyArray<ChatMessage> =>
  messages.flatMap((message) => (message.role === "tools" ? [] : [message]))

/** Says in the log, once, that pictures are left out, when a conversation has any. */
export const warningOfImages = (warning: string) => {
  let told = false
  return (request: LlmRequest): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (told || !of(request).some(({ images = [] }) => images.length > 0)) return Effect.void
      told = true
      return Effect.logWarning(warning)
    })
}
