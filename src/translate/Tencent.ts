import { Effect, Redacted, Schema } from "effect"
import type { TencentConfig } from "../config/TtsPreprocessorConfig.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import type { Translator } from "./Translator.ts"
import * as TranslatorFailure from "./TranslatorFailure.ts"
import { say } from "../language/Text.ts"

const engine = "tencent"

/** The client of machine translation, which is loaded when somebody translates. */
const sdk = Effect.tryPromise({
  try: () => import("tencentcloud-sdk-nodejs-tmt/tencentcloud/services/tmt/v20180321/index.js"),
  catch: (cause) =>
    new EngineUnavailable({
      kind: "translate",
      engine,
      reason: say("translate.clientNotLoaded"),
      advice: say("translate.installAgain"),
      cause
    })
})

const Answer = Schema.Struct({ TargetText: Schema.String })
const decode = Schema.decodeUnknown(Answer)

/** Tencent Cloud's machine translation. */
export const open = Effect.fn("Tencent.open")(function* (config: TencentConfig) {
  const { v20180321 } = yield* sdk
  const { host, protocol } = addressOf(config.endpoint)
  const describe = TranslatorFailure.describe({
    engine,
    address: `${protocol}${host}`,
    addressKey: "endpoint",
    secretKeys: say("translate.idAndKey"),
    secrets: [config.secret_id, config.secret_key]
  })
  const client = new v20180321.Client({
    credential: {
      secretId: Redacted.value(config.secret_id),
      secretKey: Redacted.value(config.secret_key)
    },
    region: config.region,
    profile: { language: "en-US", httpProfile: { endpoint: host, protocol } }
  })

  const translate = (text: string) =>
    Effect.tryPromise({
      // The client's own `TextTranslate` is this without the signal.
      try: (signal): Promise<unknown> =>
        client.request(
          "TextTranslate",
          { SourceText: text, Source: config.source_lang, Target: config.target_lang, ProjectId: 0 },
          { signal }
        ),
      catch: explain
    }).pipe(
      Effect.flatMap((answer) =>
        Effect.mapError(decode(answer), () => new RemoteFailure.Unanswered({ reason: "unreadable" }))
      ),
      Effect.map(({ TargetText }) => TargetText),
      Effect.mapError(describe)
    )
  const translator: Translator = { engine, translate }
  return translator
})

const addressOf = (endpoint: string) => {
  const [, protocol = "https://", host = endpoint] = /^(https?:\/\/)(.*?)\/*$/i.exec(endpoint) ?? []
  return { protocol, host }
}

/** What the client throws: the service's own errors have a `code`, refusals of HTTP an `httpCode`. */
const Thrown = Schema.Struct({
  message: Schema.String,
  code: Schema.optional(Schema.String),
  httpCode: Schema.optional(Schema.Number)
})
const isThrown = Schema.is(Thrown)

const explain = (error: unknown): RemoteFailure.RemoteFailure => {
  if (!isThrown(error)) return new RemoteFailure.Unanswered({ reason: "broken-off", cause: error })
  const { code = "", httpCode, message } = error
  if (httpCode !== undefined) return new RemoteFailure.Refused({ status: httpCode, said: message })
  if (code.startsWith("AuthFailure")) return new RemoteFailure.Refused({ status: 401, said: message })
  if (code.startsWith("RequestLimitExceeded"))
    return new RemoteFailure.Refused({ status: 429, said: message })
  if (code !== "") return new RemoteFailure.Reported({ said: message })
  // Of a connection that failed only the text is left.
  const reason = /\b(E[A-Z]{4,})\b/.exec(message)?.[1]
  if (reason !== undefined)
    return new RemoteFailure.Unanswered({ reason: "no-connection", cause: { code: reason } })
  return new RemoteFailure.Unanswered({
    reason: /json|response/i.test(message) ? "unreadable" : "broken-off"
  })
}
