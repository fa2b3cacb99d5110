import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js"
import { SseError } from "@modelcontextprotocol/sdk/client/sse.js"
import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import { OAuthError } from "@modelcontextprotocol/sdk/server/auth/errors.js"
import { ErrorCode as Code, McpError } from "@modelcontextprotocol/sdk/types.js"
import { Data, Effect, identity } from "effect"
import * as HostPaths from "../engine/HostPaths.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as ErrorCode from "../models/ErrorCode.ts"
import type { Clean } from "./EntrySecrets.ts"
import type { ToolFailed } from "./McpClient.ts"
import { NotConnected } from "./NotConnected.ts"

/** What the SDK failed with, whatever it is. */
export class Raw extends Data.TaggedError("Raw")<{
  readonly error: unknown
  /** Whether the connection had ended by then. */
  readonly ended?: boolean
}> {}

/** Runs something of the SDK's; interrupting it aborts the signal. */
export const attempt = <A>(run: (signal: AbortSignal) => Promise<A>): Effect.Effect<A, Raw> =>
  Effect.tryPromise({ try: run, catch: (error) => new Raw({ error }) })

/** What became of a call, with what to do about it. */
export type Verdict = Pick<ToolFailed, "reason" | "detail" | "advice">

/** What the SDK puts before a server's words; a server that uses it does so too. */
const prefix = /^(?:MCP error -?\d+: )+/u

/** How much of a server's own words is told, in characters. */
const longestWords = 300

/** How much of them is looked at, in characters. */
const mostRead = 16_384

/** A server's words without folders, without the SDK's own prefix and without what `clean` takes out. */
export const wordsOf = (error: Error, clean: Clean = identity): string => {
  // Its message is a listing of all that is wrong in what came.
  if (error.name === "ZodError") return "what it sent does not follow the protocol"
  const words = HostPaths.without(clean(error.message.slice(0, mostRead).replace(prefix, "")))
    .replaceAll(/\s+/gu, " ")
    .trim()
    .replace(/\.+$/u, "")
  return words.length > longestWords ? `${words.slice(0, longestWords)} …` : words
}

/** `timeout` in ms. */
export const verdictOf = (
  { ended = false, error }: Raw,
  server: string,
  timeout: number,
  clean: Clean = identity
): Verdict => {
  // Servers use the code of the SDK's "connection closed" for errors of their own.
  if (error instanceof McpError && (error.code as Code) === Code.ConnectionClosed && ended)
    return {
      reason: "server-down",
      detail: `MCP server ${server} ended in the middle of the call`,
      advice: "It is being started anew: try again in a moment."
    }
  if (error instanceof McpError) {
    switch (error.code as Code) {
      case Code.RequestTimeout:
        return {
          reason: "timed-out",
          detail: `MCP server ${server} did not answer within ${timeout / 1000} s`,
          advice: `Ask for less, or give it more time by timeout in mcp_servers.json.`
        }
      case Code.InvalidParams:
        return {
          reason: "bad-arguments",
          detail: `MCP server ${server} does not accept the arguments: ${wordsOf(error, clean)}`,
          advice: "Correct them to fit the tool's schema."
        }
      case Code.MethodNotFound:
        return {
          reason: "unknown-tool",
          detail: `MCP server ${server} does not know it: ${wordsOf(error, clean)}`,
          advice: "Use another tool."
        }
      default:
        return {
          reason: "refused",
          detail: `MCP server ${server} refused it: ${wordsOf(error, clean)}`,
          advice: "Do something else, or look at the server's own documentation."
        }
    }
  }
  if (error instanceof Error && error.name === "ZodError")
    return {
      reason: "refused",
      detail: `what MCP server ${server} answered does not follow the protocol`,
      advice: "Look for a newer version of it."
    }
  if (error instanceof Error && error.message === "Not connected")
    return {
      reason: "server-down",
      detail: `MCP server ${server} has ended`,
      advice: "It is being started anew: try again in a moment."
    }
  const { advice, reason } = notConnected(error, clean)
  return { reason: "server-down", detail: `MCP server ${server} cannot be reached: ${reason}`, advice }
}

