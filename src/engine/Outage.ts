/** So many jobs done in a row, and an engine that has failed counts as back. */
const enough = 3

/** What the people of one session have been told of an engine that fails: each outage once, not each of its jobs. */
export interface Outage {
  /** Answers whether that is news. */
  readonly failed: () => boolean
  readonly worked: () => void
}

export const make = (): Outage => {
  let told = false
  let worked = 0
  return {
    failed: () => {
      const isNews = !told
      told = true
      worked = 0
      return isNews
    },
    worked: () => {
      if (++worked >= enough) told = false
    }
  }
}
