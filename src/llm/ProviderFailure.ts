import { Duration, Effect } from "effect"
import type { Redacted } from "effect"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as Quotation from "../engine/Quotation.ts"
import * as UndiciFetch from "../engine/UndiciFetch.ts"
import * as Background from "./Background.ts"
import { LlmFailed } from "./Llm.ts"
import * as ProviderRefusal from "./ProviderRefusal.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

interface About {
  readonly provider: string
  readonly model: string
  readonly address: string
  readonly key: Redacted.Redacted<string>
}

/** What a failure says, and what to do about it. */
interface Explained {
  readonly reason: LlmFailed["reason"]
  readonly detail: Words
  readonly advice: Words
}

/** What a provider has refused, as the words for it need it. */
interface Refused {
  readonly host: Words
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
  readonly explain: (refused: Refused) => Explained
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
      detail: say("llm.tooLongConversation", JSON.stringify(model), host, said),
      advice: say("llm.shortenConversation", `${section}.model`)
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
      detail: say("llm.tooLittleMemory", host, JSON.stringify(model), said),
      advice: say("llm.smallerModel", `${section}.model`)
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
      detail: say("llm.overloaded", host, said),
      advice: say("llm.askInAMinute")
    })
  }
]

const wrongKey = ({ host, said, section, status }: Refused): Explained => ({
  reason: "unauthorized",
  detail: say("engine.wrongKey", host, status, said),
  advice: say("engine.correct", `${section}.llm_api_key`)
})

const noCredit = ({ host, said, section }: Refused): Explained => ({
  reason: "unauthorized",
  detail: say("llm.noCredit", host, said),
  advice: say("llm.addCredit", `${section}.llm_api_key`)
})

const tooMany = ({ host, said }: Refused): Explained => ({
  reason: "rate-limited",
  detail: say("engine.tooMany", host, said),
  advice: say("engine.waitOrHigherKey")
})

const noModel = ({ host, model, said, section }: Refused): Explained => ({
  reason: "unknown-model",
  detail: say("llm.noModel", host, JSON.stringify(model), said),
  advice: say("llm.correctModel", `${section}.model`, `${section}.base_url`)
})

const withheld = (host: Words, said: string): Explained => ({
  reason: "rejected",
  detail: say("llm.withheld", host, said),
  advice: say("llm.otherWords")
})

/** Words for what went wrong with one provider; they never hold its key. */
export const describe = (about: About) => {
  const { model } = about
  const section = `llm_configs.${about.provider}`
  const host = hostOf(about.address)
  const failed = ({ advice, detail, reason }: Explained, cause?: unknown) =>
    new LlmFailed({ provider: about.provider, reason, detail, advice, cause: textOf(cause) })
  /** The SDK's error object itself holds the whole request. */
  const textOf = (cause: unknown) =>
    cause instanceof Error ? Quotation.withoutSecret(`${cause.name}: ${cause.message}`, about.key) : undefined

  const unanswered = (code: string | undefined): Explained => {
    if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") {
      const detail = say("llm.accepted", host)
      return { reason: "unreachable", detail, advice: say("engine.lookOverloaded") }
    }
    if (code !== undefined && RemoteFailure.lost.has(code)) {
      const detail = say("llm.closedEarly", host, code)
      return {
        reason: "unreachable",
        detail,
        advice: say("llm.lookAtLogAndUrl", `${section}.base_url`)
      }
    }
    const detail = say("engine.noServer", host)
    return { reason: "unreachable", detail, advice: say("engine.startServer", `${section}.base_url`) }
  }

  const refused = (status: number, refusal: ProviderRefusal.ProviderRefusal): Explained => {
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
      const detail = say("engine.sendsOn", host, to.host)
      return { reason: "rejected", detail, advice: say("engine.setToThatAddress", `${section}.base_url`) }
    }
    if (status < 300) {
      const detail = say("llm.lostBefore", host)
      return {
        reason: "unavailable",
        detail,
        advice: say("engine.askAgainLog")
      }
    }
    const detail = say("engine.refusedWith", host, status, said)
    return status >= 500
      ? { reason: "unavailable", detail, advice: say("engine.itsFaultLater") }
      : { reason: "rejected", detail, advice: say("engine.checkSupport", section) }
  }

  /** Nothing of the answer has come. `withTools`: tools were offered. */
  const beforeAnswer = (cause: unknown, withTools: boolean): LlmFailed => {
    const refusal = ProviderRefusal.of(cause)
    const unreadable = unreadableOf(cause)
    if (unreadable !== undefined) {
      const detail = say("engine.does", host, unreadable)
      const advice = say("llm.checkUrl", `${section}.base_url`)
      return failed({ reason: "unreachable", detail, advice }, cause)
    }
    if (refusal === undefined) {
      const sense = cause instanceof Error && /^AI_(TypeValidation|JSONParse)/.test(cause.name)
      const detail = sense ? say("llm.noSense", host) : say("llm.notMade")
      const advice = say("llm.checkSection", section)
      return failed({ reason: "rejected", detail, advice }, cause)
    }
    const { code, said, status } = refusal
    if (status === undefined && said === "") return failed(unanswered(code), cause)
    if (withTools && ProviderRefusal.isOfTools(refusal)) {
      const detail = say("llm.noTools", JSON.stringify(model), host, Quotation.quote(said, about.key))
      const advice = say("llm.oneWithTools", `${section}.model`)
      return failed({ reason: "no-tools", detail, advice }, cause)
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
          detail: say("llm.nothingMore", host, seconds),
          advice: say("engine.lookOverloadedAsk")
        },
        cause
      )
    }
    const said = Quotation.quote(cause instanceof Error ? undefined : { error: cause }, about.key)
    return failed(
      {
        reason: "broken-off",
        detail:
          unreadable === undefined
            ? say("llm.brokeOff", host, said)
            : say("llm.brokeOffSince", host, unreadable),
        advice: say("engine.askAgainLog")
      },
      cause
    )
  }

  /** The provider's filter has ended the answer; `begun`: after some of its words. */
  const filtered = (begun: boolean) => {
    const { advice, detail, reason } = withheld(host, "")
    return begun
      ? failed({ reason: "broken-off", detail: say("llm.filterCut", host), advice })
      : failed({ reason, detail, advice })
  }

  /** The answer has reached the longest that the model may write; `begun`: with some words. */
  const tooLong = (begun: boolean): LlmFailed => {
    const detail = say(begun ? "llm.limitInAnswer" : "llm.limitBefore", JSON.stringify(model), host)
    const advice = say("llm.thinksLess", `${section}.model`)
    return failed({ reason: "rejected", detail, advice })
  }

  /** A text in the background was not written in its time. */
  const overdue = Effect.suspend(() =>
    failed({
      reason: "broken-off",
      detail: say("llm.tooSlow", host, Background.overdue),
      advice: say("llm.laterTurn")
    })
  )

  return { beforeAnswer, midAnswer, filtered, tooLong, overdue }
}

/** What is wrong with an answer that `fetch` itself has not let through, to go on from the server's name. */
const unreadableOf = (cause: unknown): Words | undefined =>
  cause instanceof RemoteFailure.Unanswered && cause.reason === "unreadable" ? cause.detail : undefined

const hostOf = (address: string): Words => RemoteFailure.hostOf(address, say("engine.configuredBaseUrl"))
