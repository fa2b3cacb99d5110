import type { CharacterConfig } from "../config/CharacterConfig.ts"
import type * as AudioChunk from "../protocol/AudioChunk.ts"

/** What a client has asked for beyond the protocol of Open-LLM-VTuber. */
export interface Extensions {
  /** Which message a binary frame stands for. */
  binaryAudio: AudioChunk.Type | undefined
  /** Whether it wants `user-input-partial`. */
  partialTranscripts: boolean
  /** Whether it asks the person before a tool is called that wants it. */
  toolConsent: boolean
  /** Whether it wants `config-changed`. */
  configChanges: boolean
  /** Whether it wants `wake-word-state`. */
  wakeWordState: boolean
  /** Who speaks, if the client has said so. */
  person: string | undefined
}

export const none = (): Extensions => ({
  binaryAudio: undefined,
  partialTranscripts: false,
  toolConsent: false,
  configChanges: false,
  wakeWordState: false,
  person: undefined
})

/** Whether `wake-word-state` is sent. */
export const tellsOfWaking = ({ wakeWordState }: Extensions, { wake_word }: CharacterConfig): boolean =>
  wakeWordState || wake_word.state_messages === "all"

/** Who speaks with that character. */
export const personOf = ({ person }: Extensions, { human_name }: CharacterConfig): string =>
  person ?? human_name
