import { Redacted } from "effect"
import { codeOf, hostOf, isLost, redirectOf } from "../engine/RemoteFailure.ts"
import type { Refused, RemoteFailure, Unanswered } from "../engine/RemoteFailure.ts"
import { LlmFailed } from "../llm/Llm.ts"
import * as Quotation from "../engine/Quotation.ts"

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
  readonly addressKeys: string
  /** Keys of its section that let one in. */
  readonly secretKeys: string
  /** The key of its section that says how long it may be silent, if there is one. */
  readonly timeoutKey?: string
  /** What status 404 means, a clause that goes on from the server's name, and what to do about it. */
  readonly unknown: { readonly detail: string; readonly advice: string }
  /** What to do where status 409 means that the agent answers somebody else. */
  readonly busy?: string
}

/** Words for what went wrong with one agent; they never hold its secrets. */
export const describe = (about: About) => {
  const section = `agent_settings.${about.agent}`
  const host = hostOf(about.address)
  const clean = (text: string) => about.secrets.reduce(Quotation.withoutSecret, text)
  const quoted = (said: string) => Quotation.quote(said, ...about.secrets)

  /** The path, too, if it is another one: nobody is told what the configuration keeps to itself. */
  const placeOf = ({ host, pathname, protocol }: URL): string => {
    const isNew = about.isWhole === true && pathname !== new URL(about.address).pathname
    return isNew || host === hostOf(about.address)
      ? `${protocol}//${host}${isNew ? Quotation.withoutKeys(clean(pathname)) : ""}`
      : host
  }

  const failed = (reason: LlmFailed["reason"], detail: string, advice: string, cause?: unknown) =>
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
        `${host} does not let us in (status ${status})`,
        `Correct ${section}.${about.secretKeys}.`
      )
    if (status === 404)
      return failed("unknown-model", `${host} ${about.unknown.detail}${quoted(said)}`, about.unknown.advice)
    if (status === 429)
      return failed(
        "rate-limited",
        `${host} answers no more requests for now${quoted(said)}`,
        "Wait a while, or raise its limit."
      )
    if (status === 409 && about.busy !== undefined)
      return failed("rate-limited", `${host} is busy with another answer${quoted(said)}`, about.busy)
    if (status >= 300 && status < 400 && location !== undefined) {
      const to = redirectOf(location, about.address)
      return to === undefined
        ? failed(
            "rejected",
            `${host} sends the request on to where it cannot be sent`,
            `Correct ${section}.${about.addressKeys}, or look at that server.`
          )
        : failed(
            "rejected",
            `${host} sends the request on to ${placeOf(to)}`,
            `Set ${section}.${about.addressKeys} to that address.`
          )
    }
    return status >= 500
      ? failed(
          "rejected",
          `${host} failed with status ${status}${quoted(said)}`,
          "The fault is on its side: look at that server's log, or try again later."
        )
      : failed(
          "rejected",
          `${host} refused the request with status ${status}${quoted(said)}`,
          `Check ${section} against what this server supports.`
        )
  }

  const unanswered = ({ cause, detail, reason }: Unanswered): LlmFailed => {
    switch (reason) {
      case "no-connection":
        if (codeOf(cause).startsWith("HPE_"))
          return failed(
            "rejected",
            `${host} does not speak HTTP`,
            `Correct ${section}.${about.addressKeys}.`,
            cause
          )
        return isLost(cause)
          ? failed(
              "broken-off",
              `${host} closed the connection`,
              "Ask again; if this goes on, look at that server's log.",
              cause
            )
          : failed(
              "unreachable",
              `no server answers at ${host}`,
              `Start it, or correct ${section}.${about.addressKeys}.`,
              cause
            )
      case "too-slow":
        return failed(
          "unreachable",
          `${host} ${detail ?? "has said nothing for too long"}`,
          about.timeoutKey === undefined
            ? "Look whether that server is overloaded."
            : `Look whether that server is overloaded, or raise ${section}.${about.timeoutKey}.`,
          cause
        )
      case "broken-off":
        return failed(
          "broken-off",
          `the answer of ${host} broke off`,
          "Ask again; if this goes on, look at that server's log.",
          cause
        )
      case "empty":
        return failed(
          "broken-off",
          `${host} ended its answer without a word`,
          "Ask again; if this goes on, look at that server's log.",
          cause
        )
      case "unreadable":
        return failed(
          "broken-off",
          `${host} ${clean(detail ?? "sent what cannot be read")}`,
          `Look whether ${section}.${about.addressKeys} is the address of such an agent.`,
          cause
        )
    }
  }

  return (failure: RemoteFailure): LlmFailed => {
    if (failure._tag === "Refused") return refused(failure)
    if (failure._tag === "Unanswered") return unanswered(failure)
    return failed(
      "broken-off",
      `the agent at ${host} reports a failure${quoted(failure.said)}`,
      failure.advice ?? "Ask again; if this goes on, look at that server's log."
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
