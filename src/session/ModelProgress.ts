import { Effect, Stream } from "effect"
import { Client } from "../conversation/Client.ts"
import { ModelStore } from "../models/ModelStore.ts"
import * as Progress from "../models/Progress.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { say } from "../language/Text.ts"

/**
 * Shows the client how far the download of a model is, as `full-text`, for as long as any of the engines loads that
 * this is put around.
 */
export const forwarding = Effect.gen(function* () {
  // One of them at a time: the store tells of all downloads.
  const speaker = yield* Effect.makeSemaphore(1)
  const client = yield* Client
  const store = yield* ModelStore
  const show = store.progress.pipe(
    // A whole percent once.
    Stream.changesWith(
      (one, other) =>
        one.model === other.model &&
        one.phase === other.phase &&
        Progress.percent(one) === Progress.percent(other)
    ),
    Stream.map((progress) =>
      say("session.fetching", progress.model, say(`session.${progress.phase}`), Progress.percent(progress))
    ),
    // People read it: twice a second is enough.
    Stream.throttle({ cost: () => 1, units: 1, duration: "500 millis", strategy: "enforce" }),
    Stream.runForEach((words) => client.send(ServerMessage.fullText(words))),
    Effect.zipRight(Effect.never)
  )
  return <A, E, R>(load: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.raceFirst(load, speaker.withPermits(1)(show))
})
