import type { Clock } from "effect"

/** The time of a clock in ms, for how long something takes: setting the machine's time of day does not move it. */
export const of = (clock: Clock.Clock) => (): number => Number(clock.unsafeCurrentTimeNanos()) / 1e6
