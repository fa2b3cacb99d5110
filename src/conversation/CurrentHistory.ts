import { Effect, Ref } from "effect"
import type { History, HistoryFailed, HistoryNotFound, NewMessage } from "../history/History.ts"

/**
 * Which stored conversation a session is in. There may be none (at first, and after the current one was deleted):
 * the first message then starts one, so that nothing said is lost.
 */
export interface CurrentHistory {
  readonly uid: Effect.Effect<string | undefined>
  /** Forgets the current conversation if nothing was said in it. */
  readonly leave: Effect.Effect<void>
  /** Makes another conversation current; the one before is forgotten if nothing was said in it. */
  readonly set: (uid: string | undefined) => Effect.Effect<void>
  /** Stores messages in the current conversation, and says in which. */
  readonly append: (
    messages: ReadonlyArray<NewMessage>
  ) => Effect.Effect<
    { readonly uid: string; readonly ids: ReadonlyArray<number> },
    HistoryFailed | HistoryNotFound
  >
}

/** `confUid`: of the character that answers now. */
export const make = (confUid: Effect.Effect<string>, history: History["Type"]): CurrentHistory => {
  const current = Ref.unsafeMake<string | undefined>(undefined)

  /** An empty conversation that stays is no reason to fail: the next start removes it. */
  const discard = (uid: string | undefined) =>
    uid === undefined
      ? Effect.void
      : Effect.flatMap(confUid, (conf) => history.discardIfEmpty(conf, uid)).pipe(
          Effect.catchAll((failure) => Effect.logWarning("an empty conversation was not removed", failure))
        )

  const started = Effect.gen(function* () {
    const uid = yield* history.create(yield* confUid)
    yield* Ref.set(current, uid)
    return uid
  })

  const appendTo = (uid: string, messages: ReadonlyArray<NewMessage>) =>
    Effect.flatMap(confUid, (conf) => history.append(conf, uid, messages)).pipe(
      Effect.map((ids) => ({ uid, ids }))
    )

  return {
    uid: Ref.get(current),
    leave: Effect.flatMap(Ref.get(current), discard),
    set: (uid) =>
      Effect.flatMap(Ref.getAndSet(current, uid), (before) =>
        before === uid ? Effect.void : discard(before)
      ),
    append: (messages) =>
      Ref.get(current).pipe(
        Effect.flatMap((uid) => (uid === undefined ? started : Effect.succeed(uid))),
        Effect.flatMap((uid) => appendTo(uid, messages)),
        // Another client may have deleted the conversation meanwhile.
        Effect.catchTag("HistoryNotFound", () => Effect.flatMap(started, (uid) => appendTo(uid, messages)))
      )
  }
}
