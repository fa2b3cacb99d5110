import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Fiber, Layer, Logger, LogLevel, Schema } from "effect"
import type { Bridge } from "../../src/live/Bridge.ts"
import * as BridgeLife from "../../src/live/Bridge.ts"
import type { ChatMessage } from "../../src/live/ChatMessage.ts"
import { LiveConfig } from "../../src/config/LiveConfig.ts"
import { Census } from "../../src/telemetry/Census.ts"
import * as Watch from "../support/Watch.ts"

export const config = Schema.decodeSync(LiveConfig)({})

/** A bridge that is kept in a fiber of the scope, and what it tells. */
export const follow = Effect.fnUntraced(function* (bridge: Bridge) {
  const heard: Array<ChatMessage> = []
  const skipped: Array<ChatMessage> = []
  const { changed, until } = Watch.make()
  const into = (list: Array<ChatMessage>) => (message: ChatMessage) => {
    list.push(message)
    changed()
  }
  const fiber = yield* Effect.forkScoped(BridgeLife.keep(bridge, { hear: into(heard), skip: into(skipped) }))
  return {
    heard,
    skipped,
    until,
    /** Waits for so many messages; their texts. */
    texts: (count: number) =>
      until(() => (heard.length >= count ? heard.map(({ text }) => text) : undefined)),
    ended: Effect.flip(Fiber.join(fiber)),
    leave: Fiber.interrupt(fiber)
  }
})

export const layer = Layer.mergeAll(
  Census.layer,
  NodeHttpClient.layerUndici,
  Logger.minimumLogLevel(LogLevel.None)
)
