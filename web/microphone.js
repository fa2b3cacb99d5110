import { say } from "./words.js"

/** What the server's recognisers listen to, in Hz. */
export const sampleRate = 16_000

/** Why the microphone cannot be had, in words. */
const reasons = {
  NotAllowedError: "The browser does not let this page use the microphone: allow it, and try again.",
  NotFoundError: "There is no microphone.",
  NotReadableError: "Another program has the microphone."
}

/**
 * The microphone's stream, without the echo of what the page plays. Fails with an error whose message is fit for the
 * reader.
 */
export const openMicrophone = async () => {
  if (navigator.mediaDevices?.getUserMedia === undefined) {
    throw new Error(
      say("The browser gives the microphone only to pages of this machine (localhost) or over https.")
    )
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true }
    })
  } catch (error) {
    const reason = reasons[error.name] ?? "The microphone cannot be used ({error})."
    throw new Error(say(reason, { error: error.name }), { cause: error })
  }
}

/** Frees the microphone. */
export const closeMicrophone = (stream) => {
  for (const track of stream.getTracks()) track.stop()
}
