import { Clock, Effect } from "effect"
import type { LiveChatConfig } from "../config/LiveConfig.ts"
import { Census } from "../telemetry/Census.ts"
import * as Bridge from "./Bridge.ts"
import type { Listener } from "./ChatMessage.ts"
import * as ChatQueue from "./ChatQueue.ts"
import type { Door, Said } from "./Door.ts"
import * as Sieve from "./Sieve.ts"

/** Somebody was faster, or has just gone: when it is tried again whether the character may be spoken to, in ms. */
const againAfter = 250

/**
 * Reads all bridges and says to the character what is fit for it, a text at a time and whenever it may be spoken to. Ends
 * when no bridge is left, with the failure of the last one.
 */
export const run = Effect.fnUntraced(function* (
  bridges: ReadonlyArray<Bridge.Bridge>,
  door: Door,
  config: LiveChatConfig
) {
  const sieve = Sieve.make(config)
  const queue = yield* ChatQueue.make(config.most_waiting)
  const clock = yield* Effect.clock

  const reading = Effect.forEach(
    bridges,
    (bridge) =>
      Bridge.keep(bridge, listenerOf(sieve, queue, clock)).pipe(
        Effect.tapError((failure) => Effect.logError(failure.message)),
        Effect.flip
      ),
    { concurrency: "unbounded" }
  )
  return yield* Effect.raceFirst(reading, saying(queue, door, config))
})

const listenerOf = (sieve: Sieve.Sieve, queue: ChatQueue.ChatQueue, clock: Clock.Clock): Listener => ({
  skip: (message) => sieve.skip(message, clock.unsafeCurrentTimeMillis()),
  hear: (message) => {
    const now = clock.unsafeCurrentTimeMillis()
    const verdict = sieve.judge(message, now)
    if (verdict._tag === "Passed")
      queue.add({ name: verdict.name, text: verdict.text, paid: message.paid, since: now })
  }
})

/** Says the texts, one after the other. */
const saying = Effect.fnUntraced(function* (queue: ChatQueue.ChatQueue, door: Door, config: LiveChatConfig) {
  const census = yield* Census
  const next = Effect.gen(function* () {
    yield* queue.some
    // What is to be said is chosen as late as possible: meanwhile somebody may have paid for something.
    yield* door.ready
    const now = yield* Clock.currentTimeMillis
    const text = queue.take(now - config.longest_wait_seconds * 1000)
    if (text === undefined) return
    const putBack = Effect.sync(() => queue.putBack(text))
    const said: Said = {
      ...(config.with_names && text.name !== "" ? { sender: text.name } : {}),
      text: text.text,
      priority: text.paid ? "paid" : "usual"
    }
    const taken = yield* door.say(said, putBack)
    if (!taken) yield* putBack
    yield* Effect.sleep(taken ? config.seconds_between * 1000 : againAfter)
  })
  return yield* next.pipe(
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(Effect.logError("saying a text of the chat died", defect), Effect.sleep("1 second"))
    ),
    Effect.forever,
    census.track("live-feed")
  )
})
