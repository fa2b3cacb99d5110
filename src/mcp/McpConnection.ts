import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { SseError } from "@modelcontextprotocol/sdk/client/sse.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import {
  CallToolResultSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema
} from "@modelcontextprotocol/sdk/types.js"
import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js"
import { Deferred, Effect, identity, Queue } from "effect"
import type { Scope } from "effect"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as CallFailure from "./CallFailure.ts"
import type { Clean } from "./EntrySecrets.ts"
import { NotConnected } from "./NotConnected.ts"
import * as ToolList from "./ToolList.ts"
import { english, say } from "../language/Text.ts"

/** One connection to a server, from the handshake to its end. */
export interface McpConnection {
  /** The tools as the server last listed them. */
  readonly tools: Effect.Effect<ReadonlyArray<Tool>>
  /** Fails with whatever the SDK failed with. Interrupting it tells the server. */
  readonly call: (
    tool: string,
    input: Readonly<Record<string, unknown>>
  ) => Effect.Effect<CallToolResult, CallFailure.Raw>
  /** Waits until the connection is of no use any more. */
  readonly ended: Effect.Effect<void>
}

export interface Options {
  readonly name: string
  /** What this program says that it is. */
  readonly version: string
  /** How long a call may take without any sign of progress, in ms. */
  readonly timeout: number
  /** Whether the other side can go without the transport's noticing: after each error it is asked whether it is there. */
  readonly remote: boolean
  /** Takes the entry's secrets out of what the server says, before it is logged. */
  readonly clean?: Clean
}

/** How long the handshake and the first list may take: programs that are fetched first need the most of it. */
const startTime = 60_000

/** A call that shows progress may take this long at most, in ms, or its own time if that is longer. */
const longestCall = 600_000

/** How long a server that is asked whether it is there may take, in ms. */
const answerTime = 10_000

/** Messages of a server that wait to be logged; further ones are dropped. */
const mostMessages = 256

/** How much of one is logged, in characters. */
const longestMessage = 4096

/** Shakes hands over a transport, which is closed with the scope, and lists the server's tools. */
export const open = Effect.fn("McpConnection.open")(function* (
  transport: Transport,
  options: Options
): Effect.fn.Return<McpConnection, CallFailure.Raw, Scope.Scope> {
  const ended = yield* Deferred.make<void>()
  const end = () => Deferred.unsafeDone(ended, Effect.void)
  const changes = yield* Queue.sliding<void>(1)
  const troubles = yield* Queue.sliding<void>(1)
  const messages = yield* Queue.dropping<string>(mostMessages)
  const { clean = identity } = options
  const note = (text: string) => void messages.unsafeOffer(copyOf(clean(text).slice(0, longestMessage)))

  // Nothing is offered to servers: they may not ask the person, nor the model, nor see folders.
  const client = new Client({ name: "seiyuu", version: options.version }, { capabilities: {} })
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it has no other way.
  client.onclose = end
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  client.onerror = (error) => {
    note(english(CallFailure.wordsOf(error)))
    // Its transport would go on in a session that has had no handshake, and where no call is under way.
    if (error instanceof SseError) void client.close()
    else if (options.remote) troubles.unsafeOffer(undefined)
  }
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes.unsafeOffer(undefined))
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    note(`${params.level}: ${textOf(params.data)}`)
  })
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.flatMap(Queue.take(messages), (text) => Effect.logDebug(`MCP server ${options.name}: ${text}`))
    )
  )

  // Requests that are under way end with the connection.
  yield* Finalizer.add(Effect.promise(() => client.close()))
  yield* Effect.timeoutFail(
    CallFailure.attempt((signal) => client.connect(transport, { signal, timeout: startTime })),
    { duration: startTime, onTimeout: () => slow }
  )

  const { name } = options
  const { tools } = yield* ToolList.open({ client, name, changes, time: startTime, slow, clean })
  const isThere = CallFailure.attempt((signal) => client.ping({ signal, timeout: answerTime })).pipe(
    Effect.catchIf(CallFailure.isAnswer, () => Effect.void)
  )
  yield* Queue.take(troubles).pipe(
    Effect.zipRight(isThere),
    Effect.forever,
    // Closing it fails the calls that wait for an answer.
    Effect.catchAll(() => Effect.promise(() => client.close())),
    Effect.forkScoped
  )

  return {
    tools,
    call: (name, input) =>
      CallFailure.attempt((signal) =>
        // Not `callTool`, which refuses an answer that does not fit the tool's output schema: a model can read it all the same.
        client.request({ method: "tools/call", params: { name, arguments: input } }, CallToolResultSchema, {
          signal,
          timeout: options.timeout,
          maxTotalTimeout: Math.max(options.timeout, longestCall),
          resetTimeoutOnProgress: true,
          // Without somebody who listens the server is not asked for progress.
          onprogress: () => {}
        })
      ).pipe(
        // It may be busy, or it hangs and will answer no other call either.
        Effect.tapError((failure) =>
          Effect.sync(() => CallFailure.timedOut(failure) && troubles.unsafeOffer(undefined))
        ),
        Effect.catchAll(({ error }) =>
          Effect.flatMap(Deferred.isDone(ended), (ended) => new CallFailure.Raw({ error, ended }))
        )
      ),
    ended: Deferred.await(ended)
  }
})

const slow = new CallFailure.Raw({
  error: new NotConnected({
    reason: say("tools.notReady", startTime / 1000),
    advice: say("tools.startByHandWaits")
  })
})

/** A part of a text keeps the whole of it in memory. */
const copyOf = (text: string): string => Buffer.from(text).toString()

const textOf = (data: unknown): string => (typeof data === "string" ? data : (JSON.stringify(data) ?? ""))
