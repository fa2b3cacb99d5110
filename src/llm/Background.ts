import { Duration } from "effect"
import { say } from "../language/Text.ts"

/** A text in the background that has not been written by then is given up: counted from when it is really being written. */
export const patience = Duration.minutes(2)

export const overdue = say("llm.backgroundOverdue")
