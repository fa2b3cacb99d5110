import { Effect, Layer, Ref } from "effect"
import { CurrentConfig } from "../config/CurrentConfig.ts"
import { Proxy } from "../proxy/Proxy.ts"
import { Callers } from "../session/Callers.ts"
import * as Bridges from "./Bridges.ts"
import type { Door } from "./Door.ts"
import * as Feed from "./Feed.ts"

/** Into the session that all clients of `/proxy-ws` share. */
const ofProxy = Effect.map(Proxy, ({ ready, say }): Door => ({
  ready,
  say: (said) =>
    say(said).pipe(
      Effect.as(true),
      // Whoever was there has gone, or others have filled the line meanwhile.
      Effect.orElseSucceed(() => false)
    )
}))

/** Into the session of `/client-ws` that has been open for longest. */
const ofCallers = Effect.map(Callers, ({ ready, say }): Door => ({
  ready,
  say: ({ sender, text }) => say(sender === undefined ? text : `${sender}: ${text}`)
}))

/** Reads the live chats that the configuration names, for as long as the server runs. */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const { live_config, system_config } = (yield* Ref.get(yield* CurrentConfig)).config
    const bridges = yield* Bridges.make(live_config, Bridges.roomsOf(live_config))
    if (bridges.length === 0) return
    const door = yield* system_config.enable_proxy ? ofProxy : ofCallers
    // What has ended for good has been logged.
    yield* Effect.forkScoped(Feed.run(bridges, door, live_config.chat))
  })
).pipe(Layer.provide(Proxy.layer))
