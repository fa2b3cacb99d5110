import { Effect, ExecutionStrategy, Ref, Scope } from "effect"
import { Tokens } from "../agent/Tokens.ts"
import { Characters } from "../config/Characters.ts"
import type { ModelDict } from "../config/ModelDict.ts"
import { Client } from "../conversation/Client.ts"
import { Groups } from "../group/Groups.ts"
import { History } from "../history/History.ts"
import { say } from "../language/Text.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import { Census } from "../telemetry/Census.ts"
import * as Extensions from "./Extensions.ts"
import * as LiveCharacter from "./LiveCharacter.ts"
import { Session } from "./Session.ts"
import type { Seat, Services } from "./Session.ts"
import { SessionRegistry } from "./SessionRegistry.ts"

/** The character that will be seated for a client. */
export type Guest = LiveCharacter.Announced

/** Whom a client will talk to at first: the character of `conf.yaml`. */
export const invite = (
  client: Pick<Client["Type"], "uid">
): Effect.Effect<Guest, never, Characters | ModelDict> =>
  Effect.flatMap(Characters, ({ base }) =>
    Effect.flatMap(base, (config) => LiveCharacter.announce(config, client))
  )

/**
 * Opens a session in the caller's scope for a client that has been greeted. Returns while the character's engines are
 * still warming up.
 *
 * Finalizers run newest first, so the order of the steps below is the shutdown order read backwards: the turn and a
 * switch in progress stop (they start later than all of this), then warm-ups, and only then do the resources close that
 * they were using.
 */
export const seat = Effect.fnUntraced(function* (guest: Guest, extensions = Extensions.ofOne()) {
  const client = yield* Client
  const registry = yield* SessionRegistry
  const own = yield* Effect.scope
  const services: Services = {
    census: yield* Census,
    clock: yield* Effect.clock,
    groups: yield* Groups,
    history: yield* History,
    tokens: yield* Tokens
  }

  const characters = yield* Scope.fork(own, ExecutionStrategy.sequential)
  const scope = yield* Scope.fork(characters, ExecutionStrategy.sequential)
  const character = yield* LiveCharacter.open(guest, scope)
  const seat = Ref.unsafeMake<Seat>({ character, scope })
  const session = new Session({ seat, characters, extensions }, client, own, services)
  yield* Finalizer.add(session.leaveHistory)
  yield* registry.register({
    uid: client.uid,
    character: Effect.map(Ref.get(seat), ({ character }) => character.config.conf_name),
    tell: (message) => (extensions.configChanges ? client.send(message) : Effect.void)
  })
  if (character.wakeWords !== undefined) yield* session.wake.state.report
  return session
})

/** Greets the client and seats its character. */
export const open = Effect.fnUntraced(function* (extensions?: Extensions.Extensions) {
  const client = yield* Client
  const guest = yield* invite(client)
  yield* Effect.forEach(openingSequence(guest), (message) => client.send(message), { discard: true })
  return yield* seat(guest, extensions)
})

const alone: ServerMessage.ServerMessage = { type: "group-update", members: [], is_owner: false }

/** What a client is sent before anything else. `group`: its `group-update`. */
export const openingSequence = (
  { announcement }: Pick<LiveCharacter.LiveCharacter, "announcement">,
  group: ServerMessage.ServerMessage = alone
): ReadonlyArray<ServerMessage.Outgoing> => [
  group,
  ServerMessage.fullText(say("session.connected")),
  announcement,
  group,
  ServerMessage.control("start-mic")
]
