import { closeMicrophone, openMicrophone, sampleRate } from "./microphone.js"
import { writePcm } from "./pcm.js"
import { say } from "./words.js"

/** A WAV file (RIFF, 16-bit PCM, mono) of samples in [-1, 1]. */
export const encodeWav = (samples, rate) => {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2))
  const tag = (at, text) => {
    for (let index = 0; index < 4; index++) view.setUint8(at + index, text.charCodeAt(index))
  }
  tag(0, "RIFF")
  view.setUint32(4, view.byteLength - 8, true)
  tag(8, "WAVE")
  tag(12, "fmt ")
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  tag(36, "data")
  view.setUint32(40, samples.length * 2, true)
  writePcm(view, 44, samples)
  return new Blob([view], { type: "audio/wav" })
}

/** Whatever the browser recorded, as 16 kHz mono: it decodes and resamples by itself. */
const toWav = async (recording) => {
  const context = new OfflineAudioContext(1, 1, sampleRate)
  const sound = await context.decodeAudioData(await recording.arrayBuffer())
  const mono = new Float32Array(sound.length)
  for (let channel = 0; channel < sound.numberOfChannels; channel++) {
    const samples = sound.getChannelData(channel)
    for (let at = 0; at < mono.length; at++) mono[at] += samples[at] / sound.numberOfChannels
  }
  return encodeWav(mono, sampleRate)
}

/**
 * Begins to record by the microphone; answers what ends it. `stop()` gives the recording as a WAV file of 16 kHz,
 * `cancel()` throws it away. Fails with an error whose message is fit for the reader.
 */
export const record = async () => {
  const stream = await openMicrophone()
  const chunks = []
  const recorder = new MediaRecorder(stream)
  recorder.addEventListener("dataavailable", ({ data }) => chunks.push(data))
  const ended = new Promise((resolve) => {
    recorder.addEventListener("stop", resolve, { once: true })
  })
  recorder.start()

  const end = async () => {
    if (recorder.state !== "inactive") recorder.stop()
    await ended
    closeMicrophone(stream)
  }
  return {
    cancel: end,
    stop: async () => {
      await end()
      try {
        return await toWav(new Blob(chunks, { type: recorder.mimeType }))
      } catch (error) {
        throw new Error(say("Nothing was recorded. Speak for a moment before you stop."), { cause: error })
      }
    }
  }
}
