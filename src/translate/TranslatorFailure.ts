import type { Redacted } from "effect"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as Quotation from "../engine/Quotation.ts"
import { TranslationFailed } from "./Translator.ts"

interface About {
  /** The configuration's name, such as `deeplx`. */
  readonly engine: string
  readonly address: string
  /** The key that says where it is. */
  readonly addressKey: string
  /** What lets one in. */
  readonly secretKeys: string
  readonly secrets: ReadonlyArray<Redacted.Redacted<string>>
}

/** Words for what went wrong with one translation service; they never hold its secrets. */
export const describe = ({ address, addressKey, engine, secretKeys, secrets }: About) => {
  const section = `translator_config.${engine}`
  const host = RemoteFailure.hostOf(address)
  const quoted = (said: string) => Quotation.quote(said, ...secrets)
  const failed = (detail: string, advice: string) => new TranslationFailed({ engine, detail, advice })

  const unanswered = ({ cause, reason }: RemoteFailure.Unanswered) => {
    if (reason === "unreadable")
      return failed(
        `${host} sent what is no translation`,
        `Look whether ${section}.${addressKey} is the address of such a service.`
      )
    return RemoteFailure.isLost(cause) || reason !== "no-connection"
      ? failed(`the answer of ${host} broke off`, "The next sentence is tried afresh.")
      : failed(`no server answers at ${host}`, `Start it, or correct ${section}.${addressKey}.`)
  }

  const refused = ({ said, status }: RemoteFailure.Refused) => {
    if (status === 401 || status === 403)
      return failed(`${host} does not let us in (status ${status})`, `Correct ${section}.${secretKeys}.`)
    if (status === 429)
      return failed(`${host} answers no more requests for now${quoted(said)}`, "Wait a while.")
    return status >= 500
      ? failed(`${host} failed with status ${status}${quoted(said)}`, "The fault is on its side.")
      : failed(
          `${host} refused the request with status ${status}${quoted(said)}`,
          `Check ${section}: its address and its languages.`
        )
  }

  return (failure: RemoteFailure.RemoteFailure): TranslationFailed => {
    if (failure._tag === "Unanswered") return unanswered(failure)
    return failure._tag === "Refused"
      ? refused(failure)
      : failed(`${host} reports a failure${quoted(failure.said)}`, failure.advice ?? `Check ${section}.`)
  }
}
