import { Context, Effect, Layer } from "effect"
import type { Scope } from "effect"
import { Client } from "../conversation/Client.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as Dispatch from "./Dispatch.ts"
import type { Session } from "./Session.ts"
import * as SessionTurn from "./SessionTurn.ts"

type Needs = Effect.Effect.Context<ReturnType<typeof Dispatch.handle>>

interface Callee {
  readonly session: Session
  readonly context: Context.Context<Needs>
  /** Opens when it closes. */
  readonly closed: Effect.Latch
}

/**
 * For what is said to a session by others than its own client, such as the chat of a live stream. It goes to the session
 * that has been open for longest: one that comes later does not take it away.
 */
export class Callers extends Context.Tag("seiyuu/session/Callers")<
  Callers,
  {
    /** Lets others speak to this session for as long as the scope is open. */
    readonly admit: (session: Session) => Effect.Effect<void, never, Needs | Scope.Scope>
    /** Waits until there is a session and nothing is being answered in it. */
    readonly ready: Effect.Effect<void>
    /**
     * Says it, unless a turn runs; the client is told first. Whether it was said. `givenUp` is done if it was, and in vain:
     * a turn has begun all the same before it was answered.
     */
    readonly say: (text: string, givenUp?: Effect.Effect<void>) => Effect.Effect<boolean>
  }
>() {
  static readonly layer = Layer.effect(
    Callers,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const callees = new Set<Callee>()
  const some = yield* Effect.makeLatch(false)
  const first = () => callees.values().next().value

  const ready: Effect.Effect<void> = Effect.suspend(() => {
    const callee = first()
    if (callee === undefined) return Effect.zipRight(some.await, ready)
    return SessionTurn.quiet(callee.session).pipe(
      Effect.provide(callee.context),
      Effect.as(true),
      Effect.raceFirst(Effect.as(callee.closed.await, false)),
      Effect.flatMap((isFree) => (isFree ? Effect.void : ready))
    )
  })

  const say = Effect.fnUntraced(function* (text: string, givenUp: Effect.Effect<void> = Effect.void) {
    const callee = first()
    if (callee === undefined) return false
    const { closed, context, session } = callee
    let said = false
    const next = Effect.gen(function* () {
      if (yield* SessionTurn.isTalking(session)) return undefined
      const client = yield* Client
      yield* client.send({ type: "user-input-transcription", text })
      said = true
      return { message: { type: "text-input", text, images: [] }, givenUp } as const
    })
    yield* Dispatch.handleUnlessTurn(session, next).pipe(
      Effect.provide(context),
      // A client that does not read holds nobody else up than itself.
      Effect.raceFirst(closed.await)
    )
    return said
  })

  return Callers.of({
    ready,
    say,
    admit: (session) =>
      Effect.gen(function* () {
        const context = yield* Effect.context<Needs>()
        const callee: Callee = { session, context, closed: yield* Effect.makeLatch(false) }
        yield* Finalizer.whileOpen(
          () => {
            callees.add(callee)
            some.unsafeOpen()
          },
          () => {
            callees.delete(callee)
            if (callees.size === 0) some.unsafeClose()
            callee.closed.unsafeOpen()
          }
        )
      })
  })
})