/** Why there is no connection. `error`: what connecting, or asking, failed with; `clean` takes secrets out of its words. */
export const notConnected = (error: unknown, clean: Clean = identity): NotConnected => {
  if (error instanceof NotConnected) return error
  const say = (reason: string, advice: string) => new NotConnected({ reason, advice })
  const status = statusOf(error)
  if (status === 401 || status === 403)
    return say(
      `it does not let us in (status ${status})`,
      "Check the key in its headers in mcp_servers.json; signing in by a web page is not supported."
    )
  if (error instanceof UnauthorizedError || error instanceof OAuthError)
    return say(
      "its authorization server gives us no token",
      "Check oauth (issuer, client_id, client_secret, scope) of its entry in mcp_servers.json."
    )
  const sent = strangeContent(error)
  if (sent !== undefined) return say(`it answers with ${sent}, not as an MCP server does`, checkAddress)
  if (status !== undefined && status > 0) return say(`it answers with status ${status}`, checkAddress)
  if (error instanceof McpError)
    // A handshake that fails ends the connection in any case.
    return saysClosed(error)
      ? say("it ended", "Start it by hand to see what is wrong.")
      : say(`it refused: ${wordsOf(error, clean)}`, "Look at the server's own documentation.")
  if (RemoteFailure.isLost(error))
    return say(
      "it closed the connection",
      "Look at that server's log, and check its url in mcp_servers.json."
    )
  const code = ErrorCode.ofSystem(error)
  if (code !== undefined)
    return say(`no server answers (${code})`, "Start it, or correct its url in mcp_servers.json.")
  if (error instanceof Error && error.name === "ZodError")
    return say("what it answers does not follow the protocol", "Look for a newer version of it.")
  const version = error instanceof Error ? oldVersion.exec(error.message)?.[1] : undefined
  if (version !== undefined)
    return say(
      `it speaks a version of MCP that is not supported: ${JSON.stringify(HostPaths.without(clean(version)))}`,
      "Look for another version of it."
    )
  const words = error instanceof Error ? wordsOf(error, clean) : ""
  return say(
    `it does not answer as an MCP server does${words === "" ? "" : `: ${words}`}`,
    "Check its entry in mcp_servers.json."
  )
}

const checkAddress = "Check its url and transport in mcp_servers.json."

/** The SDK's words for a version of the protocol that it does not know, with some of what the server calls it. */
const oldVersion = /^Server's protocol version is not supported: (.{1,40})/u

/** What a server has sent instead of a message of the protocol, by the content type that it said; nothing if that is not why. */
const strangeContent = (error: unknown): string | undefined => {
  // This one keeps the type to itself; its code is the status.
  if (error instanceof SseError && error.code === 200 && /content type/iu.test(error.message))
    return "something that is no stream of events, perhaps a web page"
  if (!(error instanceof StreamableHTTPError) || error.code !== -1) return undefined
  const type = /content type: ([\w.+-]{1,40}\/[\w.+-]{1,40})/iu.exec(error.message)?.[1]?.toLowerCase()
  if (type === undefined) return "something without a content type"
  return type === "text/html" || type === "application/xhtml+xml" ? "a web page" : type
}

/** The HTTP status that a server answered with; -1 for one that is no MCP at all. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof StreamableHTTPError ||
  (error instanceof Error &&
    "code" in error &&
    typeof error.code === "number" &&
    !(error instanceof McpError))
    ? (error.code as number | undefined)
    : undefined

/** Whether a remote server has not seen the request: nothing listens there, or the session is one that it does not know. */
export const neverCame = ({ error }: Raw): boolean =>
  statusOf(error) === 404 || ErrorCode.ofSystem(error) === "ECONNREFUSED"

/** Whether the answer did not come in time. */
export const timedOut = ({ error }: Raw): boolean =>
  error instanceof McpError && error.code === Code.RequestTimeout

/** Whether the server itself answered with an error. */
export const isAnswer = ({ error }: Raw): boolean =>
  error instanceof McpError && error.code !== Code.RequestTimeout && !saysClosed(error)

/** Whether the SDK says that the connection is closed; a server's own errors of this code have other words. */
const saysClosed = (error: McpError): boolean =>
  error.code === Code.ConnectionClosed && error.message.replace(prefix, "") === "Connection closed"
