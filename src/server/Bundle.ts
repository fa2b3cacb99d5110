import type { Duplex } from "node:stream"

/** Holds back what is written from now until the fibers that can go on have done so: it leaves in one piece. */
export type Bundle = () => void

/** A system call for each message costs more than making the message. */
export const make = (stream: Duplex): Bundle => {
  let held = false
  const release = () => {
    held = false
    stream.uncork()
  }
  return () => {
    if (held) return
    held = true
    stream.cork()
    // Fibers run as microtasks; a tick that is asked for in one comes after them all.
    queueMicrotask(() => process.nextTick(release))
  }
}
