import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { ask, tick } from "../support/Talk.ts"
import * as Viewers from "../support/Viewers.ts"

describe("a viewer", () => {
  it.effect("that does not read is dropped alone, once others are ahead of it by more than may wait", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        const viewers = yield* Viewers.audience(3)
        const [one, two, three] = viewers as [Viewers.Joined, Viewers.Joined, Viewers.Joined]
        three.stall()
        for (let count = 0; count < Viewers.capacity + 1; count++) yield* one.send({ type: "fetch-configs" })
        expect(viewers.map(({ dropped }) => dropped())).toEqual([false, false, true])
        expect(two.received).toHaveLength(Viewers.capacity + 1)
        yield* one.send({ type: "fetch-configs" })
        expect(two.received).toHaveLength(Viewers.capacity + 2)
        yield* Viewers.leaveAll(viewers)
      })
    )
  )

  it.effect("is waited for while nobody reads", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        const viewers = yield* Viewers.audience(2)
        const [one, two] = viewers as [Viewers.Joined, Viewers.Joined]
        one.stall()
        two.stall()
        for (let count = 0; count < Viewers.capacity; count++) yield* one.send({ type: "fetch-configs" })
        const sending = yield* Effect.fork(one.send({ type: "fetch-backgrounds" }))
        yield* tick
        expect(sending.unsafePoll()).toBeNull()
        one.resume()
        yield* Fiber.join(sending)
        expect(one.received).toHaveLength(Viewers.capacity + 1)
        expect(viewers.map(({ dropped }) => dropped())).toEqual([false, true])
        yield* Viewers.leaveAll(viewers)
      })
    )
  )

  it.effect("that comes later joins the conversation of the others, unless it asks again", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        const one = yield* Viewers.join()
        yield* one.send({ type: "create-new-history" })
        const two = yield* Viewers.join()
        yield* TestClock.adjust("3 seconds")
        yield* one.send(ask("Hi"))
        yield* tick
        one.received.length = two.received.length = 0
        const current = { type: "new-history-created", history_uid: [...world.stored.keys()][0] }
        yield* two.send({ type: "create-new-history" })
        expect(two.received).toEqual([current])
        expect(one.received).toEqual([])
        yield* two.send({ type: "create-new-history" })
        expect(two.seen()).toEqual(["new-history-created", "conversation-chain-end", "new-history-created"])
        expect(one.seen()).toEqual(["conversation-chain-end", "new-history-created"])
        yield* Viewers.leaveAll([one, two])
      })
    )
  )

  it.effect("gets no message of an extension that it has not asked for", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        const viewers = yield* Viewers.audience(2)
        yield* viewers[0]!.send({ type: "use-extensions", config_changes: true })
        yield* (yield* SessionRegistry).tell({ type: "config-changed", files: [], message: "" })
        expect(viewers[0]!.seen()).toEqual(["extensions-in-use", "config-changed"])
        expect(viewers[1]!.seen()).toEqual([])
        yield* Viewers.leaveAll(viewers)
      })
    )
  )

  it.effect("that leaves while what it has asked for is done takes nothing of it away from the others", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        for (let steps = 1; steps <= 24; steps++) {
          const viewers = yield* Viewers.audience(2)
          const [one, two] = viewers as [Viewers.Joined, Viewers.Joined]
          yield* two.send(ask("Hi"))
          yield* tick
          one.viewer.arriving = false
          two.received.length = 0
          const asking = yield* Effect.fork(one.send({ type: "create-new-history" }))
          for (let step = 0; step < steps; step++) yield* Effect.yieldNow()
          yield* Fiber.interrupt(asking)
          yield* one.leave
          yield* tick
          expect(two.seen()).toEqual(["conversation-chain-end", "new-history-created"])
          yield* two.leave
        }
      })
    )
  )

  it.effect("that leaves while nobody reads takes no message with it", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        const viewers = yield* Viewers.audience(3)
        const [one, two, three] = viewers as [Viewers.Joined, Viewers.Joined, Viewers.Joined]
        for (const { stall } of viewers) stall()
        for (let count = 0; count < Viewers.capacity; count++) yield* one.send({ type: "fetch-configs" })
        const asking = yield* Effect.fork(one.send({ type: "fetch-backgrounds" }))
        yield* tick
        yield* Fiber.interrupt(asking)
        yield* one.leave
        two.resume()
        three.resume()
        yield* tick
        expect(two.seen().at(-1)).toBe("background-files")
        expect(three.seen().at(-1)).toBe("background-files")
        yield* Viewers.leaveAll([two, three])
      })
    )
  )

  it.effect("has its heartbeat answered alone, and everything else is answered to all", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        const viewers = yield* Viewers.audience(2)
        yield* viewers[0]!.send({ type: "heartbeat" })
        yield* viewers[0]!.send({ type: "fetch-configs" })
        expect(viewers.map(({ seen }) => seen())).toEqual([
          ["heartbeat-ack", "config-files"],
          ["config-files"]
        ])
        yield* Viewers.leaveAll(viewers)
      })
    )
  )
})
