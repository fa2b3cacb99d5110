import { Deferred, Duration, Effect, Option } from "effect"
import type { AgentInput } from "../agent/Agent.ts"
import { Client } from "../conversation/Client.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"

/** How long the person has to answer. */
const patience = Duration.seconds(60)

/** Calls of tools that wait for the person's word. */
export interface ToolConsent {
  readonly waiting: Map<string, Deferred.Deferred<boolean>>
}

export const make = (): ToolConsent => ({ waiting: new Map() })

interface Asking {
  readonly consent: ToolConsent
  /** Whether this client understands `tool-consent-request`. */
  readonly understood: () => boolean
  /** The character's name. */
  readonly name: string
}

/**
 * Asks the person before a call. A client that cannot ask, or does not answer in time, says no. Interrupting it takes the
 * question back.
 */
export const ask = Effect.fnUntraced(function* ({ consent, name, understood }: Asking) {
  const client = yield* Client
  const question: NonNullable<AgentInput["consent"]> = ({ id, input, tool }) =>
    Effect.gen(function* () {
      if (!understood()) return false
      const answer = yield* Deferred.make<boolean>()
      consent.waiting.set(id, answer)
      yield* client.send({
        type: "tool-consent-request",
        tool_id: id,
        tool_name: tool,
        name,
        arguments: input,
        expires_in: Duration.toSeconds(patience)
      })
      return Option.getOrElse(yield* Effect.timeoutOption(Deferred.await(answer), patience), () => false)
    }).pipe(Effect.ensuring(Effect.sync(() => consent.waiting.delete(id))))
  return question
})

/** `tool-consent` */
export const answer = Effect.fn("ToolConsent.answer")(function* (
  { waiting }: ToolConsent,
  id: string,
  allowed: boolean
) {
  const question = waiting.get(id)
  if (question !== undefined) return yield* Deferred.succeed(question, allowed)
  const client = yield* Client
  yield* client.send(
    ServerMessage.failure(
      `tool-consent: nothing waits for an answer about ${JSON.stringify(id.slice(0, 100))}. It may have been too late.`
    )
  )
})
