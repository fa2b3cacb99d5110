import { Effect, Ref } from "effect"
import { Client } from "../conversation/Client.ts"
import type { McpClient, ToolResult } from "../mcp/McpClient.ts"
import { ToolFailed } from "../mcp/McpClient.ts"
import type { ServerMessage } from "../protocol/ServerMessage.ts"
import { Census } from "../telemetry/Census.ts"
import type { Session } from "./Session.ts"

/** Calls of one client that run at the same time; further ones are refused. */
const mostCalls = 4

/** `mcp-tool-call`: runs one tool, if the configuration lets clients call it, and answers when it is done. */
export const call = Effect.fn("ToolRequests.call")(function* (
  session: Session,
  tool: string,
  input: Parameters<McpClient["call"]>[1]
) {
  const { tools } = session
  const client = yield* Client
  const census = yield* Census
  const respond = (response: { readonly result: unknown } | { readonly error: string }) =>
    client.send({ type: "mcp-tool-response", tool_name: tool, ...response } satisfies ServerMessage)

  if (tools.running >= mostCalls) {
    return yield* respond({
      error: `${mostCalls} tools are running for this client already: wait until one of them is done.`
    })
  }
  const { character } = yield* Ref.get(session.seat)
  tools.running++
  yield* character.services.mcp.pipe(
    Effect.flatMap((mcp) => Effect.flatMap(allowed(mcp, tool), () => mcp.call(tool, input))),
    Effect.matchEffect({
      onFailure: ({ message }) => respond({ error: message }),
      onSuccess: (result) =>
        respond(result.failed ? { error: `${tool}: ${result.text}` } : { result: contentOf(result) })
    }),
    Effect.ensuring(Effect.sync(() => tools.running--)),
    census.track("tool-call"),
    Effect.forkIn(tools.scope)
  )
})

/** A tool that clients may not call is as good as none. */
const allowed = Effect.fnUntraced(function* (mcp: McpClient, tool: string) {
  const tools = yield* mcp.tools
  if (tools.some(({ clientMayCall, name }) => clientMayCall && name === tool)) return
  const names = tools.filter(({ clientMayCall }) => clientMayCall).map(({ name }) => name)
  return yield* new ToolFailed({
    tool,
    reason: "unknown-tool",
    detail: "clients may not call such a tool",
    advice:
      names.length === 0
        ? "List it as client_calls of its server in mcp_servers.json."
        : `They may call ${names.join(", ")}; client_calls in mcp_servers.json lists more.`
  })
})

/** In the shape in which MCP servers answer. */
const contentOf = ({ images, text }: ToolResult) => ({
  content: [
    ...(text === "" ? [] : [{ type: "text", text }]),
    ...images.map(({ base64, mimeType }) => ({ type: "image", data: base64, mimeType }))
  ]
})
