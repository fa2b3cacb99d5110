import { Effect, Layer, Ref, Schema, Stream } from "effect"
import { CurrentConfig } from "../config/CurrentConfig.ts"
import { LiveConfig } from "../config/LiveConfig.ts"
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
  say: ({ sender, text }, givenUp) => say(sender === undefined ? text : `${sender}: ${text}`, givenUp)
}))

const read = Effect.fnUntraced(function* (config: LiveConfig, door: Door) {
  const bridges = yield* Bridges.make(config, Bridges.roomsOf(config))
  if (bridges.length === 0) return
  // What has ended for good has been logged; a change of the configuration may mend it.
  yield* Feed.run(bridges, door, config.chat)
})

/**
 * Reads the live chats that the configuration names, for as long as the server runs. When `live_config` changes, all rooms
 * are left, and those that it names now are joined.
 */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const current = yield* CurrentConfig
    const { system_config } = (yield* Ref.get(current)).config
    const door = yield* system_config.enable_proxy ? ofProxy : ofCallers
    yield* current.changes.pipe(
      Stream.map(({ config }) => config.live_config),
      Stream.changesWith(Schema.equivalence(LiveConfig)),
      Stream.flatMap((config) => Stream.fromEffect(read(config, door)), { switch: true }),
      Stream.runDrain,
      Effect.forkScoped
    )
  })
).pipe(Layer.provide(Proxy.layer))
