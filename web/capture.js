import { closeMicrophone, openMicrophone, sampleRate } from "./microphone.js"

/** Half of the sample rate is all that it can carry; this much of it is kept, in Hz. */
const highest = 7000

/** The stream in a context of 16 kHz; in one of the microphone's own rate where the browser (Firefox) insists on that. */
const contextOf = (stream) => {
  const context = new AudioContext({ sampleRate })
  try {
    return { context, source: context.createMediaStreamSource(stream) }
  } catch (error) {
    void context.close()
    if (error.name !== "NotSupportedError") throw error
    const native = new AudioContext()
    const filters = [0.54, 1.31].map(
      (Q) => new BiquadFilterNode(native, { type: "lowpass", frequency: highest, Q: 20 * Math.log10(Q) })
    )
    const source = native.createMediaStreamSource(stream)
    source.connect(filters[0]).connect(filters[1])
    return { context: native, source: filters[1] }
  }
}

/**
 * Listens to the microphone until `stop()`: `onSamples` gets mono samples in [-1, 1] at 16 kHz, `size` at a time, and
 * what is left of them during `stop()`. `onLost` when the microphone goes away, `onState` when `isWaiting()` changes: some
 * browsers let a page listen only after a gesture, in which `resume()` is to be called. Fails with an error whose message is
 * fit for the reader.
 */
export const capture = async ({ size, onSamples, onLost, onState }) => {
  const stream = await openMicrophone()
  let context
  try {
    let source
    ;({ context, source } = contextOf(stream))
    await context.audioWorklet.addModule(new URL("capture-worklet.js", import.meta.url))
    const part = new Float32Array(size)
    let length = 0
    const node = new AudioWorkletNode(context, "capture", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
      processorOptions: { rate: sampleRate }
    })
    node.port.addEventListener("message", ({ data }) => {
      for (let at = 0; at < data.length;) {
        const some = data.subarray(at, at + size - length)
        part.set(some, length)
        at += some.length
        length += some.length
        if (length < size) continue
        onSamples(part)
        length = 0
      }
    })
    node.port.start()
    source.connect(node)
    for (const track of stream.getTracks()) track.addEventListener("ended", onLost)
    context.addEventListener("statechange", onState)
    return {
      isWaiting: () => context.state !== "running",
      resume: () => {
        if (context.state === "suspended") void context.resume()
      },
      stop: () => {
        context.removeEventListener("statechange", onState)
        node.port.close()
        closeMicrophone(stream)
        void context.close()
        if (length > 0) onSamples(part.subarray(0, length))
        length = 0
      }
    }
  } catch (error) {
    closeMicrophone(stream)
    if (context !== undefined) void context.close()
    throw new Error(`This browser cannot hand on what the microphone hears (${error.name}).`, {
      cause: error
    })
  }
}
