import { AgentCard, StreamResponse, TaskState } from "@a2a-js/sdk"
import type { AgentExecutor, ExecutionEventBus, RequestContext } from "@a2a-js/sdk/server"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Stream } from "effect"
import * as A2aAgent from "../../src/agent/A2aAgent.ts"
import * as A2aServer from "../support/A2aServer.ts"
import * as AgentServer from "../support/AgentServer.ts"
import { collect, describeAgent, input } from "./describeAgent.ts"
import type { Step } from "./describeAgent.ts"

const secret = "token-very-secret"

const open = (url: string) =>
  A2aAgent.open(AgentServer.dispatcher, {
    url,
    headers: { Authorization: Redacted.make(`Bearer ${secret}`) },
    timeout: 60,
    faster_first_response: true
  })

/** A response of the stream, as https://a2a-protocol.org/v1.0.0/specification/ frames it over JSON-RPC. */
const framed = (request: AgentServer.Request, payload: StreamResponse["payload"]) => {
  const { id } = JSON.parse(request.body) as { readonly id: number }
  return `data: ${JSON.stringify({ jsonrpc: "2.0", id, result: StreamResponse.toJSON({ payload }) })}\n\n`
}

const words = A2aServer.task("task-1", "context-1")
type Event = Parameters<ExecutionEventBus["publish"]>[0]
const payloadOf = ({ data, kind }: Event) => ({ $case: kind, value: data }) as StreamResponse["payload"]

const frame = (step: Step, request: AgentServer.Request): string => {
  if ("text" in step) return framed(request, payloadOf(words.artifact(step.text, true)))
  if ("think" in step)
    return framed(request, payloadOf(words.status(TaskState.TASK_STATE_WORKING, step.think)))
  // The protocol has no words for tools.
  return ""
}

describeAgent({
  name: "a2a_agent",
  secret,
  open,
  contentType: "text/event-stream",
  frame,
  end: (request) => framed(request, payloadOf(words.status(TaskState.TASK_STATE_COMPLETED))),
  garbage: "data: {broken\n\n",
  endless: "data: ",
  tool: [],
  unknown: /has no agent there.*Correct agent_settings\.a2a_agent\.url/,
  aside: (request, response, url) => {
    if (request.path === A2aServer.cardPath)
      response.end(JSON.stringify(AgentCard.toJSON(A2aServer.cardOf(url))))
    else if (request.body.includes("CancelTask")) response.writeHead(500).end()
    else return false
    return true
  }
})

/** An agent of the SDK that does this, and remembers what it was asked and what it was told to stop. */
const executing = (execute: (request: RequestContext, bus: ExecutionEventBus) => void | Promise<void>) => {
  const asked: Array<RequestContext["userMessage"]> = []
  const cancelled: Array<string> = []
  const executor: AgentExecutor = {
    execute: async (request, bus) => {
      asked.push(request.userMessage)
      await execute(request, bus)
    },
    cancelTask: async (taskId, bus) => {
      cancelled.push(taskId)
      bus.publish(A2aServer.task(taskId, "").status(TaskState.TASK_STATE_CANCELED))
      bus.finished()
    }
  }
  return { asked, cancelled, executor }
}

const answering = (...texts: ReadonlyArray<string>) =>
  executing(({ contextId, taskId }, bus) => {
    const { artifact, status, submitted } = A2aServer.task(taskId, contextId)
    bus.publish(submitted)
    for (const [index, text] of texts.entries()) bus.publish(artifact(text, index > 0))
    bus.publish(status(TaskState.TASK_STATE_COMPLETED, texts.join("")))
    bus.finished()
  })

const until = (condition: () => boolean) =>
  Effect.gen(function* () {
    while (!condition()) yield* Effect.promise(() => new Promise(setImmediate))
  })

