import { ClientCredentialsProvider } from "@modelcontextprotocol/sdk/client/auth-extensions.js"
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import { Effect, Redacted } from "effect"
import type { Scope } from "effect"
import type { McpServerEntry } from "../config/McpServerConfig.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as BoundedFetch from "./BoundedFetch.ts"
import * as CallFailure from "./CallFailure.ts"
import * as EntrySecrets from "./EntrySecrets.ts"
import * as McpConnection from "./McpConnection.ts"

export interface Options {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly oauth: McpServerEntry["oauth"]
  /** If absent, streamable HTTP is tried first, and then SSE. */
  readonly transport: "http" | "sse" | undefined
}

/** How long a server gets to hear that its session is over: seiyuu may be stopping. */
const farewell = "1 second"

/** Connects to a server that runs elsewhere. */
export const open = Effect.fn("RemoteServer.open")(function* (
  { headers, oauth, transport, url }: Options,
  options: McpConnection.Options
): Effect.fn.Return<McpConnection.McpConnection, CallFailure.Raw, Scope.Scope> {
  const { address, credentials } = apart(url)
  const init = {
    requestInit: { headers: hasAuthorization(headers) ? { ...headers } : { ...credentials, ...headers } },
    fetch: BoundedFetch.fetch,
    ...(oauth === undefined ? {} : { authProvider: providerOf(oauth) })
  }
  const bySse = Effect.suspend(() => McpConnection.open(new SSEClientTransport(address, init), options))
  const byHttp = Effect.gen(function* () {
    const transport = new StreamableHTTPClientTransport(address, init)
    const connection = yield* McpConnection.open(transport, options)
    yield* Finalizer.add(sayFarewell(transport))
    return connection
  })
  if (transport !== undefined) return yield* transport === "http" ? byHttp : bySse
  return yield* Effect.catchIf(byHttp, speaksAnother, () => bySse)
})

const hasAuthorization = (headers: Options["headers"]) =>
  Object.keys(headers).some((name) => name.toLowerCase() === "authorization")

/** `user:password@` out of an address, where requests cannot have it, as the header that it stands for. */
const apart = (url: string) => {
  const address = new URL(url)
  const { password, username } = address
  if (username === "" && password === "") return { address, credentials: {} }
  const pair = `${EntrySecrets.decoded(username)}:${EntrySecrets.decoded(password)}`
  address.username = ""
  address.password = ""
  return { address, credentials: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` } }
}

const providerOf = ({ client_id, client_secret, issuer, scope }: NonNullable<Options["oauth"]>) =>
  new ClientCredentialsProvider({
    clientName: "seiyuu",
    clientId: client_id,
    clientSecret: Redacted.value(client_secret),
    expectedIssuer: issuer,
    ...(scope === undefined ? {} : { scope })
  })

/** What a server that only speaks SSE answers to the first message, as the protocol has it. */
const speaksAnother = ({ error }: CallFailure.Raw) =>
  [400, 404, 405].includes(CallFailure.statusOf(error) ?? 0)

/** In a finalizer, too, what takes too long is given up: hence the race. */
const sayFarewell = (transport: StreamableHTTPClientTransport) =>
  Effect.raceFirst(
    Effect.interruptible(Effect.ignore(CallFailure.attempt(() => transport.terminateSession()))),
    Effect.interruptible(Effect.sleep(farewell))
  )
