import type * as Undici from "@effect/platform-node/Undici"
import type { Duration } from "effect"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as UndiciFetch from "../engine/UndiciFetch.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** Longest message of a provider, in bytes. */
const longestMessage = 4 * 2 ** 20

interface Options {
  /** How long the beginning of an answer is waited for. */
  readonly beforeAnswer?: Duration.DurationInput
}

/**
 * `fetch` for the APIs of providers. A message that is too long ends its body, and a web page, such as that of a login, is
 * no answer of theirs, whatever its status says.
 */
export const over = (dispatcher: Undici.Dispatcher, options: Options = {}): typeof fetch => {
  const http = UndiciFetch.over(dispatcher, { ...options, message: { longest: longestMessage, tooLong } })
  return (input, init) =>
    http(input, init).then((response) => {
      const isPage = response.headers.get("content-type")?.startsWith("text/html") === true
      if (!response.ok || !isPage) return response
      void response.body?.cancel()
      throw unreadable(say("engine.sentWebPageNoApi"))
    })
}

const unreadable = (detail: Words) => new RemoteFailure.Unanswered({ reason: "unreadable", detail })

const tooLong = () => unreadable(say("engine.sentTooMuch", longestMessage / 2 ** 20))
