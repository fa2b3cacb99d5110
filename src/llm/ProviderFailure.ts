import type { Redacted } from "effect"
import * as Quotation from "../models/Quotation.ts"
import { LlmFailed } from "./Llm.ts"

interface About {
  readonly provider: string
  readonly model: string
  readonly address: string
  readonly key: Redacted.Redacted<string>
}

/** What the AI SDK throws for a failed call; a connection that was not made has no status. */
interface CallError {
  readonly statusCode?: number
  readonly isRetryable: boolean
  /** The body, parsed if it has the shape that the SDK expects. */
  readonly data?: unknown
  readonly responseBody?: string
  readonly responseHeaders?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

const asCallError = (error: unknown): CallError | undefined =>
  error instanceof Error && error.name === "AI_APICallError" ? (error as Error & CallError) : undefined

/** Whether the same request may well succeed in a moment: overload, not a wrong address or a wrong key. */
export const mayPass = (error: unknown): boolean => {
  const call = asCallError(error)
  return (
    call !== undefined && call.isRetryable && (call.statusCode !== undefined || codeOf(call) === "ECONNRESET")
  )
}

/** Words for what went wrong with one provider; they never hold its key. */
export const describe = (about: About) => {
  const failed = (
    reason: LlmFailed["reason"],
    { detail, advice, cause }: { readonly detail: string; readonly advice: string; readonly cause: unknown }
  ) => new LlmFailed({ provider: about.provider, reason, detail, advice, cause: textOf(cause) })
  /** The SDK's error object itself holds the whole request. */
  const textOf = (cause: unknown) =>
    cause instanceof Error ? Quotation.withoutSecret(`${cause.name}: ${cause.message}`, about.key) : undefined
  const section = `llm_configs.${about.provider}`
  const host = hostOf(about.address)

  /** The request was not answered at all. */
  const beforeAnswer = (cause: unknown): LlmFailed => {
    const call = asCallError(cause)
    const status = call?.statusCode
    const said = Quotation.quote(call?.data ?? call?.responseBody, about.key)
    if (call === undefined) {
      const detail = "the request could not be made"
      return failed("rejected", {
        detail,
        advice: `Check ${section}: its base_url, its key and its model.`,
        cause
      })
    }
    if (status === undefined && codeOf(call) === "UND_ERR_HEADERS_TIMEOUT") {
      const detail = `${host} has accepted the request but has not answered`
      return failed("unreachable", { detail, advice: "Look whether that server is overloaded.", cause })
    }
    if (status === undefined) {
      const detail = `no server answers at ${host}`
      return failed("unreachable", { detail, advice: `Start it, or correct ${section}.base_url.`, cause })
    }
    if (status === 401 || status === 403) {
      const detail = `${host} does not accept the key (status ${status})`
      return failed("unauthorized", { detail, advice: `Correct ${section}.llm_api_key.`, cause })
    }
    if (status === 404 || /model.{0,80}(not found|not exist|unknown)/i.test(said)) {
      const detail = `${host} knows no model ${JSON.stringify(about.model)}${said}`
      return failed("unknown-model", {
        detail,
        advice: `Correct ${section}.model or ${section}.base_url.`,
        cause
      })
    }
    if (status === 429) {
      const detail = `${host} answers no more requests for now${said}`
      return failed("rate-limited", {
        detail,
        advice: "Wait a while, or use a key with a higher limit.",
        cause
      })
    }
    const location = call.responseHeaders?.["location"]
    if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location, about.address)) {
      const detail = `${host} sends the request on to ${hostOf(new URL(location, about.address).href)}`
      return failed("rejected", { detail, advice: `Set ${section}.base_url to that address.`, cause })
    }
    const detail = `${host} refused the request with status ${status}${said}`
    return status >= 500
      ? failed("rejected", { detail, advice: "The fault is on its side: try again later.", cause })
      : failed("rejected", { detail, advice: `Check ${section} against what this server supports.`, cause })
  }

  /** The answer had begun. */
  const midAnswer = (cause: unknown): LlmFailed =>
    failed("broken-off", {
      detail: `the answer of ${host} broke off${Quotation.quote(cause instanceof Error ? undefined : { error: cause }, about.key)}`,
      advice: "Ask again; if this goes on, look at that server's log.",
      cause
    })

  return { beforeAnswer, midAnswer }
}

const hostOf = (address: string): string =>
  URL.canParse(address) ? new URL(address).host : "the configured base_url"

const codeOf = (error: { readonly cause?: unknown }): unknown => {
  const cause = error.cause
  if (typeof cause !== "object" || cause === null) return undefined
  return "code" in cause ? cause.code : codeOf(cause as { readonly cause?: unknown })
}