describe("A2aAgent, with a server of the SDK", () => {
  it.scopedLive("asks with text and pictures, in the same context for the same conversation", () =>
    Effect.gen(function* () {
      const { asked, executor } = answering("A cat. ", "It sleeps.")
      const server = yield* A2aServer.open(executor)
      const agent = yield* open(server.url)
      const { events, failure } = yield* collect(agent.reply(input()))
      assert.isUndefined(failure)
      assert.deepStrictEqual(events, [{ _tag: "Text", text: "A cat. It sleeps." }])
      assert.deepStrictEqual(
        asked[0]!.parts.map(({ content, mediaType }) => [
          mediaType,
          Buffer.from(content?.value as string | Buffer).toString()
        ]),
        [
          ["text/plain", "What is this?"],
          ["image/png", "hello"]
        ]
      )
      yield* Stream.runDrain(agent.reply(input()))
      yield* Stream.runDrain(agent.reply(input({ conversation: "c2" })))
      const [first, second, third] = asked.map(({ contextId }) => contextId)
      assert.strictEqual(second, first)
      assert.notStrictEqual(third, first)
      assert.lengthOf(
        server.requests.filter(({ path }) => path === A2aServer.cardPath),
        1
      )
      assert.strictEqual(server.requests[1]!.headers.authorization, `Bearer ${secret}`)
    })
  )

  it.scopedLive("does without streaming where the card says so", () =>
    Effect.gen(function* () {
      const { executor } = answering("A cat.")
      const server = yield* A2aServer.open(executor, false)
      const { events, failure } = yield* collect((yield* open(server.url)).reply(input()))
      assert.isUndefined(failure)
      assert.deepStrictEqual(events, [{ _tag: "Text", text: "A cat." }])
      assert.strictEqual((JSON.parse(server.requests[1]!.body) as { method: string }).method, "SendMessage")
    })
  )

  it.scopedLive("takes a plain message for an answer", () =>
    Effect.gen(function* () {
      const { executor } = executing(({ contextId }, bus) => {
        bus.publish({ kind: "message", data: A2aServer.message("Meow.", contextId) })
        bus.finished()
      })
      const server = yield* A2aServer.open(executor)
      const { events } = yield* collect((yield* open(server.url)).reply(input()))
      assert.deepStrictEqual(events, [{ _tag: "Text", text: "Meow." }])
    })
  )

  /** An agent that begins an answer and never ends it. */
  const endless = () =>
    executing(({ contextId, taskId }, bus) => {
      const { artifact, status, submitted } = A2aServer.task(taskId, contextId)
      bus.publish(submitted)
      bus.publish(status(TaskState.TASK_STATE_WORKING))
      bus.publish(artifact("One. ", false))
      return new Promise(() => undefined)
    })

  it.scopedLive("cancels the task when it is interrupted", () =>
    Effect.gen(function* () {
      const { cancelled, executor } = endless()
      const server = yield* A2aServer.open(executor)
      const agent = yield* open(server.url)
      const first = yield* agent.reply(input()).pipe(Stream.take(1), Stream.runCollect)
      assert.deepStrictEqual([...first], [{ _tag: "Text", text: "One. " }])
      yield* until(() => cancelled.length === 1)
    })
  )

  it.scopedLive("has cancelled the task when the session has ended in the middle of it", () =>
    Effect.gen(function* () {
      const { cancelled, executor } = endless()
      const server = yield* A2aServer.open(executor)
      yield* Effect.scoped(
        Effect.flatMap(open(server.url), (agent) => Stream.runDrain(Stream.take(agent.reply(input()), 1)))
      )
      assert.lengthOf(cancelled, 1)
    })
  )

  it.scopedLive("answers within the task when the agent asks back", () =>
    Effect.gen(function* () {
      const { asked, executor } = executing(({ contextId, task, taskId }, bus) => {
        const { status, submitted } = A2aServer.task(taskId, contextId)
        const isFirst = task === undefined
        bus.publish(submitted)
        bus.publish(
          isFirst
            ? status(TaskState.TASK_STATE_INPUT_REQUIRED, "Which one?")
            : status(TaskState.TASK_STATE_COMPLETED, "That one!")
        )
        bus.finished()
      })
      const server = yield* A2aServer.open(executor)
      const agent = yield* open(server.url)
      assert.deepStrictEqual((yield* collect(agent.reply(input()))).events, [
        { _tag: "Text", text: "Which one?" }
      ])
      assert.deepStrictEqual((yield* collect(agent.reply(input()))).events, [
        { _tag: "Text", text: "That one!" }
      ])
      assert.notStrictEqual(asked[1]!.taskId, "")
    })
  )

  it.scopedLive("repeats why a task has failed", () =>
    Effect.gen(function* () {
      const { executor } = executing(({ contextId, taskId }, bus) => {
        const { status, submitted } = A2aServer.task(taskId, contextId)
        bus.publish(submitted)
        bus.publish(status(TaskState.TASK_STATE_FAILED, `out of tea, ${secret}`))
        bus.finished()
      })
      const server = yield* A2aServer.open(executor)
      const { failure } = yield* collect((yield* open(server.url)).reply(input()))
      assert.match(failure?.message ?? "", /reports a failure: "out of tea, …"/)
    })
  )

  it.scopedLive("repeats the error of a server that refuses", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open((request, response) => {
        if (request.path === A2aServer.cardPath)
          return void response.end(
            JSON.stringify(AgentCard.toJSON(A2aServer.cardOf(`http://${request.headers.host}`)))
          )
        const { id } = JSON.parse(request.body) as { readonly id: number }
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32603, message: "no cats today" } }))
      })
      const { failure } = yield* collect((yield* open(server.url)).reply(input()))
      assert.match(failure?.message ?? "", /reports a failure: ".*no cats today"/)
    })
  )

  it.scopedLive("keeps its headers to itself where the card names another server", () =>
    Effect.gen(function* () {
      const { executor } = answering("Elsewhere.")
      const other = yield* A2aServer.open(executor)
      const server = yield* AgentServer.open(
        (_, response) => void response.end(JSON.stringify(AgentCard.toJSON(A2aServer.cardOf(other.url))))
      )
      const { events } = yield* collect((yield* open(server.url)).reply(input()))
      assert.deepStrictEqual(events, [{ _tag: "Text", text: "Elsewhere." }])
      assert.strictEqual(server.requests[0]!.headers.authorization, `Bearer ${secret}`)
      assert.isUndefined(other.requests[0]!.headers.authorization)
    })
  )
})
