import { Effect, Ref } from "effect"
import { Client } from "../conversation/Client.ts"
import type { McpClient, ToolResult } from "../mcp/McpClient.ts"
import { ToolFailed } from "../mcp/McpClient.ts"
import { Census } from "../telemetry/Census.ts"
import type { Session } from "./Session.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** Calls of one client that run at the same time; further ones are refused. */
const mostCalls = 4

/** How long a client that may be leaving is given to take what it gets of a call that was given up. */
const farewell = "1 second"

/**
 * `mcp-tool-call`: runs one tool, if the configuration lets clients call it, and answers when it is done. The call
 * belongs to the character: it is given up when another one takes its seat.
 */
export const call = Effect.fn("ToolRequests.call")(function* (
  session: Session,
  tool: string,
  input: Parameters<McpClient["call"]>[1]
) {
  const client = yield* Client
  const census = yield* Census
  const respond = (response: { readonly result: unknown } | { readonly error: Words }) =>
    client.send({ type: "mcp-tool-response", tool_name: tool, ...response })

  if (session.toolCalls.size >= mostCalls) {
    return yield* respond({
      error: say("tools.runningAlready", mostCalls)
    })
  }
  const { character, scope } = yield* Ref.get(session.seat)
  const place = Symbol(tool)
  session.toolCalls.add(place)
  yield* character.services.mcp.pipe(
    Effect.flatMap((mcp) => Effect.flatMap(allowed(mcp, tool), (seen) => mcp.call(tool, input, seen))),
    Effect.matchEffect({
      onFailure: ({ words }) => respond({ error: words }),
      onSuccess: (result) =>
        respond(
          result.failed ? { error: say("engine.of", tool, result.text) } : { result: contentOf(result) }
        )
    }),
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(
        Effect.logError(`a call of the tool ${tool} died`, defect),
        respond({ error: say("tools.wentWrong", tool) })
      )
    ),
    Effect.onInterrupt(() =>
      Effect.raceFirst(
        Effect.interruptible(respond({ error: say("tools.givenUp", tool) })),
        Effect.interruptible(Effect.sleep(farewell))
      )
    ),
    Effect.ensuring(Effect.sync(() => session.toolCalls.delete(place))),
    census.track("tool-call"),
    Effect.forkIn(scope)
  )
})

/** A tool that clients may not call is as good as none. */
const allowed = Effect.fnUntraced(function* (mcp: McpClient, tool: string) {
  const tools = (yield* mcp.tools).filter(({ clientMayCall }) => clientMayCall)
  const found = tools.find(({ name }) => name === tool)
  if (found !== undefined) return found
  return yield* new ToolFailed({
    tool,
    reason: "unknown-tool",
    detail: say("tools.clientsMayNot"),
    advice:
      tools.length === 0
        ? say("tools.listClientCalls")
        : say(
            "tools.mayCall",
            tools.map(({ name }) => name)
          )
  })
})

/** In the shape in which MCP servers answer. */
const contentOf = ({ images, text }: ToolResult) => ({
  content: [
    ...(text === "" ? [] : [{ type: "text", text }]),
    ...images.map(({ base64, mimeType }) => ({ type: "image", data: base64, mimeType }))
  ]
})
