import * as Quotation from "../engine/Quotation.ts"
import { isText, say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"
import type { Failure, Server } from "./Server.ts"

interface About {
  readonly server: Pick<Server, "name" | "isOurs">
  /** Where the settings are, such as `asr_config.wyoming_asr`. */
  readonly section: string
  /** What to do about what happened once, such as to say it again; where the server starts anew, too. */
  readonly again: Words
  readonly againStarting: Words
}

/** What is told of a failure. */
interface Told {
  readonly detail: Words
  readonly advice: Words
  /** Whether the server is to blame, and not what it was asked for. */
  readonly fault: boolean
  /** Whether its whole time-out was waited for. */
  readonly slow: boolean
}

/** The key that says where a server is, or which program is one. */
export const addressKey = ({ isOurs }: Pick<Server, "isOurs">, section: string): string =>
  `${section}.${isOurs ? "command" : "uri"}`

/** Words for what went wrong with one server. */
export const describe = ({ again, againStarting, section, server }: About) => {
  const { isOurs, name } = server
  const key = addressKey(server, section)
  const words = (failure: Failure): Pick<Told, "detail" | "advice"> => {
    if (failure._tag === "NotRunning") return { detail: failure.detail, advice: failure.advice }
    if (failure._tag === "Reported") {
      const said: Words = isText(failure.said)
        ? say("engine.quoted", failure.said)
        : Quotation.quote(failure.said)
      return {
        detail: say("wyoming.reports", name, said),
        advice: failure.advice ?? say("wyoming.checkSection", section)
      }
    }
    if (failure._tag === "Refused") return { detail: say("engine.brokeOff", name), advice: again }
    switch (failure.reason) {
      case "no-connection":
      case "broken-off":
        if (isOurs) return { detail: say("engine.died"), advice: againStarting }
        return failure.reason === "no-connection"
          ? { detail: say("engine.noServer", name), advice: say("engine.startServer", key) }
          : { detail: say("engine.brokeOff", name), advice: again }
      case "too-slow":
        return {
          detail: say("engine.does", name, failure.detail ?? say("engine.silentTooLong")),
          advice: say("engine.raiseTimeout", `${section}.timeout_seconds`)
        }
      case "unreadable":
      case "empty":
        return {
          detail: say("engine.does", name, failure.detail ?? say("engine.sentUnreadable")),
          advice: isOurs ? say("engine.seeServerLog") : say("wyoming.lookAddress", key)
        }
    }
  }
  return (failure: Failure): Told => ({
    ...words(failure),
    fault: isFault(failure),
    slow: failure._tag === "Unanswered" && failure.reason === "too-slow"
  })
}

/** A server that says what is wrong is there, and may well do what it is asked for next. */
const isFault = (failure: Failure): boolean =>
  failure._tag !== "Reported" && !(failure._tag === "Unanswered" && failure.reason === "empty")
