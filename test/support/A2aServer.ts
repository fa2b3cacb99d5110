import {
  AgentEvent,
  DefaultRequestHandler,
  InMemoryTaskStore,
  JsonRpcTransportHandler,
  ServerCallContext
} from "@a2a-js/sdk/server"
import type { AgentExecutor } from "@a2a-js/sdk/server"
import { AgentCard, Role, TaskState } from "@a2a-js/sdk"
import type { Message, Part } from "@a2a-js/sdk"
import { Effect } from "effect"
import * as AgentServer from "./AgentServer.ts"

/** An agent's card, as `/.well-known/agent-card.json` shows it. */
export const cardOf = (url: string, streaming = true): AgentCard =>
  AgentCard.fromJSON({
    name: "Cat",
    description: "Knows cats.",
    version: "1",
    supportedInterfaces: [{ url: `${url}/rpc`, protocolBinding: "JSONRPC", protocolVersion: "1.0" }],
    capabilities: { streaming },
    defaultInputModes: ["text/plain", "image/png"],
    defaultOutputModes: ["text/plain"],
    skills: []
  })

export const cardPath = "/.well-known/agent-card.json"

export const text = (value: string): Part => ({
  content: { $case: "text", value },
  metadata: undefined,
  filename: "",
  mediaType: "text/plain"
})

export const message = (value: string, contextId = ""): Message => ({
  messageId: value,
  contextId,
  taskId: "",
  role: Role.ROLE_AGENT,
  parts: [text(value)],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: []
})

/** Words for the events of one task. */
export const task = (taskId: string, contextId: string) => {
  const status = (state: TaskState, said?: string) => ({
    state,
    message: said === undefined ? undefined : message(said, contextId),
    timestamp: undefined
  })
  return {
    submitted: AgentEvent.task({
      id: taskId,
      contextId,
      status: status(TaskState.TASK_STATE_SUBMITTED),
      artifacts: [],
      history: [],
      metadata: undefined
    }),
    status: (state: TaskState, said?: string) =>
      AgentEvent.statusUpdate({ taskId, contextId, status: status(state, said), metadata: undefined }),
    artifact: (value: string, append: boolean) =>
      AgentEvent.artifactUpdate({
        taskId,
        contextId,
        append,
        lastChunk: false,
        metadata: undefined,
        artifact: {
          artifactId: "answer",
          name: "",
          description: "",
          parts: [text(value)],
          metadata: undefined,
          extensions: []
        }
      })
  }
}

/** A server of the SDK's own, over JSON-RPC. */
export const open = (executor: AgentExecutor, streaming = true) =>
  Effect.suspend(() => {
    let handler: JsonRpcTransportHandler
    return AgentServer.open((request, response) => {
      if (request.path === cardPath)
        return void response.end(
          JSON.stringify(AgentCard.toJSON(cardOf(`http://${request.headers.host}`, streaming)))
        )
      const url = `http://${request.headers.host}`
      handler ??= new JsonRpcTransportHandler(
        new DefaultRequestHandler(cardOf(url, streaming), new InMemoryTaskStore(), executor)
      )
      void answer(handler, request, response)
    })
  })

const answer = async (
  handler: JsonRpcTransportHandler,
  request: AgentServer.Request,
  response: Parameters<AgentServer.Respond>[1]
) => {
  const result = await handler.handle(request.body, new ServerCallContext({ requestedVersion: "1.0" }))
  if (!(Symbol.asyncIterator in result)) return void response.end(JSON.stringify(result))
  response.writeHead(200, { "content-type": "text/event-stream" })
  for await (const event of result) response.write(`data: ${JSON.stringify(event)}\n\n`)
  response.end()
}
