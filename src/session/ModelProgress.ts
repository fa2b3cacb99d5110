import { Effect, Stream } from "effect"
import { Client } from "../conversation/Client.ts"
import { ModelStore } from "../models/ModelStore.ts"
import * as Progress from "../models/Progress.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"

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
    Stream.map(
      (progress) => `Fetching the model ${progress.model}: ${progress.phase}, ${Progress.percent(progress)} %`
    ),
    Stream.changes,
    // People read it: twice a second is enough.
    Stream.throttle({ cost: () => 1, units: 1, duration: "500 millis", strategy: "enforce" }),
    Stream.runForEach((text) => client.send(ServerMessage.fullText(text))),
    Effect.zipRight(Effect.never)
  )
  return <A, E, R>(load: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.raceFirst(load, speaker.withPermits(1)(show))
})
