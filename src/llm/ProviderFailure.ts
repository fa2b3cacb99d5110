import { Duration, Effect } from "effect"
import type { Redacted } from "effect"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as Quotation from "../engine/Quotation.ts"
import * as UndiciFetch from "../engine/UndiciFetch.ts"
import * as Background from "./Background.ts"
import { LlmFailed } from "./Llm.ts"
import * as ProviderRefusal from "./ProviderRefusal.ts"

interface About {
  readonly provider: string
  readonly model: string
  readonly address: string
  readonly key: Redacted.Redacted<string>
}

/** What a failure says, and what to do about it. */
interface Words {
  readonly reason: LlmFailed["reason"]
  readonly detail: string
  readonly advice: string
}

/** What a provider has refused, as the words for it need it. */
interface Refused {
  readonly host: string
  readonly model: string
  /** The key of its section in the configuration. */
  readonly section: string
  readonly status: number
  /** `: "…"`, or empty. */
  readonly said: string
}

/** Statuses mean different things with different providers, so that some words count before any status. */
const known: ReadonlyArray<{
  readonly statuses: ReadonlyArray<number>
  readonly words?: RegExp
  readonly explain: (refused: Refused) => Words
}> = [
  {
    statuses: [400, 401, 403],
    words: /api.?key.{0,20}(not valid|invalid|not found|expired)|(invalid|incorrect|wrong).{0,10}api.?key/i,
    explain: (refused) => wrongKey(refused)
  },
  {
    statuses: [400, 402, 403, 429],
    words:
      /insufficient.{0,20}(quota|credit|balance|fund)|quota.{0,60}billing|billing|out of credits?|credit balance|余额|欠费/i,
    explain: (refused) => noCredit(refused)
  },
  { statuses: [402], explain: (refused) => noCredit(refused) },
  {
    statuses: [400, 413, 422, 500],
    words:
      /context.?(length|window|size)|maximum.{0,20}(context|tokens|prompt)|prompt.{0,20}too (long|large)|too many (input )?tokens/i,
    explain: ({ host, model, said, section }) => ({
      reason: "rejected",
      detail: `the conversation is longer than ${JSON.stringify(model)} of ${host} can read${said}`,
      advice: `Begin a new conversation, shorten the persona, or set ${section}.model to one with a larger context.`
    })
  },
  {
    statuses: [400, 403, 422, 451],
    words: /content.?(filter|policy|management)|safety|moderation|flagged|sensitive/i,
    explain: ({ host, said }) => withheld(host, said)
  },
  {
    statuses: [500, 503],
    words: /requires more (system )?memory|out of memory|unable to allocate|insufficient memory/i,
    explain: ({ host, model, said, section }) => ({
      reason: "unavailable",
      detail: `${host} has too little memory for ${JSON.stringify(model)}${said}`,
      advice: `Set ${section}.model to a smaller model, or free memory on that machine.`
    })
  },
  { statuses: [401, 403], explain: (refused) => wrongKey(refused) },
  {
    statuses: [400, 404, 422],
    words:
      /model.{0,80}(not found|not exist|unknown|not a valid)|(invalid|unknown|no such) model|try pulling/i,
    explain: (refused) => noModel(refused)
  },
  { statuses: [404], explain: (refused) => noModel(refused) },
  { statuses: [429], explain: (refused) => tooMany(refused) },
  {
    statuses: [529],
    explain: ({ host, said }) => ({
      reason: "unavailable",
      detail: `${host} is overloaded${said}`,
      advice:
        "Ask again in a minute; agent_settings.basic_memory_agent.fallback_providers can name another one."
    })
  }
]

const wrongKey = ({ host, section, status }: Refused): Words => ({
  reason: "unauthorized",
  detail: `${host} does not accept the key (status ${status})`,
  advice: `Correct ${section}.llm_api_key.`
})

const noCredit = ({ host, said, section }: Refused): Words => ({
  reason: "unauthorized",
  detail: `the account at ${host} has no credit or quota left${said}`,
  advice: `Add credit to it, or use another key as ${section}.llm_api_key.`
})

const tooMany = ({ host, said }: Refused): Words => ({
  reason: "rate-limited",
  detail: `${host} answers no more requests for now${said}`,
  advice: "Wait a while, or use a key with a higher limit."
})

const noModel = ({ host, model, said, section }: Refused): Words => ({
  reason: "unknown-model",
  detail: `${host} knows no model ${JSON.stringify(model)}${said}`,
  advice: `Correct ${section}.model or ${section}.base_url.`
})

const withheld = (host: string, said: string): Words => ({
  reason: "rejected",
  detail: `the content filter of ${host} has withheld the answer${said}`,
  advice: "Say it in other words, or choose another model."
})

