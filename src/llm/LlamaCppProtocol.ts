import type { ChatMessage } from "./Llm.ts"

/** The longest answer, in tokens. Spoken, that is three minutes. */
export const longestAnswer = 512

/** Which model a process loads. */
export interface Load {
  /** Absolute. */
  readonly modelPath: string
  /** Tokens of one conversation's context, at most what the model was trained on. */
  readonly contextSize: number
}

/** One answer is wanted. */
export interface Ask {
  readonly conversation: string
  readonly system: string
  readonly messages: ReadonlyArray<Pick<ChatMessage, "role" | "text">>
}
