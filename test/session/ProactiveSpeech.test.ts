import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Proxy } from "../../src/proxy/Proxy.ts"
import { ask, end, played, ready, says, start, tick } from "../support/Talk.ts"
import * as Viewers from "../support/Viewers.ts"
import * as World from "../support/World.ts"

const spoken = ["full-text AI wants to speak something...", ...start, "audio Hm.", "backend-synth-complete"]

/** In a world whose character speaks after a minute. */
const run = <E>(test: (world: World.World) => Effect.Effect<void, E, World.Services>) =>
  World.run((world) => {
    world.proactive = { idle_seconds: 60, most_unanswered: 2 }
    world.reply = ({ text }) => says(text === "Say something." ? "Hm." : `You said ${text}.`)
    return test(world)
  })

/** Of a client that has been there for three seconds. */
const rest = TestClock.adjust("57 seconds")
const almost = TestClock.adjust("56 seconds")

describe("a character that may speak of its own accord", () => {
  it.effect("does so when nobody has said anything for the time", () =>
    run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* almost
        expect(client.seen()).toEqual([])
        yield* TestClock.adjust("1 second")
        expect(client.seen()).toEqual(spoken)
        // Its prompt is nobody's word.
        expect([...world.stored.values()].flat().map(({ content }) => content)).toEqual(["Hm."])
        yield* client.leave
      })
    )
  )

  it.effect("counts from the end of a turn and its playback, and never speaks into them", () =>
    run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        world.synthesis = () => 90_000
        yield* client.send(ask("Hi"))
        yield* TestClock.adjust("95 seconds")
        expect(client.seen()).toEqual([...start, "silent You said Hi.", "audio ", "backend-synth-complete"])
        yield* client.send(played)
        yield* tick
        client.received.length = 0
        world.synthesis = () => 0
        yield* TestClock.adjust("59 seconds")
        expect(client.seen()).toEqual([])
        yield* TestClock.adjust("1 second")
        expect(client.seen()).toEqual(spoken)
        yield* client.leave
      })
    )
  )

  it.effect("begins to count anew whenever somebody does something", () =>
    run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        for (const message of [
          { type: "mic-audio-data", audio: new Float32Array(10) },
          { type: "mic-audio-cancel" },
          { type: "interrupt-signal", text: "" }
        ] as const) {
          yield* almost
          yield* client.send(message)
        }
        expect(client.seen()).toEqual([])
        yield* almost
        // What comes by itself is not somebody's doing.
        yield* client.send({ type: "heartbeat" })
        yield* client.send({ type: "frontend-playback-complete" })
        yield* client.send({ type: "raw-audio-data", audio: new Float32Array(512) })
        yield* TestClock.adjust("4 seconds")
        expect(client.seen()).toEqual(["heartbeat-ack", ...spoken])
        yield* client.leave
      })
    )
  )

  it.effect("falls silent when it is not answered, until somebody says something", () =>
    run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        const heard = () => client.seen().filter((text) => text === "audio Hm.").length
        // Each turn ends by itself, since nobody plays it.
        yield* TestClock.adjust("1 hour")
        expect(heard()).toBe(2)
        // What a page asks for by itself is no answer.
        yield* client.send({ type: "ai-speak-signal", images: [] })
        yield* TestClock.adjust("1 hour")
        expect(heard()).toBe(3)
        yield* client.send(ask("Hi"))
        yield* TestClock.adjust("1 hour")
        expect(heard()).toBe(5)
        yield* client.leave
      })
    )
  )

  it.effect("goes on answering a client that asks for it", () =>
    run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send({ type: "ai-speak-signal", images: [] })
        yield* tick
        expect(client.seen()).toEqual(spoken)
        yield* client.send(played)
        yield* almost
        expect(client.seen().slice(5)).toEqual(end.slice(1))
        yield* client.leave
      })
    )
  )

  it.effect("stops with a switch to one that may not, and starts with a switch back", () =>
    run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust("1 hour")
        expect(client.seen().filter((text) => text === "audio Hm.")).toEqual([])
        yield* client.send({ type: "switch-config", file: "conf.yaml" })
        yield* TestClock.adjust("4 seconds")
        yield* TestClock.adjust("1 minute")
        expect(client.seen().filter((text) => text === "audio Hm.")).toEqual(["audio Hm."])
        yield* client.leave
      })
    )
  )

  it.effect("is silent unless the configuration says so", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* TestClock.adjust("1 day")
        expect(client.seen()).toEqual([])
        yield* client.leave
      })
    )
  )

  it.effect("speaks to the viewers of a shared session, and not to a program that hears nothing", () =>
    run(() =>
      Effect.gen(function* () {
        const bridge = yield* Viewers.join(false)
        yield* TestClock.adjust("10 minutes")
        expect(bridge.seen()).toEqual([...Viewers.greeting, "audience-update", "extensions-in-use"])
        const viewer = yield* Viewers.join()
        yield* TestClock.adjust("1 minute")
        expect(viewer.seen().slice(5)).toEqual(spoken)
        yield* viewer.leave
        yield* bridge.leave
      }).pipe(Effect.provide(Proxy.layer))
    )
  )
})

describe("a client that is gone", () => {
  it.effect("is not spoken to", () =>
    run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.leave
        yield* rest
        yield* rest
        expect(world.asked).toEqual([])
      })
    )
  )
})
