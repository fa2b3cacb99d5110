import type { Effect, Redacted } from "effect"
import * as Quotation from "./Quotation.ts"
import * as RemoteFailure from "./RemoteFailure.ts"
import { isText, say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** How a service is called in its section of the configuration. */
export interface About {
  /** Such as `tts_config.azure_tts`. */
  readonly section: string
  readonly address: string
  /** Keys of the section: what says where the service is, what lets one in, and what names its model or voice. */
  readonly keys: {
    readonly address: string
    readonly secret: string | ReadonlyArray<string>
    readonly model: ReadonlyArray<string>
  }
  readonly secrets: ReadonlyArray<Redacted.Redacted<string>>
}

/** What kind of thing is wrong, so that each has a cure of its own. */
export type Kind = "key" | "address" | "model" | "quota" | "busy" | "down" | "slow" | "other"

export interface Explained {
  readonly kind: Kind
  /** What happened, a clause without a full stop. */
  readonly detail: Words
  /** What to do about it, a whole sentence. */
  readonly advice: Words
}

/** Words of services that have nothing left to give to this account. */
const noCredit =
  /out of.{0,20}quota|insufficient.{0,20}(quota|credit|balance|fund)|balance.{0,20}insufficient|quota.{0,60}(exceed|billing|reached)|exceed.{0,40}quota|quota_exceeded|billing.{0,20}limit.{0,20}reached|not active.{0,40}billing|out of credits?|credit balance|character limit|余额|欠费/i
/** Words of services that only want a pause. They often name the page of payments, too. */
const wantsPause =
  /rate.?limit|too (many|frequent).{0,20}requests|(try again|retry).{0,20}( in | after |later)/i
const wrongKey =
  /api.?key.{0,20}(not valid|invalid|not found|expired)|(invalid|incorrect|wrong).{0,10}(api.?key|token)/i
const noModel =
  /not have (access|permission).{0,20} (model|voice)|(model|voice|speaker|reference|language).{0,60}(not found|not exist|not supported|unknown|invalid|unsupported)|(no|unknown|invalid|unsupported).{0,10}(model|voice|speaker|language)/i
/** Words of services about what this account's plan has not. */
const noPlan =
  /(format|feature|model|voice).{0,40}(needs|requires?|only|not allowed|not available).{0,60}(tier|plan|subscription)|(tier|plan|subscription).{0,40}(not allow|not include|upgrade)/i
/** Services that serve nobody where this machine is, whatever the key. */
const wrongCountry =
  /(country|region|territory|location).{0,40}(not (supported|available|allowed)|unsupported)/i

/** Why a service did not do what it was asked for, in words that never hold its secrets. */
export const explain = (about: About, failure: RemoteFailure.RemoteFailure): Explained => {
  const host = RemoteFailure.hostOf(about.address)
  switch (failure._tag) {
    case "Refused":
      return refused(about, host, failure)
    case "Unanswered":
      return unanswered(about, host, failure)
    case "Reported":
      return {
        ...(isText(failure.said)
          ? {
              kind: "other",
              detail: say("engine.does", host, failure.said),
              advice: say("engine.checkSection", about.section)
            }
          : kindOf(about, host, failure.said)),
        ...(failure.advice === undefined ? {} : { advice: failure.advice })
      }
  }
}

/** Repeats what may pass; an account that has nothing left has no more in a moment. */
export const retried = <A, R>(
  about: About,
  attempt: Effect.Effect<A, RemoteFailure.RemoteFailure, R>
): Effect.Effect<A, RemoteFailure.RemoteFailure, R> =>
  RemoteFailure.retried(attempt, undefined, (failure) => explain(about, failure).kind === "quota")

const keyOf = ({ section }: About, key: string | ReadonlyArray<string>): Words =>
  [key]
    .flat()
    .map((key) => `${section}.${key}`)
    .join(", ")

const noModelOf = (about: About, detail: Words): Explained => ({
  kind: "model",
  detail,
  advice:
    about.keys.model.length === 0
      ? say("engine.checkSection", about.section)
      : say("engine.correct", keyOf(about, about.keys.model))
})

const noQuota = (host: Words, quoted: string): Explained => ({
  kind: "quota",
  detail: say("engine.noQuota", host, quoted),
  advice: say("engine.topUp")
})

const badKey = (about: About, host: Words, status: number, quoted: string): Explained => ({
  kind: "key",
  detail: say("engine.wrongKey", host, status, quoted),
  advice: say("engine.correct", keyOf(about, about.keys.secret))
})

/** What a service that answered says of its failure, by its words alone. */
const kindOf = (about: About, host: Words, said: string): Explained => {
  const quoted = Quotation.quote(said, ...about.secrets)
  const detail = say("engine.reports", host, quoted)
  if (noCredit.test(said)) return noQuota(host, quoted)
  if (wrongKey.test(said))
    return { kind: "key", detail, advice: say("engine.correct", keyOf(about, about.keys.secret)) }
  return noModel.test(said)
    ? noModelOf(about, detail)
    : { kind: "other", detail, advice: say("engine.checkSection", about.section) }
}

const refused = (
  about: About,
  host: Words,
  { kind, location, said, status }: RemoteFailure.Refused
): Explained => {
  const quoted = Quotation.quote(said, ...about.secrets)
  const to = RemoteFailure.redirectOf(location, about.address)
  if (status >= 300 && status < 400 && to !== undefined)
    return {
      kind: "address",
      detail: say("engine.sendsOn", host, to.host),
      advice: say("engine.correct", keyOf(about, about.keys.address))
    }
  switch (kind ?? kindOfRefusal(status, said)) {
    case "quota":
      return noQuota(host, quoted)
    case "key":
      return badKey(about, host, status, quoted)
    case "model":
      return noModelOf(about, say("engine.refusedWith", host, status, quoted))
    case "address":
      return {
        kind: "address",
        detail: say("engine.nothingThere", host, status, quoted),
        advice: say("engine.correct", keyOf(about, about.keys.address))
      }
    case "busy":
      return {
        kind: "busy",
        detail: say("engine.tooMany", host, quoted),
        advice: say("engine.waitOrHigherKey")
      }
    case "down":
      return {
        kind: "down",
        detail: say("engine.failedWith", host, status, quoted),
        advice: say("engine.itsFaultLater")
      }
    case "other":
      return {
        kind: "other",
        detail: say("engine.refusedWith", host, status, quoted),
        advice: say("engine.checkSection", about.section)
      }
  }
}

const kindOfRefusal = (status: number, said: string): RemoteFailure.Kind | "address" => {
  if (status === 429 && wantsPause.test(said)) return "busy"
  if (status === 402 || noCredit.test(said)) return "quota"
  if (status === 401 || wrongKey.test(said)) return "key"
  if (noModel.test(said) && status < 500) return "model"
  if (status === 403) return wrongCountry.test(said) || noPlan.test(said) ? "other" : "key"
  if (status === 404 || status === 405) return "address"
  if (status === 429) return "busy"
  return status >= 500 ? "down" : "other"
}

const unanswered = (
  about: About,
  host: Words,
  { cause, detail, reason }: RemoteFailure.Unanswered
): Explained => {
  const address = keyOf(about, about.keys.address)
  switch (reason) {
    case "too-slow":
      return {
        kind: "slow",
        detail: say("engine.does", host, detail ?? say("engine.silentTooLong")),
        advice: say("engine.raiseTimeout", keyOf(about, "timeout_seconds"))
      }
    case "broken-off":
      return { kind: "down", detail: say("engine.brokeOff", host), advice: say("engine.nextAfreshLog") }
    case "empty":
      return {
        ...noModelOf(about, say("engine.does", host, detail ?? say("engine.sentNothing"))),
        kind: "other"
      }
    case "unreadable":
      return {
        kind: "address",
        detail: say("engine.does", host, detail ?? say("engine.sentUnreadable")),
        advice: say("engine.correct", address)
      }
    case "no-connection":
      return RemoteFailure.isLost(cause)
        ? { kind: "down", detail: say("engine.brokeOff", host), advice: say("engine.nextAfreshLog") }
        : { kind: "address", ...unreached(host, address, RemoteFailure.codeOf(cause)) }
  }
}

/** No address is known for the host's name, for good or for now. */
const unknownHost = new Set(["ENOTFOUND", "EAI_AGAIN"])
/** OpenSSL's and Node's codes for certificates that are not believed. */
const badCertificate =
  /CERT|^UNABLE_TO_(GET|VERIFY|DECRYPT)|^(DEPTH_ZERO|SELF_SIGNED)|^(INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)$/
/** The other side does not speak TLS, or no kind of it that is known here. */
const noTls = /^ERR_SSL_|^EPROTO$/

/** Why there is no connection, and what to do; `address`: its key. */
const unreached = (host: Words, address: Words, code: string): Pick<Explained, "detail" | "advice"> => {
  if (unknownHost.has(code))
    return { detail: say("engine.unknownHost", host), advice: say("engine.correctOrNetwork", address) }
  if (badCertificate.test(code))
    return {
      detail: say("engine.badCertificate", host, code),
      advice: say("engine.mendCertificate", address)
    }
  return noTls.test(code)
    ? { detail: say("engine.noTls", host, code), advice: say("engine.checkScheme", address) }
    : { detail: say("engine.noServer", host), advice: say("engine.startServer", address) }
}
