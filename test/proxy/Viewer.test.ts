import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import { Proxy } from "../../src/proxy/Proxy.ts"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { nextRound } from "../../src/supervision/NextRound.ts"
import { ask, played, tick } from "../support/Talk.ts"
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

  it.effect("is told what it has asked for itself, and takes nothing from the others", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        const viewers = yield* Viewers.audience(2)
        const [one, two] = viewers as [Viewers.Joined, Viewers.Joined]
        const { extensions } = one.viewer.shared.session
        const inUse = (
          viewer: Viewers.Joined,
          wishes: Partial<Extract<ServerMessage, { type: "extensions-in-use" }>>
        ) => expect(viewer.received.at(-1)).toMatchObject({ type: "extensions-in-use", ...wishes })
        yield* one.send({ type: "use-extensions", tool_consent: true, partial_transcripts: true })
        expect(two.received).toEqual([])
        yield* two.send({ type: "use-extensions", tool_consent: false, config_changes: true, person: "Anna" })
        inUse(one, {
          tool_consent: true,
          partial_transcripts: true,
          config_changes: false,
          person: "Anna"
        })
        inUse(two, { tool_consent: false, partial_transcripts: false, config_changes: true, person: "Anna" })
        expect(extensions).toMatchObject({ toolConsent: true, partialTranscripts: true, configChanges: true })
        yield* one.leave
        expect(extensions).toMatchObject({
          toolConsent: false,
          partialTranscripts: false,
          configChanges: true,
          person: "Anna"
        })
        yield* two.leave
      })
    )
  )

  it.effect("is asked about a tool only if it can answer, and no longer than it is there", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        const answers: Array<string> = []
        world.reply = ({ consent }) =>
          Stream.fromEffect(consent!({ id: "t1", tool: "door", input: {} })).pipe(
            Stream.map((answer) => {
              answers.push(answer)
              return { _tag: "Text" as const, text: `${answer}.` }
            })
          )
        const viewers = yield* Viewers.audience(2)
        const [one, two] = viewers as [Viewers.Joined, Viewers.Joined]
        const asked = (viewer: Viewers.Joined) =>
          viewer.seen().filter((type) => type === "tool-consent-request").length
        yield* one.send({ type: "use-extensions", tool_consent: true })
        yield* two.send({ type: "use-extensions", config_changes: true })
        yield* two.send(ask("Open it"))
        yield* tick
        expect([asked(one), asked(two), answers.length]).toEqual([1, 0, 0])
        yield* one.leave
        yield* tick
        expect(answers).toEqual(["cannot-ask"])
        yield* two.send(played)
        yield* two.send(ask("Open it"))
        yield* tick
        expect(answers).toEqual(["cannot-ask", "cannot-ask"])
        expect(asked(two)).toBe(0)
        yield* two.leave
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
        const have = () => [two, three].every(({ seen }) => seen().at(-1) === "background-files")
        yield* Effect.repeat(nextRound, { until: have })
        yield* Viewers.leaveAll([two, three])
      })
    )
  )

  it.effect("that only writes is no audience: nothing is answered to an empty room", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        const proxy = yield* Proxy
        const bridge = yield* Viewers.join(false)
        yield* TestClock.adjust("3 seconds")
        const audiences = () =>
          bridge.received.flatMap((message) =>
            message.type === "audience-update" ? [message.listeners] : []
          )
        const ready = yield* Effect.fork(proxy.ready)
        yield* bridge.send(ask("Anna: hello?"))
        expect(bridge.seen().at(-1)).toMatch(/^error text-input: nobody who would hear an answer/u)
        yield* Effect.flip(proxy.say({ text: "hello?", priority: "usual" }))
        yield* tick
        expect([ready.unsafePoll(), world.asked]).toEqual([null, []])

        // To whoever comes, it is as if nobody had been there.
        const page = yield* Viewers.join()
        expect(page.viewer.arriving).toBe(false)
        yield* Fiber.join(ready)
        expect(audiences()).toEqual([0, 1])
        yield* bridge.send(ask("Anna: hello"))
        yield* tick
        expect(page.seen()).toContain("audio You said Anna: hello.")
        // The page has a turn that does not end, and what waits for it waits on when the page goes.
        yield* bridge.send(ask("Anna: and now?"))
        yield* page.leave
        yield* bridge.send(played)
        yield* tick
        expect(audiences()).toEqual([0, 1, 0])
        expect(world.asked).toHaveLength(1)
        const next = yield* Viewers.join()
        yield* tick
        expect(world.asked).toHaveLength(2)
        yield* Viewers.leaveAll([bridge, next])
      })
    )
  )

  it.effect("that only writes does not set the pace", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        const bridge = yield* Viewers.join(false)
        const page = yield* Viewers.join()
        yield* TestClock.adjust("3 seconds")
        page.stall()
        for (let count = 0; count < Viewers.capacity; count++) yield* page.send({ type: "fetch-configs" })
        const sending = yield* Effect.fork(page.send({ type: "fetch-backgrounds" }))
        yield* Effect.repeatN(nextRound, 3)
        expect([sending.unsafePoll(), page.dropped()]).toEqual([null, false])
        page.resume()
        yield* Fiber.join(sending)
        expect(page.seen().at(-1)).toBe("background-files")
        yield* Viewers.leaveAll([bridge, page])
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
