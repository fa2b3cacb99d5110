import { randomUUID } from "node:crypto"
import { Effect, ExecutionStrategy, Exit, Fiber, Ref, Scope } from "effect"
import { Client } from "../conversation/Client.ts"
import { Groups } from "../group/Groups.ts"
import type { ClientMessage } from "../protocol/ClientMessage.ts"
import * as Dispatch from "../session/Dispatch.ts"
import * as Extensions from "../session/Extensions.ts"
import * as GroupMember from "../session/GroupMember.ts"
import * as ProactiveSpeech from "../session/ProactiveSpeech.ts"
import * as OpenSession from "../session/OpenSession.ts"
import type { Session } from "../session/Session.ts"
import * as SessionTurn from "../session/SessionTurn.ts"
import * as WakeGate from "../session/WakeGate.ts"
import * as Attribute from "../telemetry/Attributes.ts"
import { Census } from "../telemetry/Census.ts"
import * as Audience from "./Audience.ts"
import * as Fanout from "./Fanout.ts"
import * as TextQueue from "./TextQueue.ts"

/** A session like any other, whose client is everybody who shares it. */
export interface SharedSession {
  readonly session: Session
  readonly client: Client["Type"]
  readonly fanout: Fanout.Fanout
  readonly texts: TextQueue.TextQueue
  /** Waits until nothing is being answered, be it in its group. */
  readonly quiet: Effect.Effect<void>
  /** Does something in a fiber of the session, and waits for it. It is done to its end, even if whoever waits goes away. */
  readonly perform: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/**
 * Opens a session in the caller's scope, which owns all that goes on in it. To be called where nothing interrupts: what
 * counts the viewers would lose a count.
 */
export const open = Effect.fnUntraced(function* () {
  const scope = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
  // In a fiber that can be interrupted, since all that the session begins takes after it.
  const opening = yield* begin().pipe(Scope.extend(scope), Effect.interruptible, Effect.forkIn(scope))
  return yield* Effect.onError(Fiber.join(opening), (cause) => Scope.close(scope, Exit.failCause(cause)))
})

const begin = Effect.fnUntraced(function* () {
  const scope = yield* Effect.scope
  const fanout = Fanout.make()
  /** What the session sends before it is open is for all. */
  let opened: Session | undefined
  const isForAll = Effect.suspend(() =>
    opened === undefined
      ? Effect.succeed(true)
      : Effect.map(Ref.get(opened.seat), ({ character }) => Extensions.tellsAllOfWaking(character.config))
  )
  const client = Client.of({
    uid: randomUUID(),
    send: (message, turn) => Audience.send(fanout, message, turn, isForAll)
  })
  const texts = yield* TextQueue.make
  return yield* Effect.gen(function* () {
    const session = yield* OpenSession.open(Extensions.ofMany(() => Audience.wishes(fanout)))
    opened = session
    const quiet = SessionTurn.quiet(session).pipe(Effect.provide(yield* Effect.context<Client | Groups>()))
    const shared: SharedSession = {
      session,
      client,
      fanout,
      texts,
      quiet,
      perform: (effect) =>
        Effect.flatMap(Effect.forkIn(effect, scope), (fiber) => Effect.flatten(Fiber.await(fiber)))
    }
    yield* answerInTurn(shared)
    yield* GroupMember.connect(session)
    yield* ProactiveSpeech.begin(session)
    return shared
  }).pipe(Effect.provideService(Client, client), Effect.annotateLogs({ [Attribute.clientUid]: client.uid }))
})

/**
 * Gives the session one text after the other, each when nothing is being answered. In a group a viewer's interrupts the
 * others, as a member's does; one from outside waits until the group is silent, and lets those of viewers pass.
 */
const answerInTurn = Effect.fnUntraced(function* ({ fanout, session, texts }: SharedSession) {
  const census = yield* Census
  const next = Effect.gen(function* () {
    if (fanout.listeners() === 0) return undefined
    const taken = texts.take(yield* SessionTurn.isTalking(session))
    if (taken === undefined) return undefined
    const { from, fromName, images, text } = taken
    const message: ClientMessage = { type: "text-input", text, images }
    const shown = {
      ...(images.length === 0 ? {} : { images }),
      ...(fromName === undefined ? {} : { from_name: fromName })
    }
    yield* fanout.send(
      { type: "user-input-transcription", text, ...shown },
      undefined,
      (seat) => seat !== from
    )
    const givenUp = from === undefined ? Effect.sync(() => texts.putBack(taken)) : undefined
    return { message, givenUp }
  })
  yield* texts.some.pipe(
    // What waits when only those are left that write is not said to an empty room.
    Effect.zipRight(fanout.someListen),
    Effect.zipRight(session.turn.idle),
    // What is still looked through for the wake word may become a turn.
    Effect.zipRight(session.wake.line.idle),
    Effect.zipRight(Effect.raceFirst(SessionTurn.quiet(session), texts.someOfViewers)),
    Effect.zipRight(Dispatch.handleUnlessTurn(session, next)),
    Effect.catchAllDefect((defect) => Effect.logError("answering a text died", defect)),
    Effect.forever,
    census.track("proxy"),
    Effect.forkScoped
  )
})

/** What somebody who comes later is sent instead of what the first one was. */
export const greeting = Effect.fnUntraced(function* ({ client, session }: SharedSession) {
  const { character } = yield* Ref.get(session.seat)
  return [
    ...OpenSession.openingSequence(character, yield* (yield* Groups).info(client.uid)),
    ...(yield* WakeGate.greeting(session, client.uid))
  ]
})
