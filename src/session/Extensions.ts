import { Effect } from "effect"
import { Client } from "../conversation/Client.ts"
import type { Listening } from "../conversation/Listening.ts"
import type * as AudioChunk from "../protocol/AudioChunk.ts"
import type { ClientMessage } from "../protocol/ClientMessage.ts"

/** What a client has asked for beyond the protocol of Open-LLM-VTuber. */
export interface Extensions {
  /** Which message a binary frame stands for. */
  binaryAudio: AudioChunk.Type | undefined
  /** Whether it wants `user-input-partial`. */
  partialTranscripts: boolean
  /** Whether it asks the person before a tool is called that wants it. */
  toolConsent: boolean
  /** Who speaks, if the client has said so. */
  person: string | undefined
}

export const none = (): Extensions => ({
  binaryAudio: undefined,
  partialTranscripts: false,
  toolConsent: false,
  person: undefined
})

/** `use-extensions`: what the message leaves out stays as it was. */
export const use = Effect.fn("Extensions.use")(function* (
  { extensions, listening }: { readonly extensions: Extensions; readonly listening: Listening },
  wanted: Extract<ClientMessage, { readonly type: "use-extensions" }>
) {
  extensions.binaryAudio = wanted.binary_audio ?? extensions.binaryAudio
  extensions.partialTranscripts = wanted.partial_transcripts ?? extensions.partialTranscripts
  extensions.toolConsent = wanted.tool_consent ?? extensions.toolConsent
  extensions.person = wanted.person ?? extensions.person
  if (!extensions.partialTranscripts) yield* listening.cancel
  yield* (yield* Client).send({
    type: "extensions-in-use",
    binary_audio: extensions.binaryAudio ?? null,
    partial_transcripts: extensions.partialTranscripts,
    tool_consent: extensions.toolConsent,
    person: extensions.person ?? null
  })
})
