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
