import { Unanswered } from "../engine/RemoteFailure.ts"
import { say } from "../language/Text.ts"

/** Characters of a transcript; one of two minutes has some thousand. */
const longest = 2 ** 16

/** Whether a server goes on and on: `length` in characters. */
export const isTooLong = (length: number): boolean => length > longest

/** What came is no transcript, or too much of one. */
export const none = new Unanswered({ reason: "unreadable", detail: say("speech.sentNoTranscript") })

/** What Whisper and its kin write for silence, noise and music: `[Music]`, `(wind howling)`, `*sighs*`, `♪`. */
const description = /\[[^\]]*\]|\([^)]*\)|（[^）]*）|【[^】]*】|\*[^*]*\*|[♪♫]/gu

/**
 * The transcript of an utterance, trimmed; "" if no words were recognised. A text that only describes sounds is a
 * recogniser's guess at what is no speech; a description among words stays.
 */
export const clean = (text: string): string => {
  const trimmed = text.trim()
  return /[\p{Letter}\p{Number}]/u.test(trimmed.replaceAll(description, "")) ? trimmed : ""
}
