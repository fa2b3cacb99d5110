import type { ChatMessage } from "./Llm.ts"

/** The longest answer, in tokens. Spoken, that is three minutes. */
export const longestAnswer = 512

/** The first message to a worker: which model to load. */
export interface Load {
  readonly _tag: "Load"
  /** Absolute. */
  readonly modelPath: string
  /** Tokens of one conversation's context, at most what the model was trained on. */
  readonly contextSize: number
}

/** One answer is wanted. */
export interface Ask {
  readonly _tag: "Ask"
  readonly id: number
  readonly conversation: string
  readonly system: string
  readonly messages: ReadonlyArray<Pick<ChatMessage, "role" | "text">>
}

/** An answer is wanted no longer. */
export interface Stop {
  readonly _tag: "Stop"
  readonly id: number
}

export type ToWorker = Load | Ask | Stop

/** What a worker says; after `Done` or `Failed` nothing more comes for that id. */
export type FromWorker =
  | { readonly _tag: "Ready"; readonly contextSize: number; readonly threads: number; readonly gpu: string }
  | { readonly _tag: "LoadFailed"; readonly reason: string }
  | { readonly _tag: "Delta"; readonly id: number; readonly kind: "Text" | "Think"; readonly text: string }
  | { readonly _tag: "Done"; readonly id: number }
  | { readonly _tag: "Failed"; readonly id: number; readonly reason: string }
