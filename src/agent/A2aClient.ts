import type { Client } from "@a2a-js/sdk/client"
import {
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory
} from "@a2a-js/sdk/client"
import { A2AError } from "@a2a-js/sdk/errors"
import type { A2aAgentConfig } from "../config/RemoteAgentConfig.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as RemoteAnswer from "./RemoteAnswer.ts"
import { say } from "../language/Text.ts"

const card = ".well-known/agent-card.json"

/**
 * Reads the agent's card and makes a client of it. It also speaks the protocol's version 0.3. Headers go to the server
 * that is configured and to no other, even if the card names one.
 */
export const connect = (
  http: typeof fetch,
  config: A2aAgentConfig,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal
): Promise<Client> => {
  const home = new URL(config.url)
  const fetchImpl: typeof fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const own = Object.fromEntries(new Headers(init.headers))
    // The card is asked for without a signal.
    const request = { signal, ...init, headers: url.origin === home.origin ? { ...own, ...headers } : own }
    return RemoteAnswer.accepted(await http(url.href, request))
  }
  const options = { fetchImpl, legacyCompat: { enabled: true } }
  const factory = new ClientFactory({
    transports: [new JsonRpcTransportFactory(options), new RestTransportFactory(options)],
    cardResolver: new DefaultAgentCardResolver(options)
  })
  const address = home.pathname.endsWith(".json")
    ? home.href
    : new URL(card, home.pathname.endsWith("/") ? home : `${home.origin}${home.pathname}/`).href
  return factory.createFromUrl(address, "")
}

/** What the SDK throws: failures of the connection as they are, those of the agent with a code, and its own opinion. */
export const explain = (cause: unknown): RemoteFailure.RemoteFailure => {
  const reported = reportedIn(cause)
  if (reported !== undefined) return new RemoteFailure.Reported({ said: reported.message })
  if (RemoteFailure.within(cause) !== undefined || RemoteFailure.codeOf(cause) !== "")
    return RemoteFailure.ofConnection(cause)
  return new RemoteFailure.Unanswered({
    reason: "unreadable",
    detail: say("agent.sentNoA2a"),
    cause
  })
}

const reportedIn = (cause: unknown): A2AError | undefined => {
  if (cause instanceof A2AError) return cause
  return cause instanceof Error && cause.cause !== undefined ? reportedIn(cause.cause) : undefined
}
