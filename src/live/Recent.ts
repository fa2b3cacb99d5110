/** Keys and when (ms) they were last seen; at most so many, of which the oldest goes first. */
export interface Recent {
  /** When it was seen. */
  readonly at: (key: string) => number | undefined
  readonly see: (key: string, now: number) => void
}

export const make = (most: number): Recent => {
  const seen = new Map<string, number>()
  return {
    at: (key) => seen.get(key),
    see: (key, now) => {
      // Behind all others: a map keeps the order in which keys were put into it.
      seen.delete(key)
      seen.set(key, now)
      if (seen.size > most) seen.delete(seen.keys().next().value!)
    }
  }
}
