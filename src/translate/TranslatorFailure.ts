import type { Redacted } from "effect"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as Quotation from "../engine/Quotation.ts"
import { TranslationFailed } from "./Translator.ts"
import { isText, say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

interface About {
  /** The configuration's name, such as `deeplx`. */
  readonly engine: string
  readonly address: string
  /** The key that says where it is. */
  readonly addressKey: string
  /** What lets one in. */
  readonly secretKeys: Words
  readonly secrets: ReadonlyArray<Redacted.Redacted<string>>
}

/** Words for what went wrong with one translation service; they never hold its secrets. */
export const describe = ({ address, addressKey, engine, secretKeys, secrets }: About) => {
  const section = `translator_config.${engine}`
  const host = RemoteFailure.hostOf(address)
  const quoted = (said: string) => Quotation.quote(said, ...secrets)
  const quotedWords = (said: Words): Words => (isText(said) ? say("engine.quoted", said) : quoted(said))
  const failed = (detail: Words, advice: Words) => new TranslationFailed({ engine, detail, advice })

  const unanswered = ({ cause, reason }: RemoteFailure.Unanswered) => {
    if (reason === "unreadable")
      return failed(
        say("translate.notATranslation", host),
        say("translate.lookAddress", `${section}.${addressKey}`)
      )
    return RemoteFailure.isLost(cause) || reason !== "no-connection"
      ? failed(say("engine.brokeOff", host), say("engine.nextAfresh"))
      : failed(say("engine.noServer", host), say("engine.startServer", `${section}.${addressKey}`))
  }

  const refused = ({ said, status }: RemoteFailure.Refused) => {
    if (status === 401 || status === 403)
      return failed(
        say("engine.notLetIn", host, status),
        say("engine.correct", say("engine.keyOf", section, secretKeys))
      )
    if (status === 429) return failed(say("engine.tooMany", host, quoted(said)), say("engine.wait"))
    return status >= 500
      ? failed(say("engine.failedWith", host, status, quoted(said)), say("engine.itsFault"))
      : failed(
          say("engine.refusedWith", host, status, quoted(said)),
          say("translate.checkLanguages", section)
        )
  }

  return (failure: RemoteFailure.RemoteFailure): TranslationFailed => {
    if (failure._tag === "Unanswered") return unanswered(failure)
    return failure._tag === "Refused"
      ? refused(failure)
      : failed(
          say("translate.reports", host, quotedWords(failure.said)),
          failure.advice ?? say("translate.check", section)
        )
  }
}
