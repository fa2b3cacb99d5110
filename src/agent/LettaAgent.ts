import type * as Undici from "@effect/platform-node/Undici"
import { APIError, Letta } from "@letta-ai/letta-client"
import { Duration, Effect, Redacted, Stream } from "effect"
import type { LettaAgentConfig } from "../config/RemoteAgentConfig.ts"
import type { Agent, AgentInput } from "./Agent.ts"
import * as LettaMessages from "./LettaMessages.ts"
import * as AgentFailure from "./AgentFailure.ts"
import * as RemoteAnswer from "./RemoteAnswer.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import { say } from "../language/Text.ts"

/** Longest time in which nothing comes; a server that works on something sends signs of life. */
const silence = Duration.seconds(120)

/** Longest message in bytes. The client takes time that grows with the square of it. */
const longestMessage = 2 ** 20

/**
 * `letta_agent`: an agent of a Letta server, which keeps its own memory, one for everybody who talks to it. So it is
 * given the present input only, and answers one session at a time.
 */
export const make = (http: Undici.Dispatcher, config: LettaAgentConfig): Agent => {
  const address = addressOf(config)
  const letta = new Letta({
    baseURL: address,
    // Without a key of its own the client would send one that it finds in the environment.
    apiKey: config.api_key === undefined ? null : Redacted.value(config.api_key),
    fetch: RemoteAnswer.boundedFetchOver(http, longestMessage),
    // Attempts and time limits are those of every agent.
    maxRetries: 0,
    timeout: 2 ** 31 - 1,
    logLevel: "off"
  })
  const describe = AgentFailure.describe({
    agent: "letta_agent",
    address,
    secrets: config.api_key === undefined ? [] : [config.api_key],
    addressKeys: say("agent.hostAndPort"),
    secretKeys: "api_key",
    unknown: {
      detail: say("agent.noSuchAgent", JSON.stringify(config.id)),
      advice: say("agent.correctLettaId")
    },
    busy: say("agent.lettaBusy")
  })

  const reply = (input: AgentInput) => {
    let messages = LettaMessages.make()
    return RemoteAnswer.stream({
      silence,
      ask: (signal) =>
        letta.agents.messages.stream(
          config.id,
          {
            messages: [{ role: "user", content: contentOf(input) }],
            stream_tokens: true,
            include_pings: true
          },
          { signal }
        ),
      explain,
      read: (message) => messages.read(message),
      end: Effect.suspend(() => messages.end),
      isBusy: (failure) => failure._tag === "Refused" && failure.status === 409,
      reset: () => void (messages = LettaMessages.make()),
      describe
    }).pipe(Stream.withSpan("LettaAgent.reply"))
  }
  return { reply }
}

const addressOf = ({ host, port }: LettaAgentConfig): string => {
  const given = host.trim().replace(/\/+$/, "")
  const [, scheme, authority = "", path = ""] = /^(https?:\/\/)?([^/?#]*)(.*)$/is.exec(given) ?? []
  const own = port ?? (scheme === undefined ? 8283 : undefined)
  const isWhole = own === undefined || /:\d+$/.test(authority)
  return `${scheme ?? "http://"}${authority.replace(/:$/, "")}${isWhole ? "" : `:${own}`}${path}`
}

const contentOf = ({ images, text }: AgentInput) => [
  ...(text === "" ? [] : [{ type: "text" as const, text }]),
  ...images.map(({ base64, mimeType }) => ({
    type: "image" as const,
    source: { type: "base64" as const, media_type: mimeType, data: base64 }
  }))
]

/** What the client throws. */
const explain = (cause: unknown): RemoteFailure.RemoteFailure => {
  if (cause instanceof SyntaxError)
    return new RemoteFailure.Unanswered({ reason: "unreadable", detail: say("agent.sentNoLetta") })
  if (!(cause instanceof APIError)) return RemoteFailure.ofConnection(cause)
  const said = typeof cause.error === "string" ? cause.error : (JSON.stringify(cause.error) ?? "")
  const status: unknown = cause.status
  if (typeof status === "number") {
    const location = cause.headers?.get("location")
    return new RemoteFailure.Refused({ status, said, ...(location ? { location } : {}) })
  }
  // An error within the answer has headers; without them there was none.
  return cause.headers === undefined
    ? RemoteFailure.ofConnection(cause)
    : new RemoteFailure.Reported({ said })
}
