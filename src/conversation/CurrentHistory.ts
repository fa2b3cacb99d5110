import { Effect } from "effect"
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
  let current: string | undefined

  /** An empty conversation that stays is no reason to fail: the next start removes it. */
  const discard = (uid: string | undefined) =>
    uid === undefined
      ? Effect.void
      : Effect.flatMap(confUid, (conf) => history.discardIfEmpty(conf, uid)).pipe(
          Effect.catchAll((failure) => Effect.logWarning("an empty conversation was not removed", failure))
        )

  const started = Effect.gen(function* () {
    const uid = yield* history.create(yield* confUid)
    return (current = uid)
  })

  const appendTo = (uid: string, messages: ReadonlyArray<NewMessage>) =>
    Effect.flatMap(confUid, (conf) =>
      Effect.map(history.append(conf, uid, messages), (ids) => ({ uid, ids }))
    )

  return {
    uid: Effect.sync(() => current),
    leave: Effect.suspend(() => discard(current)),
    set: (uid) =>
      Effect.suspend(() => {
        const before = current
        current = uid
        return before === uid ? Effect.void : discard(before)
      }),
    append: (messages) =>
      Effect.suspend(() => {
        const toNew = Effect.flatMap(started, (uid) => appendTo(uid, messages))
        const toCurrent = () => (current === undefined ? toNew : appendTo(current, messages))
        // Another client may have deleted the conversation meanwhile, or this one may have left it while it was empty.
        return Effect.catchTag(toCurrent(), "HistoryNotFound", ({ uid }) =>
          current === uid ? toNew : toCurrent()
        )
      })
  }
}
