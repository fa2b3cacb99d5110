import { Context, Effect, Layer, RcRef, Schema } from "effect"
import type { Image } from "../protocol/ClientMessage.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as SharedSession from "./SharedSession.ts"
import type { Priority, TextQueueFull } from "./TextQueue.ts"

/** Something that is said to the character from outside the session's own clients, such as the chat of a live stream. */
export interface Saying {
  /** Who says it; the character hears `sender: text`. Without it, just the text. */
  readonly sender?: string
  readonly text: string
  readonly images?: ReadonlyArray<Image>
  readonly priority: Priority
}

/** Nobody shares a session at the moment, so there is none. No client reads this. */
export class NobodyWatches extends Schema.TaggedError<NobodyWatches>()("NobodyWatches", {}) {
  override get message(): string {
    return "nobody shares the session"
  }
}

/** The one session that all clients of `/proxy-ws` share. It opens with the first of them and closes with the last. */
export class Proxy extends Context.Tag("seiyuu/proxy/Proxy")<
  Proxy,
  {
    /** The session, counted by those who hold it. */
    readonly shared: RcRef.RcRef<SharedSession.SharedSession>
    /** Waits until somebody shares the session, no text waits and nothing is being answered. */
    readonly ready: Effect.Effect<void>
    /** Puts a text in the line of those that wait to be answered. All viewers see it when it is its turn. */
    readonly say: (saying: Saying) => Effect.Effect<void, NobodyWatches | TextQueueFull>
  }
>() {
  static readonly layer = Layer.scoped(
    Proxy,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  let current: SharedSession.SharedSession | undefined
  const opening = yield* Effect.makeLatch(false)
  /** Opens once when the current session closes. */
  let closing = yield* Effect.makeLatch(false)
  const acquire = Effect.gen(function* () {
    const opened = yield* SharedSession.open()
    const closed = yield* Effect.makeLatch(false)
    yield* Finalizer.whileOpen(
      () => {
        current = opened
        closing = closed
        opening.unsafeOpen()
      },
      () => {
        closed.unsafeOpen()
        // The next one may have opened while this one closes.
        if (current !== opened) return
        current = undefined
        opening.unsafeClose()
      }
    )
    return opened
  })
  const ready: Effect.Effect<void> = Effect.suspend(() => {
    if (current === undefined) return Effect.zipRight(opening.await, ready)
    const { fanout, quiet, texts } = current
    return Effect.zipRight(fanout.someListen, Effect.zipRight(texts.none, quiet)).pipe(
      Effect.as(true),
      Effect.raceFirst(Effect.as(closing.await, false)),
      Effect.flatMap((isFree) => (isFree ? Effect.void : ready))
    )
  })
  return Proxy.of({
    ready,
    shared: yield* RcRef.make({ acquire }),
    say: ({ images = [], priority, sender, text }) =>
      Effect.suspend((): Effect.Effect<void, NobodyWatches | TextQueueFull> =>
        current === undefined || current.fanout.listeners() === 0
          ? new NobodyWatches()
          : current.texts.add({
              text: sender === undefined ? text : `${sender}: ${text}`,
              images,
              priority,
              from: undefined
            })
      )
  })
})
