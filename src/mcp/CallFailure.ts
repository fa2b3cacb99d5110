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
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

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
export const wordsOf = (error: Error, clean: Clean = identity): Words => {
  // Its message is a listing of all that is wrong in what came.
  if (error.name === "ZodError") return say("tools.sentNoProtocol")
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
      detail: say("tools.endedInCall", server),
      advice: say("tools.startedAnew")
    }
  if (error instanceof McpError) {
    switch (error.code as Code) {
      case Code.RequestTimeout:
        return {
          reason: "timed-out",
          detail: say("tools.notInTime", server, timeout / 1000),
          advice: say("tools.askLess")
        }
      case Code.InvalidParams:
        return {
          reason: "bad-arguments",
          detail: say("tools.badArguments", server, wordsOf(error, clean)),
          advice: say("tools.fitSchema")
        }
      case Code.MethodNotFound:
        return {
          reason: "unknown-tool",
          detail: say("tools.unknownThere", server, wordsOf(error, clean)),
          advice: say("tools.another")
        }
      default:
        return {
          reason: "refused",
          detail: say("tools.refused", server, wordsOf(error, clean)),
          advice: say("tools.doElse")
        }
    }
  }
  if (error instanceof Error && error.name === "ZodError")
    return {
      reason: "refused",
      detail: say("tools.noProtocol", server),
      advice: say("tools.newerVersion")
    }
  if (error instanceof Error && error.message === "Not connected")
    return {
      reason: "server-down",
      detail: say("tools.ended", server),
      advice: say("tools.startedAnew")
    }
  const { advice, reason } = notConnected(error, clean)
  return { reason: "server-down", detail: say("tools.unreachable", server, reason), advice }
}

/** Why there is no connection. `error`: what connecting, or asking, failed with; `clean` takes secrets out of its words. */
export const notConnected = (error: unknown, clean: Clean = identity): NotConnected => {
  if (error instanceof NotConnected) return error
  const failed = (reason: Words, advice: Words) => new NotConnected({ reason, advice })
  const status = statusOf(error)
  if (status === 401 || status === 403)
    return failed(say("tools.notLetIn", status), say("tools.checkHeaders"))
  if (error instanceof UnauthorizedError || error instanceof OAuthError)
    return failed(say("tools.noToken"), say("tools.checkOauth"))
  const sent = strangeContent(error)
  if (sent !== undefined) return failed(say("tools.answersWith", sent), checkAddress)
  if (status !== undefined && status > 0) return failed(say("tools.answersStatus", status), checkAddress)
  if (error instanceof McpError)
    // A handshake that fails ends the connection in any case.
    return saysClosed(error)
      ? failed(say("tools.itEnded"), say("tools.startByHand"))
      : failed(say("tools.itRefused", wordsOf(error, clean)), say("tools.seeDocumentation"))
  if (RemoteFailure.isLost(error)) return failed(say("tools.itClosed"), say("tools.logAndUrl"))
  const code = ErrorCode.ofSystem(error)
  if (code !== undefined) return failed(say("tools.noAnswer", code), say("tools.startOrUrl"))
  if (error instanceof Error && error.name === "ZodError")
    return failed(say("tools.answersOddly"), say("tools.newerVersion"))
  const version = error instanceof Error ? oldVersion.exec(error.message)?.[1] : undefined
  if (version !== undefined)
    return failed(
      say("tools.oldVersion", JSON.stringify(HostPaths.without(clean(version)))),
      say("tools.otherVersion")
    )
  const words = error instanceof Error ? wordsOf(error, clean) : ""
  return failed(words === "" ? say("tools.noMcp") : say("tools.noMcpSaying", words), say("tools.checkEntry"))
}

const checkAddress = say("tools.checkAddress")

/** The SDK's words for a version of the protocol that it does not know, with some of what the server calls it. */
const oldVersion = /^Server's protocol version is not supported: (.{1,40})/u

/** What a server has sent instead of a message of the protocol, by the content type that it said; nothing if that is not why. */
const strangeContent = (error: unknown): Words | undefined => {
  // This one keeps the type to itself; its code is the status.
  if (error instanceof SseError && error.code === 200 && /content type/iu.test(error.message))
    return say("tools.noEvents")
  if (!(error instanceof StreamableHTTPError) || error.code !== -1) return undefined
  const type = /content type: ([\w.+-]{1,40}\/[\w.+-]{1,40})/iu.exec(error.message)?.[1]?.toLowerCase()
  if (type === undefined) return say("tools.noContentType")
  return type === "text/html" || type === "application/xhtml+xml" ? say("tools.webPage") : type
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
