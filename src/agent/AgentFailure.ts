import { Redacted } from "effect"
import { codeOf, hostOf, isLost, redirectOf } from "../engine/RemoteFailure.ts"
import type { Refused, RemoteFailure, Unanswered } from "../engine/RemoteFailure.ts"
import { LlmFailed } from "../llm/Llm.ts"
import * as Quotation from "../engine/Quotation.ts"
import { isText, mapped, say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** What an agent behind a network is called, and where its settings are. */
export interface About {
  /** The configuration's name, such as `letta_agent`. */
  readonly agent: string
  readonly address: string
  /** What no message may show. */
  readonly secrets: ReadonlyArray<Redacted.Redacted<string>>
  /** Whether requests go to this very address and not below it: then it can be set to where a redirect leads. */
  readonly isWhole?: boolean
  /** Keys of its section that say where it is, such as `host and port`. */
  readonly addressKeys: Words
  /** Keys of its section that let one in. */
  readonly secretKeys: string
  /** The key of its section that says how long it may be silent, if there is one. */
  readonly timeoutKey?: string
  /** What status 404 means, a clause that goes on from the server's name, and what to do about it. */
  readonly unknown: { readonly detail: Words; readonly advice: Words }
  /** What to do where status 409 means that the agent answers somebody else. */
  readonly busy?: Words
}

/** Words for what went wrong with one agent; they never hold its secrets. */
export const describe = (about: About) => {
  const section = `agent_settings.${about.agent}`
  const host = hostOf(about.address)
  const clean = (text: string) => about.secrets.reduce(Quotation.withoutSecret, text)
  const addressKeys = say("engine.keyOf", section, about.addressKeys)
  const quoted = (said: string) => Quotation.quote(said, ...about.secrets)
  /** A text of ours has no secrets in it. */
  const quotedWords = (said: Words): Words => (isText(said) ? say("engine.quoted", said) : quoted(said))

  /** The path, too, if it is another one: nobody is told what the configuration keeps to itself. */
  const placeOf = ({ host, pathname, protocol }: URL): string => {
    const isNew = about.isWhole === true && pathname !== new URL(about.address).pathname
    return isNew || host === hostOf(about.address)
      ? `${protocol}//${host}${isNew ? Quotation.withoutKeys(clean(pathname)) : ""}`
      : host
  }

  const failed = (reason: LlmFailed["reason"], detail: Words, advice: Words, cause?: unknown) =>
    new LlmFailed({
      provider: about.agent,
      reason,
      detail,
      advice,
      ...(cause instanceof Error ? { cause: clean(`${cause.name}: ${cause.message}`) } : {})
    })

  const refused = ({ location, said, status }: Refused): LlmFailed => {
    if (status === 401 || status === 403)
      return failed(
        "unauthorized",
        say("engine.notLetIn", host, status),
        say("engine.correct", `${section}.${about.secretKeys}`)
      )
    if (status === 404)
      return failed(
        "unknown-model",
        say("agent.unknownAgent", host, about.unknown.detail, quoted(said)),
        about.unknown.advice
      )
    if (status === 429)
      return failed("rate-limited", say("engine.tooMany", host, quoted(said)), say("engine.waitOrRaise"))
    if (status === 409 && about.busy !== undefined)
      return failed("rate-limited", say("agent.busy", host, quoted(said)), about.busy)
    if (status >= 300 && status < 400 && location !== undefined) {
      const to = redirectOf(location, about.address)
      return to === undefined
        ? failed("rejected", say("agent.sendsNowhere", host), say("agent.correctOrLook", addressKeys))
        : failed(
            "rejected",
            say("engine.sendsOn", host, placeOf(to)),
            say("engine.setToThatAddress", addressKeys)
          )
    }
    return status >= 500
      ? failed("rejected", say("engine.failedWith", host, status, quoted(said)), say("engine.itsFaultLog"))
      : failed(
          "rejected",
          say("engine.refusedWith", host, status, quoted(said)),
          say("engine.checkSupport", section)
        )
  }

  const unanswered = ({ cause, detail, reason }: Unanswered): LlmFailed => {
    switch (reason) {
      case "no-connection":
        if (codeOf(cause).startsWith("HPE_"))
          return failed("rejected", say("agent.noHttp", host), say("engine.correct", addressKeys), cause)
        return isLost(cause)
          ? failed("broken-off", say("agent.closed", host), say("engine.askAgainLog"), cause)
          : failed("unreachable", say("engine.noServer", host), say("engine.startServer", addressKeys), cause)
      case "too-slow":
        return failed(
          "unreachable",
          say("engine.does", host, detail ?? say("engine.silentTooLong")),
          about.timeoutKey === undefined
            ? say("engine.lookOverloaded")
            : say("engine.raiseTimeout", `${section}.${about.timeoutKey}`),
          cause
        )
      case "broken-off":
        return failed("broken-off", say("engine.brokeOff", host), say("engine.askAgainLog"), cause)
      case "empty":
        return failed("broken-off", say("agent.endedEmpty", host), say("engine.askAgainLog"), cause)
      case "unreadable":
        return failed(
          "broken-off",
          say("engine.does", host, mapped(detail ?? say("engine.sentUnreadable"), clean)),
          say("agent.lookAddress", addressKeys),
          cause
        )
    }
  }

  return (failure: RemoteFailure): LlmFailed => {
    if (failure._tag === "Refused") return refused(failure)
    if (failure._tag === "Unanswered") return unanswered(failure)
    return failed(
      "broken-off",
      say("agent.reports", host, quotedWords(failure.said)),
      failure.advice ?? say("engine.askAgainLog")
    )
  }
}

/** The values of headers, and their words: what is said about a refused `Bearer` token often holds the token alone. */
export const secretsOf = (
  headers: Readonly<Record<string, Redacted.Redacted<string>>>
): ReadonlyArray<Redacted.Redacted<string>> =>
  Object.values(headers).flatMap((value) => [
    value,
    ...Redacted.value(value)
      .split(" ")
      .filter((word) => word.length >= 8)
      .map((word) => Redacted.make(word))
  ])