/** Words for what went wrong with one provider; they never hold its key. */
export const describe = (about: About) => {
  const { model } = about
  const section = `llm_configs.${about.provider}`
  const host = hostOf(about.address)
  const failed = ({ advice, detail, reason }: Words, cause?: unknown) =>
    new LlmFailed({ provider: about.provider, reason, detail, advice, cause: textOf(cause) })
  /** The SDK's error object itself holds the whole request. */
  const textOf = (cause: unknown) =>
    cause instanceof Error ? Quotation.withoutSecret(`${cause.name}: ${cause.message}`, about.key) : undefined

  const unanswered = (code: string | undefined): Words => {
    if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") {
      const detail = `${host} has accepted the request but has not answered`
      return { reason: "unreachable", detail, advice: "Look whether that server is overloaded." }
    }
    if (code !== undefined && RemoteFailure.lost.has(code)) {
      const detail = `${host} closed the connection before it had answered (${code})`
      return {
        reason: "unreachable",
        detail,
        advice: `Look at that server's log, and check ${section}.base_url.`
      }
    }
    const detail = `no server answers at ${host}`
    return { reason: "unreachable", detail, advice: `Start it, or correct ${section}.base_url.` }
  }

  const refused = (status: number, refusal: ProviderRefusal.ProviderRefusal): Words => {
    const { headers, said: words } = refusal
    const said = Quotation.quote(words, about.key)
    const all = { host, model, section, status, said }
    if (status === 429 && ProviderRefusal.saysWhen(refusal)) return tooMany(all)
    const match = known.find(
      ({ statuses, words }) => statuses.includes(status) && (words === undefined || words.test(said))
    )
    if (match !== undefined) return match.explain(all)
    const location = headers["location"]
    const to = RemoteFailure.redirectOf(location, about.address)
    if (status >= 300 && status < 400 && to !== undefined) {
      const detail = `${host} sends the request on to ${to.host}`
      return { reason: "rejected", detail, advice: `Set ${section}.base_url to that address.` }
    }
    if (status < 300) {
      const detail = `the connection to ${host} was lost before it had answered`
      return {
        reason: "unavailable",
        detail,
        advice: "Ask again; if this goes on, look at that server's log."
      }
    }
    const detail = `${host} refused the request with status ${status}${said}`
    return status >= 500
      ? { reason: "unavailable", detail, advice: "The fault is on its side: try again later." }
      : { reason: "rejected", detail, advice: `Check ${section} against what this server supports.` }
  }

  /** Nothing of the answer has come. `withTools`: tools were offered. */
  const beforeAnswer = (cause: unknown, withTools: boolean): LlmFailed => {
    const refusal = ProviderRefusal.of(cause)
    const unreadable = unreadableOf(cause)
    if (unreadable !== undefined) {
      const detail = `${host} ${unreadable}`
      return failed({ reason: "unreachable", detail, advice: `Check ${section}.base_url.` }, cause)
    }
    if (refusal === undefined) {
      const sense = cause instanceof Error && /^AI_(TypeValidation|JSONParse)/.test(cause.name)
      const detail = sense
        ? `${host} answers with something that is no answer`
        : "the request could not be made"
      const advice = `Check ${section}: its base_url, its key and its model.`
      return failed({ reason: "rejected", detail, advice }, cause)
    }
    const { code, said, status } = refusal
    if (status === undefined && said === "") return failed(unanswered(code), cause)
    if (withTools && ProviderRefusal.isOfTools(refusal)) {
      const detail = `${JSON.stringify(model)} of ${host} takes no tools${Quotation.quote(said, about.key)}`
      return failed({ reason: "no-tools", detail, advice: `Set ${section}.model to one that does.` }, cause)
    }
    if (status === 200 && code?.endsWith("TIMEOUT")) return failed(unanswered(code), cause)
    return failed(refused(status ?? 500, refusal), cause)
  }

  /** The answer had begun. */
  const midAnswer = (cause: unknown): LlmFailed => {
    const unreadable = unreadableOf(cause)
    if (RemoteFailure.codeOf(cause) === "UND_ERR_BODY_TIMEOUT") {
      const seconds = Duration.toSeconds(UndiciFetch.longestSilence.withinAnswer)
      return failed(
        {
          reason: "broken-off",
          detail: `nothing more of the answer of ${host} has come for ${seconds} s`,
          advice: "Look whether that server is overloaded, and ask again."
        },
        cause
      )
    }
    const said =
      unreadable === undefined
        ? Quotation.quote(cause instanceof Error ? undefined : { error: cause }, about.key)
        : `: it ${unreadable}`
    return failed(
      {
        reason: "broken-off",
        detail: `the answer of ${host} broke off${said}`,
        advice: "Ask again; if this goes on, look at that server's log."
      },
      cause
    )
  }

  /** The provider's filter has ended the answer; `begun`: after some of its words. */
  const filtered = (begun: boolean) => {
    const { advice, detail, reason } = withheld(host, "")
    return begun
      ? failed({ reason: "broken-off", detail: `the content filter of ${host} has cut the answer`, advice })
      : failed({ reason, detail, advice })
  }

  /** The answer has reached the longest that the model may write; `begun`: with some words. */
  const tooLong = (begun: boolean): LlmFailed => {
    const when = begun ? "in the midst of an answer, which was cut" : "before it had said a word"
    const detail = `${JSON.stringify(model)} of ${host} reached its limit of length ${when}`
    const advice = `Begin a new conversation, or set ${section}.model to one that thinks less or may write more.`
    return failed({ reason: "rejected", detail, advice })
  }

  /** A text in the background was not written in its time. */
  const overdue = Effect.suspend(() =>
    failed({
      reason: "broken-off",
      detail: `${host} was too slow: ${Background.overdue}`,
      advice: "It is tried again after a later turn."
    })
  )

  return { beforeAnswer, midAnswer, filtered, tooLong, overdue }
}

/** What is wrong with an answer that `fetch` itself has not let through, to go on from the server's name. */
const unreadableOf = (cause: unknown): string | undefined =>
  cause instanceof RemoteFailure.Unanswered && cause.reason === "unreadable" ? cause.detail : undefined

const hostOf = (address: string): string => RemoteFailure.hostOf(address, "the configured base_url")
