/** Posted at once, in samples: 32 ms at 16 kHz. */
const size = 512

/**
 * Posts what comes in (mono) at `rate` Hz, as Float32Arrays of 512 samples. From another rate it takes the samples by
 * straight lines, so what comes in must have been filtered.
 */
class Capture extends AudioWorkletProcessor {
  #step
  #part = new Float32Array(size)
  #length = 0
  #last = 0
  // Where the next sample lies, in samples of the block that comes; -1 is the last one of the block before.
  #at = 0

  constructor({ processorOptions: { rate } }) {
    super()
    this.#step = sampleRate / rate
  }

  process([[block]]) {
    if (block === undefined) return true
    for (; this.#at <= block.length - 1; this.#at += this.#step) {
      const before = Math.floor(this.#at)
      const from = before < 0 ? this.#last : block[before]
      const to = block[Math.min(before + 1, block.length - 1)]
      this.#push(from + (to - from) * (this.#at - before))
    }
    this.#at -= block.length
    this.#last = block.at(-1)
    return true
  }

  #push(sample) {
    this.#part[this.#length++] = sample
    if (this.#length < size) return
    this.port.postMessage(this.#part, [this.#part.buffer])
    this.#part = new Float32Array(size)
    this.#length = 0
  }
}

registerProcessor("capture", Capture)
