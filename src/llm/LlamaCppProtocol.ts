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
  /** Absent for a text that stands alone. */
  readonly conversation: string | undefined
  /** Nobody waits for it. */
  readonly background: boolean
  readonly system: string
  readonly messages: ReadonlyArray<Pick<ChatMessage, "role" | "text">>
}
