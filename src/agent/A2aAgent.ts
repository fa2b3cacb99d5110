import { randomUUID } from "node:crypto"
import { Role } from "@a2a-js/sdk"
import type { SendMessageRequest } from "@a2a-js/sdk"
import type { Client } from "@a2a-js/sdk/client"
import type * as Undici from "@effect/platform-node/Undici"
import { Duration, Effect, Exit, Fiber, Redacted, Scope, Stream } from "effect"
import type { A2aAgentConfig } from "../config/RemoteAgentConfig.ts"
import * as A2aClient from "./A2aClient.ts"
import * as A2aMessages from "./A2aMessages.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import type { Agent, AgentInput } from "./Agent.ts"
import * as AgentFailure from "./AgentFailure.ts"
import * as RemoteAnswer from "./RemoteAnswer.ts"
import { say } from "../language/Text.ts"

/** An agent that does not confirm within this time that it has stopped is left alone. */
const cancelling = "2 seconds"

/** `a2a_agent`: an agent that speaks the Agent2Agent protocol. It keeps its own memory, one for each conversation. */
export const open = Effect.fn("A2aAgent.open")(function* (http: Undici.Dispatcher, config: A2aAgentConfig) {
  const cancels = yield* cancelScope
  const fetch = RemoteAnswer.boundedFetchOver(http)
  const headers = Object.fromEntries(
    Object.entries(config.headers).map(([name, value]) => [name.toLowerCase(), Redacted.value(value)])
  )
  const describe = AgentFailure.describe({
    agent: "a2a_agent",
    address: config.url,
    secrets: AgentFailure.secretsOf(config.headers),
    addressKeys: "url",
    timeoutKey: "timeout",
    secretKeys: "headers",
    unknown: {
      detail: say("agent.noAgentThere"),
      advice: say("agent.cardBelow")
    }
  })

  let client: Client | undefined
  /** Where the latest conversation stands on the agent's side. */
  let latest: { readonly conversation: string; readonly place: A2aMessages.Place } | undefined

  const ask = async (message: SendMessageRequest, signal: AbortSignal) => {
    client ??= await A2aClient.connect(fetch, config, headers, signal)
    return client.sendMessageStream(message, { signal })
  }

  /** No turn waits for the agent's answer to that. */
  const cancel = (taskId: string) =>
    Effect.tryPromise((signal) =>
      client!.cancelTask({ tenant: "", id: taskId, metadata: undefined }, { signal })
    ).pipe(Effect.timeout(cancelling), Effect.ignore, Effect.interruptible, cancels.fork)

  const reply = (input: AgentInput) => {
    let messages = A2aMessages.make()
    const before = latest?.conversation === input.conversation ? latest.place : undefined
    const message = messageOf(input, before)
    return Stream.ensuring(
      RemoteAnswer.stream({
        silence: Duration.seconds(config.timeout),
        ask: (signal) => ask(message, signal),
        explain: A2aClient.explain,
        read: (response) => messages.read(response),
        end: Effect.suspend(() => messages.end),
        reset: () => void (messages = A2aMessages.make()),
        describe
      }),
      Effect.suspend(() => {
        const place = messages.place()
        if (place.contextId !== "") latest = { conversation: input.conversation, place }
        return place.running ? cancel(place.taskId) : Effect.void
      })
    ).pipe(Stream.withSpan("A2aAgent.reply"))
  }
  const agent: Agent = { reply }
  return agent
})

/**
 * Where tasks are cancelled: it closes with the scope of the agent, but waits for them then. A client that goes away
 * in the middle of an answer closes that scope at once.
 */
const cancelScope = Effect.gen(function* () {
  const running = new Set<Fiber.RuntimeFiber<void>>()
  const scope = yield* Scope.make()
  yield* Finalizer.add(
    Effect.suspend(() => Fiber.awaitAll(running)).pipe(Effect.zipRight(Scope.close(scope, Exit.void)))
  )
  const fork = (cancel: Effect.Effect<void>) =>
    Effect.map(Effect.forkIn(cancel, scope), (fiber) => {
      running.add(fiber)
      fiber.addObserver(() => running.delete(fiber))
    })
  return { fork }
})

const messageOf = (input: AgentInput, before: A2aMessages.Place | undefined): SendMessageRequest => ({
  tenant: "",
  configuration: undefined,
  metadata: undefined,
  message: {
    messageId: randomUUID(),
    contextId: before?.contextId ?? "",
    taskId: before?.asks === true ? before.taskId : "",
    role: Role.ROLE_USER,
    parts: [
      ...(input.text === "" ? [] : [part({ $case: "text", value: input.text }, "text/plain")]),
      ...input.images.map(({ base64, mimeType }) =>
        part({ $case: "raw", value: Buffer.from(base64, "base64") }, mimeType)
      )
    ],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: []
  }
})

type Part = NonNullable<SendMessageRequest["message"]>["parts"][number]

const part = (content: Part["content"], mediaType: string): Part => ({
  content,
  metadata: undefined,
  filename: "",
  mediaType
})
