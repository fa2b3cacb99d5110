import { Deferred, Effect, FiberId, Option } from "effect"

/** Done when an answer has stopped, or has left the line: then with the one that it waited for. */
interface Place extends Deferred.Deferred<Place | undefined> {}

const over = (place: Place): Effect.Effect<void> =>
  Effect.flatMap(Deferred.await(place), (before) => (before === undefined ? Effect.void : over(before)))

/** The one that is still waited for: that place, or the one that it has passed on. */
const unfinished = (place: Place | undefined): Effect.Effect<Place | undefined> =>
  place === undefined
    ? Effect.succeed(undefined)
    : Effect.flatMap(
        Deferred.poll(place),
        Option.match({ onNone: () => Effect.succeed(place), onSome: Effect.flatMap(unfinished) })
      )

/** One answer of a conversation after the other: what has been evaluated for it lies in the slot of the last one. */
export const make = () => {
  /** The latest answer of each conversation that waits, is being written, or is still stopping. */
  const latest = new Map<string, Place>()

  return <A, E>(conversation: string | undefined, answer: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    conversation === undefined
      ? answer
      : Effect.uninterruptibleMask((restore) =>
          Effect.suspend(() => {
            const before = latest.get(conversation)
            const place: Place = Deferred.unsafeMake<Place | undefined>(FiberId.none)
            latest.set(conversation, place)
            let begun = false
            const waited = restore(before === undefined ? Effect.void : over(before))
            const end = Effect.gen(function* () {
              const next = begun ? undefined : yield* unfinished(before)
              if (latest.get(conversation) === place) {
                if (next === undefined) latest.delete(conversation)
                else latest.set(conversation, next)
              }
              yield* Deferred.succeed(place, next)
            })
            const written = Effect.suspend(() => {
              begun = true
              return restore(answer)
            })
            return Effect.ensuring(Effect.zipRight(waited, written), end)
          })
        )
}
