import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import { Proxy } from "../../src/proxy/Proxy.ts"
import { Callers } from "../../src/session/Callers.ts"
import { guests, plays, together } from "../support/GroupTalk.ts"
import { ask, says, tick } from "../support/Talk.ts"
import { settings, speak } from "../support/WakeTalk.ts"
import * as Viewers from "../support/Viewers.ts"
import * as World from "../support/World.ts"

/** A fiber that waits, and whether it still does after `time`. */
const waiting = (ready: Effect.Effect<void>) =>
  Effect.map(Effect.fork(ready), (fiber) => ({
    fiber,
    waits: (time: `${number} seconds`) =>
      Effect.zipRight(
        TestClock.adjust(time),
        Effect.map(fiber.poll, ({ _tag }) => _tag === "None")
      )
  }))

/** Answers that take a minute. */
const slowly = (world: World.World) =>
  void (world.reply = () =>
    Stream.fromEffect(Effect.as(Effect.sleep("1 minute"), { _tag: "Text", text: "Yes." })))

describe("the way into the shared session", () => {
  it.effect("opens when somebody is there and nothing is answered, also in a later session", () =>
    World.run((world) =>
      Effect.gen(function* () {
        slowly(world)
        const { ready, say } = yield* Proxy
        const { fiber, waits } = yield* waiting(ready)
        expect(yield* waits("5 seconds")).toBe(true)
        const viewer = yield* Viewers.join()
        yield* TestClock.adjust("5 seconds")
        yield* Fiber.join(fiber)
        yield* say({ sender: "Anna", text: "hello", priority: "usual" })
        const next = yield* waiting(ready)
        expect(yield* next.waits("5 seconds")).toBe(true)
        // The session closes in the midst of its answer: what waited for that waits for the next session.
        yield* viewer.leave
        expect(yield* next.waits("5 seconds")).toBe(true)
        const other = yield* Viewers.join()
        yield* Fiber.join(next.fiber)
        yield* other.leave
        expect(world.asked.map(({ text }) => text)).toEqual(["Anna: hello"])
      }).pipe(Effect.provide(Proxy.layer), Effect.orDie)
    )
  )
})

describe("the way into the oldest session", () => {
  it.effect(
    "opens when no turn runs in it, never interrupts one, and leads to the next session afterwards",
    () =>
      World.run((world) =>
        Effect.gen(function* () {
          slowly(world)
          const { ready, say } = yield* Callers
          expect(yield* say("nobody")).toBe(false)
          const { fiber } = yield* waiting(ready)
          const [one, two] = yield* Effect.all([World.connect, World.connect])
          yield* TestClock.adjust("5 seconds")
          yield* Fiber.join(fiber)
          expect(yield* say("Anna: hello")).toBe(true)
          yield* TestClock.adjust("1 seconds")
          expect(yield* say("Bo: in between")).toBe(false)
          const next = yield* waiting(ready)
          expect(yield* next.waits("5 seconds")).toBe(true)
          yield* one.leave
          yield* Fiber.join(next.fiber)
          expect(yield* say("Bo: again")).toBe(true)
          yield* TestClock.adjust("1 seconds")
          expect(world.asked.map(({ text }) => text)).toEqual(["Anna: hello", "Bo: again"])
          expect(one.seen()).toContain("user-input-transcription")
          yield* two.leave
          expect(yield* say("nobody")).toBe(false)
        })
      )
  )

  it.effect("tells of what was said in vain, since the group began to talk meanwhile", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = (_, name) => (name === "a" ? says() : says("I am b."))
        const room = yield* Effect.makeLatch(true)
        const [a] = yield* guests(["a"], room.await)
        const [b] = yield* guests(["b"])
        yield* together([a!, b!])
        const { ready, say } = yield* Callers
        yield* ready
        let givenUp = 0
        // a's client is slow, and b says something before it has been told.
        yield* room.close
        const saying = yield* Effect.fork(
          say(
            "Anna: hello",
            Effect.sync(() => void givenUp++)
          )
        )
        yield* tick
        yield* b!.send(ask("Hello"))
        yield* room.open
        expect(yield* Fiber.join(saying)).toBe(true)
        expect(givenUp).toBe(1)
        yield* tick
        expect(world.asked.map(({ text }) => text)).not.toContainEqual(expect.stringContaining("Anna"))
        for (const member of [a!, b!]) yield* member.leave
      })
    )
  )

  it.effect("tells of what was looked through for the wake word while a turn began", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.wakeWord = { ...settings, typed_text_passes: false }
        slowly(world)
        const client = yield* World.connect
        const { say } = yield* Callers
        let givenUp = 0
        // It waits behind something spoken, for which the recogniser is still being loaded.
        yield* speak(world, client, "Hana, what's up?")
        const saying = say(
          "Hana, hello",
          Effect.sync(() => void givenUp++)
        )
        expect(yield* saying).toBe(true)
        expect(givenUp).toBe(0)
        yield* TestClock.adjust("5 seconds")
        expect(givenUp).toBe(1)
        expect(world.asked.map(({ text }) => text)).toEqual(["what's up?"])
        yield* client.leave
      })
    )
  )

  it.effect("waits for the talk of its group, also while somebody there interrupts it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        // Where one has nothing to say, the talk ends.
        world.reply = (_, name) => (name === "a" ? says() : says("I am b."))
        const [a, b] = yield* guests(["a", "b"])
        yield* together([a!, b!])
        const { ready, say } = yield* Callers
        yield* b!.send(ask("Hello"))
        yield* tick
        // b's character speaks; a's has no turn of its own meanwhile.
        const { waits } = yield* waiting(ready)
        expect(yield* waits("1 seconds")).toBe(true)
        expect(yield* say("Anna: in between")).toBe(false)
        const asked = world.asked.length
        yield* b!.send(ask("And now?"))
        expect(yield* waits("1 seconds")).toBe(true)
        expect(world.asked.length).toBe(asked + 1)
        yield* plays(b!)
        expect(yield* waits("1 seconds")).toBe(false)
        for (const member of [a!, b!]) member.news()
        expect(yield* say("Anna: hello")).toBe(true)
        yield* tick
        expect(b!.newsOf("user-input-transcription").at(-1)?.text).toBe("Anna: hello")
        expect(a!.news()).toContain("user-input-transcription")
        for (const member of [a!, b!]) yield* member.leave
      })
    )
  )
})
