import { Effect, Stream } from "effect"
import { Client } from "../conversation/Client.ts"
import { ModelStore } from "../models/ModelStore.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"

/** Shows the client how far the download of a model is, as `full-text`, for as long as an engine loads. */
export const forwarding = Effect.gen(function* () {
  const client = yield* Client
  const store = yield* ModelStore
  const show = store.progress.pipe(
    Stream.map(({ model, phase, received, total }) => `${phase} ${model}: ${Math.floor((100 * received) / total)} %`),
    Stream.changes,
    Stream.runForEach((text) => client.send(ServerMessage.fullText(text))),
    Effect.zipRight(Effect.never)
  )
  return <A, E, R>(load: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => Effect.raceFirst(load, show)
})
