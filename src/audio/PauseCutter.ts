import { sliceMs } from "./Loudness.ts"
import type { Pcm } from "./Pcm.ts"

/** The first piece is cut as soon as it has this much sound, in ms: speech begins with it. */
const shortestFirst = 250
/** Each further piece has this much, in ms: every piece costs the client a new player. */
const shortest = 1000
/** A pause has this many slices of 20 ms at least. */
const pauseSlices = 3
/** Root mean square of a pause, as a part of the loudest slice so far, and what counts as silence in any case. */
const quiet = 0.04
const silence = 60
/** What goes on for so long without a pause, in ms, is cut at the quietest slice of the last two seconds of that. */
const longest = 10_000
const lookBack = 2000

/** Cuts sound that comes piece by piece where the speaker pauses, so that it can be played one piece after the other. */
export interface PauseCutter {
  /** Takes what has come; answers the pieces that are complete with it. All of one sample rate. */
  readonly push: (pcm: Pcm) => ReadonlyArray<Pcm>
  /** The rest, if there is any. */
  readonly flush: () => ReadonlyArray<Pcm>
}

export const make = (): PauseCutter => {
  let sampleRate = 0
  /** Samples of the piece that is being gathered: from `start` to `end`, with room for more. */
  let held = new Int16Array(0)
  let start = 0
  let end = 0
  /** Root mean squares of the whole slices of it, of which the first `taken` have been cut off. */
  let levels: Array<number> = []
  let taken = 0
  let loudest = 0
  let begun = false

  const slice = () => Math.max(1, Math.round((sampleRate * sliceMs) / 1000))
  const slicesOf = (ms: number) => Math.ceil(ms / sliceMs)

  /** What was cut off makes room for what comes. */
  const append = (samples: Int16Array) => {
    const length = end - start
    if (end + samples.length > held.length) {
      const isWide = length + samples.length <= held.length / 2
      const room = isWide ? held : new Int16Array(2 * (length + samples.length))
      room.set(held.subarray(start, end))
      held = room
      start = 0
      end = length
    }
    held.set(samples, end)
    end += samples.length
    levels = levels.slice(taken)
    taken = 0
  }

  /** The first `count` slices, as a piece of their own. */
  const take = (count: number): Pcm => {
    const from = start
    start += count * slice()
    taken += count
    begun = true
    return { samples: held.slice(from, start), sampleRate }
  }

  const isQuiet = (level: number) => level <= Math.max(silence, quiet * loudest)

  /** After how many slices to cut; `undefined` as long as there is no place for it. */
  const placeOf = (): number | undefined => {
    const needed = slicesOf(begun ? shortest : shortestFirst)
    let heard = 0
    let pause = 0
    const count = Math.min(levels.length - taken, slicesOf(longest))
    for (let at = 0; at < count; at++) {
      if (!isQuiet(levels[taken + at]!)) {
        heard++
        pause = 0
        continue
      }
      pause++
      // In the middle of the pause, and never before anything was heard.
      if (heard > 0 && pause >= pauseSlices && at + 1 >= needed) return at + 1 - Math.floor(pause / 2)
    }
    return count === slicesOf(longest) ? quietest() : undefined
  }

  const quietest = (): number => {
    const to = taken + slicesOf(longest)
    const from = to - slicesOf(lookBack)
    return levels.indexOf(Math.min(...levels.slice(from, to)), from) - taken
  }

  const push = (pcm: Pcm): ReadonlyArray<Pcm> => {
    sampleRate = pcm.sampleRate
    append(pcm.samples)
    const size = slice()
    const cut: Array<Pcm> = []
    for (let at = start + levels.length * size; at + size <= end; at += size) {
      const level = rms(held, at, at + size)
      loudest = Math.max(loudest, level)
      levels.push(level)
    }
    for (let place = placeOf(); place !== undefined; place = placeOf()) cut.push(take(place))
    return cut
  }

  const flush = (): ReadonlyArray<Pcm> => {
    if (start === end) return []
    const samples = held.slice(start, end)
    start = end
    levels = []
    taken = 0
    return [{ samples, sampleRate }]
  }
  return { push, flush }
}

const rms = (samples: Int16Array, from: number, to: number): number => {
  let sum = 0
  for (let at = from; at < to; at++) sum += samples[at]! ** 2
  return Math.sqrt(sum / (to - from))
}
