import { Effect, Redacted, Schema } from "effect"
import type { DeepLxConfig } from "../config/TtsPreprocessorConfig.ts"
import * as BodyText from "../engine/BodyText.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import type { Translator } from "./Translator.ts"
import * as TranslatorFailure from "./TranslatorFailure.ts"
import { say } from "../language/Text.ts"

const engine = "deeplx"

/** Longest answer in characters: sentences are short. */
const longest = 256 * 2 ** 10

const Answer = Schema.parseJson(
  Schema.Struct({
    code: Schema.optionalWith(Schema.Number, { default: () => 200 }),
    data: Schema.optional(Schema.NullOr(Schema.String)),
    message: Schema.optional(Schema.NullOr(Schema.String))
  })
)
const decode = Schema.decodeUnknown(Answer)

/** A server that speaks DeepLX's API. Its address may hold a key, so messages name its host only. */
export const make = (http: typeof fetch, config: DeepLxConfig): Translator => {
  const describe = TranslatorFailure.describe({
    engine,
    address: config.deeplx_api_endpoint,
    addressKey: "deeplx_api_endpoint",
    secretKeys: say("translate.keyInAddress"),
    secrets: secretsOf(config.deeplx_api_endpoint)
  })

  const ask = async (text: string, signal: AbortSignal): Promise<string> => {
    const response = await http(config.deeplx_api_endpoint, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text, source_lang: "auto", target_lang: config.deeplx_target_lang }),
      signal
    })
    const said = await bodyOf(response)
    // What it says of a refusal may repeat its address.
    if (!response.ok) throw new RemoteFailure.Refused({ status: response.status, said: "" })
    return said
  }

  const translate = (text: string) =>
    Effect.tryPromise({ try: (signal) => ask(text, signal), catch: RemoteFailure.ofConnection }).pipe(
      Effect.flatMap((said) =>
        Effect.mapError(decode(said), () => new RemoteFailure.Unanswered({ reason: "unreadable" }))
      ),
      Effect.flatMap(({ code, data, message }): Effect.Effect<string, RemoteFailure.RemoteFailure> => {
        if (code !== 200) return new RemoteFailure.Refused({ status: code, said: message ?? "" })
        return typeof data === "string"
          ? Effect.succeed(data)
          : new RemoteFailure.Unanswered({ reason: "unreadable" })
      }),
      (attempt) => RemoteFailure.retried(attempt, 1),
      Effect.mapError(describe)
    )
  return { engine, translate }
}

/** What of an address may be a key: it is taken out of what an answer says. */
const secretsOf = (endpoint: string) => {
  const { password, pathname, searchParams, username } = new URL(endpoint)
  return [username, password, ...pathname.split("/"), ...searchParams.values()]
    .filter((part) => part !== "translate")
    .map((part) => Redacted.make(part))
}

/** A body as text; what is longer than any sentence is none. */
const bodyOf = async (response: Response): Promise<string> => {
  let said = ""
  for await (const text of BodyText.pieces(response)) {
    said += text
    if (said.length > longest) throw new RemoteFailure.Unanswered({ reason: "unreadable" })
  }
  return said
}
