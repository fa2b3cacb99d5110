import { sliceMs, sliceOf, squares } from "./Loudness.ts"
import { join } from "./Pcm.ts"
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

/** A piece of sound, with the root mean square of each slice of 20 ms of it (the last one may be shorter). */
export interface Piece extends Pcm {
  readonly levels: ReadonlyArray<number>
}

/** Cuts sound that comes piece by piece where the speaker pauses, so that it can be played one piece after the other. */
export interface PauseCutter {
  /** Takes what has come; answers the pieces that are complete with it. All of one sample rate. */
  readonly push: (pcm: Pcm) => ReadonlyArray<Piece>
  /** The rest, if there is any. */
  readonly flush: () => ReadonlyArray<Piece>
}

export const make = (): PauseCutter => {
  let sampleRate = 0
  /** The piece that is being gathered, as it came: it is copied once at most, when it is cut from several parts. */
  let held: Array<Int16Array> = []
  /** Root mean squares of the whole slices of it, of which the first `taken` have been cut off. */
  let levels: Array<number> = []
  let taken = 0
  /** Of the slice that is not complete: how many samples it has, and the sum of their squares. */
  let rest = { samples: 0, sum: 0 }
  let loudest = 0
  let begun = false

  const slicesOf = (ms: number) => Math.ceil(ms / sliceMs)

  const append = (samples: Int16Array) => {
    if (samples.length > 0) held.push(samples)
    levels = levels.slice(taken)
    taken = 0
    const size = sliceOf(sampleRate)
    for (let at = 0; at < samples.length;) {
      const end = Math.min(samples.length, at + size - rest.samples)
      rest.sum += squares(samples, at, end)
      rest.samples += end - at
      at = end
      if (rest.samples < size) continue
      const level = Math.sqrt(rest.sum / size)
      loudest = Math.max(loudest, level)
      levels.push(level)
      rest = { samples: 0, sum: 0 }
    }
  }

  /** The first samples, as a piece of their own. */
  const pieceOf = (length: number, levels: ReadonlyArray<number>): Piece => {
    const parts: Array<Pcm> = []
    for (let missing = length; missing > 0;) {
      const [first] = held
      const samples = first!.subarray(0, missing)
      parts.push({ samples, sampleRate })
      missing -= samples.length
      if (samples.length === first!.length) held.shift()
      else held[0] = first!.subarray(samples.length)
    }
    begun = true
    return { ...join(parts, sampleRate), levels }
  }

  /** The first `count` slices. */
  const take = (count: number): Piece => {
    taken += count
    return pieceOf(count * sliceOf(sampleRate), levels.slice(taken - count, taken))
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

  const push = (pcm: Pcm): ReadonlyArray<Piece> => {
    sampleRate = pcm.sampleRate
    append(pcm.samples)
    const cut: Array<Piece> = []
    for (let place = placeOf(); place !== undefined; place = placeOf()) cut.push(take(place))
    return cut
  }

  const flush = (): ReadonlyArray<Piece> => {
    const length = held.reduce((sum, part) => sum + part.length, 0)
    const left = levels.slice(taken)
    if (rest.samples > 0) left.push(Math.sqrt(rest.sum / rest.samples))
    levels = []
    taken = 0
    rest = { samples: 0, sum: 0 }
    return length === 0 ? [] : [pieceOf(length, left)]
  }
  return { push, flush }
}
