import { Effect, ExecutionStrategy, Ref, Scope } from "effect"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import { Characters } from "../config/Characters.ts"
import { Client } from "../conversation/Client.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { Census } from "../telemetry/Census.ts"
import * as LiveCharacter from "./LiveCharacter.ts"
import * as ProactiveSpeech from "./ProactiveSpeech.ts"
import * as Remembering from "./Remembering.ts"
import * as SessionTurn from "./SessionTurn.ts"
import type { Seat, Session } from "./Session.ts"
import * as WakeGate from "./WakeGate.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/**
 * `switch-config`: begins a switch in the background and returns. The old character answers until the new one's
 * agent is ready; another switch interrupts this one, of which the client is told; a failed one leaves the old character in place.
 */
export const handle = Effect.fn("SwitchConfig.handle")(function* (session: Session, file: string) {
  const client = yield* Client
  const census = yield* Census
  const characters = yield* Characters
  const { switching } = session
  const failed = (reason: Words) => {
    switching.unanswered = undefined
    return client.send(ServerMessage.failure(say("session.switchFailed", reason)))
  }

  yield* switching.slot.stop
  if (switching.unanswered !== undefined)
    yield* failed(say("session.switchGivenUp", switching.unanswered, file))
  switching.unanswered = file
  yield* characters.resolve(file).pipe(
    Effect.flatMap((config) => replace(session, config, file)),
    Effect.catchAll((failure) => failed(failure.words)),
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(Effect.logError("a switch died", defect), failed(say("session.switchDied")))
    ),
    census.track("switch"),
    (replacing) => switching.slot.start(replacing)
  )
})

/** Warms the new character up in a scope of its own, swaps, then closes the old one's. */
const replace = Effect.fn("SwitchConfig.replace")(function* (
  session: Session,
  config: CharacterConfig,
  file: string
) {
  const client = yield* Client
  yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const scope = yield* Scope.fork(session.characters, ExecutionStrategy.sequential)
      let before: Seat | undefined
      const open = LiveCharacter.announce(config, client).pipe(
        Effect.flatMap((announced) => LiveCharacter.open(announced, scope)),
        Effect.tap(({ services }) => services.agent),
        Effect.flatMap((character) =>
          session.exclusive.alone(
            Effect.gen(function* () {
              yield* SessionTurn.leave(session)
              yield* Remembering.stopLearning(session)
              // What is being said now is transcribed as a whole, by the new character's recogniser.
              yield* session.listening.cancel
              before = yield* Effect.uninterruptible(swap(session, { character, scope }))
              yield* ProactiveSpeech.follow(session)
              yield* client.send(character.announcement)
              session.switching.unanswered = undefined
              yield* client.send({ type: "config-switched", message: say("session.switched", file) })
              yield* WakeGate.reseat(session)
            })
          )
        )
      )
      // Whichever of the two characters is not seated now goes.
      yield* restore(open).pipe(Effect.onExit((exit) => Scope.close(before?.scope ?? scope, exit)))
    })
  )
})

/** Seats the new character, in a conversation of its own, and answers the seat of the one before. */
const swap = Effect.fnUntraced(function* (session: Session, next: Seat) {
  yield* session.history.set(undefined)
  yield* session.memory.reset([])
  return yield* Ref.getAndSet(session.seat, next)
})
