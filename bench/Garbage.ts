import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

type Collect = (options?: { readonly type: "minor" }) => void

const gc = (() => {
  setFlagsFromString("--expose-gc")
  return runInNewContext("gc") as Collect
})()

/** Collects all garbage of this process, at a moment when that delays nothing that is measured. */
export const collect = (): void => gc()

/**
 * Collects new garbage again and again. Buffers of sound are large, and objects that hold them small: left alone the collector
 * goes through everything, for 10 ms, as soon as 64 MB of them lie around, every second. Returns how to end it.
 */
export const collectOften = (): (() => void) => {
  const often = setInterval(() => gc({ type: "minor" }), 100)
  return () => clearInterval(often)
}
