import { Deferred, Duration, Effect, Option } from "effect"
import type { Context } from "effect"
import type { AgentInput } from "../agent/Agent.ts"
import { Client } from "../conversation/Client.ts"
import type { TurnToken } from "../conversation/Client.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { say } from "../language/Text.ts"

/** How long the person has to answer. */
const patience = Duration.seconds(60)

type Answer = "allowed" | "refused" | "cannot-ask"

/** The call of a tool that waits for the person's word: one at a time, so that each question can be read. */
export interface ToolConsent {
  readonly turns: Effect.Semaphore
  waiting: { readonly id: string; readonly answer: Deferred.Deferred<Answer> } | undefined
}

export const make = (): ToolConsent => ({ turns: Effect.unsafeMakeSemaphore(1), waiting: undefined })

interface Asking {
  readonly client: Context.Tag.Service<typeof Client>
  readonly consent: ToolConsent
  /** Whether this client understands `tool-consent-request`. */
  readonly understood: () => boolean
  /** The character's name. */
  readonly name: string
  readonly turn: TurnToken
}

type Question = Parameters<NonNullable<AgentInput["consent"]>>[0]

/**
 * Asks the person before a call. One that does not answer in time says no. Interrupting it takes the
 * question back.
 */
export const asking = ({ client, consent, name, turn, understood }: Asking) => {
  const put = ({ id, input, tool }: Question) =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<Answer>()
      consent.waiting = { id, answer }
      yield* client.send(
        {
          type: "tool-consent-request",
          tool_id: id,
          tool_name: tool,
          name,
          arguments: input,
          expires_in: Duration.toSeconds(patience)
        },
        turn
      )
      const said = yield* Effect.timeoutOption(Deferred.await(answer), patience)
      return Option.getOrElse(said, () => "refused" as const)
    }).pipe(Effect.ensuring(Effect.sync(() => (consent.waiting = undefined))))

  const question: NonNullable<AgentInput["consent"]> = (asked) =>
    Effect.suspend(() =>
      understood() ? consent.turns.withPermits(1)(put(asked)) : Effect.succeed("cannot-ask" as const)
    )
  return question
}

/** Whoever could have answered has gone. */
export const giveUp = ({ waiting }: ToolConsent): void => {
  if (waiting !== undefined) Deferred.unsafeDone(waiting.answer, Effect.succeed("cannot-ask"))
}

/** `tool-consent` */
export const answer = Effect.fn("ToolConsent.answer")(function* (
  { waiting }: ToolConsent,
  id: string,
  allowed: boolean
) {
  if (waiting?.id === id) return yield* Deferred.succeed(waiting.answer, allowed ? "allowed" : "refused")
  // A no to what is not asked any more is what it has become.
  if (!allowed) return
  const client = yield* Client
  yield* client.send(ServerMessage.failure(say("session.noConsentWaits", JSON.stringify(id.slice(0, 100)))))
})
