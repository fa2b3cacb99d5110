import { collect } from "../test/support/Garbage.ts"

/**
 * Collects new garbage again and again. Buffers of sound are large, and objects that hold them small: left alone the collector
 * goes through everything, for 10 ms, as soon as 64 MB of them lie around, every second. Returns how to end it.
 */
export const collectOften = (): (() => void) => {
  const often = setInterval(() => collect({ type: "minor" }), 100)
  return () => clearInterval(often)
}
