import { Effect, ExecutionStrategy, Exit, FiberHandle, Ref, Scope } from "effect"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import { Characters } from "../config/Characters.ts"
import { Client } from "../conversation/Client.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { Census } from "../telemetry/Census.ts"
import * as LiveCharacter from "./LiveCharacter.ts"
import type { Seat, Session } from "./Session.ts"

/**
 * `switch-config`: begins a switch in the background and returns. The old character answers until the new one's
 * agent is ready; another switch interrupts this one; a failed one leaves the old character in place.
 */
export const handle = Effect.fn("SwitchConfig.handle")(function* (session: Session, file: string) {
  const client = yield* Client
  const census = yield* Census
  const characters = yield* Characters
  yield* FiberHandle.clear(session.switching)
  yield* characters.resolve(file).pipe(
    Effect.flatMap((config) => replace(session, config, file)),
    Effect.catchAll((failure) =>
      client.send(ServerMessage.failure(`Error switching configuration: ${failure.message}`))
    ),
    census.track("switch"),
    FiberHandle.run(session.switching)
  )
})

/** Warms the new character up in a scope of its own, swaps, then closes the old one's. */
const replace = Effect.fn("SwitchConfig.replace")(function* (
  session: Session,
  config: CharacterConfig,
  file: string
) {
  let seated = false
  const take = (next: Seat) =>
    Effect.zipRight(
      Effect.sync(() => (seated = true)),
      swap(session, next, file)
    )

  yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const scope = yield* Scope.fork(session.characters, ExecutionStrategy.sequential)
      yield* restore(
        Effect.gen(function* () {
          const character = yield* Scope.extend(LiveCharacter.open(config), scope)
          yield* character.services.agent
          yield* session.exclusive.withPermits(1)(Effect.uninterruptible(take({ character, scope })))
        })
      ).pipe(Effect.onExit((exit) => (seated ? Effect.void : Scope.close(scope, exit))))
    })
  )
})

const swap = Effect.fn("SwitchConfig.swap")(function* (session: Session, next: Seat, file: string) {
  const client = yield* Client
  yield* session.turn.interrupt()
  yield* session.history
    .set(undefined)
    .pipe(Effect.catchAll((failure) => Effect.logWarning("an empty conversation was not removed", failure)))
  yield* session.memory.reset([])
  const before = yield* Ref.getAndSet(session.seat, next)
  yield* client.send(next.character.announcement)
  yield* client.send({ type: "config-switched", message: `Switched to config: ${file}` })
  yield* Scope.close(before.scope, Exit.void)
})
