import { Clock, Duration, Effect } from "effect"

/** So many jobs done in a row, and an engine that has failed counts as back. */
const enough = 3
/** So long after people were told, one job done is enough. */
const longAgo = Duration.seconds(10)

/** What the people of one session have been told of an engine that fails: each outage once, not each of its jobs. */
export interface Outage {
  /** Answers whether that is news. */
  readonly failed: Effect.Effect<boolean>
  readonly worked: Effect.Effect<void>
}

export const make = (): Outage => {
  /** Unix time in ms. */
  let toldAt: number | undefined
  let worked = 0
  return {
    failed: Effect.map(Clock.currentTimeMillis, (now) => {
      const isBack = worked >= enough || (worked > 0 && now - (toldAt ?? now) >= Duration.toMillis(longAgo))
      const isNews = toldAt === undefined || isBack
      if (isNews) toldAt = now
      worked = 0
      return isNews
    }),
    worked: Effect.sync(() => void worked++)
  }
}
