import { Duration } from "effect"

/** A text in the background that has not been written by then is given up: counted from when it is really being written. */
export const patience = Duration.minutes(2)

export const overdue = "it took more than two minutes to write a text in the background"
