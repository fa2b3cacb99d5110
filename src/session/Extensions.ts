import type { CharacterConfig } from "../config/CharacterConfig.ts"
import type * as AudioChunk from "../protocol/AudioChunk.ts"
import type { ClientMessage } from "../protocol/ClientMessage.ts"
import type { ServerMessage } from "../protocol/ServerMessage.ts"

/** What a client has asked for beyond the protocol of Open-LLM-VTuber. */
export interface Wishes {
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
  /** Whether nobody hears what it is sent. */
  onlyWrites: boolean
}

type Request = Extract<ClientMessage, { readonly type: "use-extensions" }>

/** What a session's client has asked for. */
export interface Extensions extends Readonly<Wishes> {
  /** Takes over what a client wants; what the message leaves out stays as it was. Without `person`. */
  readonly adopt: (wanted: Request) => void
  /** Who speaks, if a client has said so. */
  person: string | undefined
}

export const noWishes = (): Wishes => ({
  binaryAudio: undefined,
  partialTranscripts: false,
  toolConsent: false,
  configChanges: false,
  wakeWordState: false,
  onlyWrites: false
})

export const adopt = (wishes: Wishes, wanted: Request): void => {
  wishes.binaryAudio = wanted.binary_audio ?? wishes.binaryAudio
  wishes.partialTranscripts = wanted.partial_transcripts ?? wishes.partialTranscripts
  wishes.toolConsent = wanted.tool_consent ?? wishes.toolConsent
  wishes.configChanges = wanted.config_changes ?? wishes.configChanges
  wishes.wakeWordState = wanted.wake_word_state ?? wishes.wakeWordState
  wishes.onlyWrites = wanted.only_writes ?? wishes.onlyWrites
}

/** Those of one client. */
export const ofOne = (): Extensions => {
  const wishes = noWishes()
  return Object.assign(wishes, {
    adopt: (wanted: Request) => adopt(wishes, wanted),
    person: undefined
  })
}

/** Those of many, each of whom adopts for itself: what one of them wants is done. `everybody`: who is there now. */
export const ofMany = (everybody: () => Iterable<Readonly<Wishes> | undefined>): Extensions => {
  const somebody = (wants: (wishes: Readonly<Wishes>) => boolean) => {
    for (const wishes of everybody()) if (wishes !== undefined && wants(wishes)) return true
    return false
  }
  return {
    adopt: () => {},
    person: undefined,
    binaryAudio: undefined,
    get partialTranscripts() {
      return somebody((wishes) => wishes.partialTranscripts)
    },
    get toolConsent() {
      return somebody((wishes) => wishes.toolConsent)
    },
    get configChanges() {
      return somebody((wishes) => wishes.configChanges)
    },
    get wakeWordState() {
      return somebody((wishes) => wishes.wakeWordState)
    },
    get onlyWrites() {
      for (const wishes of everybody()) if (wishes?.onlyWrites !== true) return false
      return true
    }
  }
}

/** Tells a client what it has asked for. */
export const inUse = (
  wishes: Readonly<Wishes>,
  person: string | null
): Extract<ServerMessage, { readonly type: "extensions-in-use" }> => ({
  type: "extensions-in-use",
  binary_audio: wishes.binaryAudio ?? null,
  partial_transcripts: wishes.partialTranscripts,
  tool_consent: wishes.toolConsent,
  config_changes: wishes.configChanges,
  wake_word_state: wishes.wakeWordState,
  only_writes: wishes.onlyWrites,
  person
})

/** Whether `wake-word-state` is sent to whoever is there. */
export const tellsAllOfWaking = ({ wake_word }: CharacterConfig): boolean =>
  wake_word.state_messages === "all"

/** Whether `wake-word-state` is sent. */
export const tellsOfWaking = ({ wakeWordState }: Extensions, config: CharacterConfig): boolean =>
  wakeWordState || tellsAllOfWaking(config)

/** Who speaks with that character. */
export const personOf = ({ person }: Pick<Extensions, "person">, { human_name }: CharacterConfig): string =>
  person ?? human_name
