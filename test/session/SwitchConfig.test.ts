import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { ordered } from "../support/Journal.ts"
import * as World from "../support/World.ts"

describe("switch-config", () => {
  const open = Effect.gen(function* () {
    const client = yield* World.connect
    yield* TestClock.adjust("3 seconds")
    return client
  })

  it.effect(
    "swaps when the new agent is ready, then closes the old one; the old one answers until then",
    () =>
      World.run((world) =>
        Effect.gen(function* () {
          const client = yield* open
          world.journal.length = 0
          yield* client.send({ type: "switch-config", file: "b.yaml" })
          yield* TestClock.adjust("2 seconds")
          yield* client.send({ type: "text-input", text: "who?", images: [] })
          yield* TestClock.adjust("500 millis")
          yield* client.send({ type: "frontend-playback-complete" })
          expect(client.seen()).toContain("audio You said who?.")
          expect(client.seen()).not.toContain("config-switched")

          yield* TestClock.adjust("500 millis")
          expect(client.seen().slice(-2)).toEqual(["set-model-and-conf", "config-switched"])
          expect(client.received.at(-2)).toMatchObject({ conf_name: "b", client_uid: "client" })
          expect(world.journal.filter((entry) => entry.startsWith("close"))).toEqual([
            "close asr",
            "close agent",
            "close mcp"
          ])
          yield* client.leave
          expect(world.journal.slice(-4)).toEqual(["close asr", "close tts", "close agent b", "close mcp"])
        })
      )
  )

  it.effect("the new character remembers nothing of the old one's conversation", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* open
        yield* client.send({ type: "text-input", text: "secret", images: [] })
        yield* TestClock.adjust("1 second")
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust("3 seconds")
        yield* client.send({ type: "text-input", text: "what?", images: [] })
        yield* TestClock.adjust("1 second")
        expect(world.asked.at(-1)).toMatchObject({ text: "what?", memory: [] })
        yield* client.leave
      })
    )
  )

  it.effect("what cannot be said is told once a character", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.synthesis = () => "fail"
        const client = yield* open
        const silent = (text: string) =>
          Effect.gen(function* () {
            yield* client.send({ type: "text-input", text, images: [] })
            yield* TestClock.adjust("1 second")
            yield* client.send({ type: "frontend-playback-complete" })
            yield* TestClock.adjust("1 second")
            return client.seen().filter((line) => line.startsWith("error slow_tts")).length
          })
        expect(yield* silent("one")).toBe(1)
        expect(yield* silent("two")).toBe(1)
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust("3 seconds")
        expect(yield* silent("three")).toBe(2)
        yield* client.leave
      })
    )
  )

  it.effect("during the warm-up of the first character", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* World.connect
        yield* TestClock.adjust("500 millis")
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust("3 seconds")
        expect(client.seen()).toContain("config-switched")
        expect(world.journal).toContain("close agent")
        yield* client.leave
      })
    )
  )

  it.effect("a second switch interrupts the first", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* open
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust("2 seconds")
        yield* client.send({ type: "switch-config", file: "c.yaml" })
        expect(world.journal).toContain("interrupt agent b")
        yield* TestClock.adjust("10 seconds")
        expect(client.received.filter(({ type }) => type === "config-switched")).toEqual([
          { type: "config-switched", message: "Switched to config: c.yaml" }
        ])
        // Each has its answer, once.
        expect(client.seen().filter((text) => text.startsWith("error "))).toEqual([
          "error Error switching configuration: b.yaml was given up, since c.yaml was asked for after it."
        ])
        yield* client.leave
      })
    )
  )

  it.effect("a failed one leaves the old character in place", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* open
        yield* client.send({ type: "switch-config", file: "nobody.yaml" })
        world.failures.set("agent", 1)
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust("3 seconds")
        const errors = client
          .seen()
          .filter((text) => text.startsWith("error Error switching configuration: "))
        expect(errors).toHaveLength(2)
        expect(world.journal.slice(-4)).toContain("close mcp")
        yield* client.send({ type: "text-input", text: "still?", images: [] })
        yield* TestClock.adjust("1 second")
        expect(client.seen()).toContain("audio You said still?.")
        expect(client.seen()).not.toContain("config-switched")
        yield* client.leave
      })
    )
  )

  it.effect("one that dies inside is told like a failed one", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* open
        world.agentDies = true
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust("5 seconds")
        expect(client.seen().at(-1)).toMatch(/^error Error switching configuration: /u)
        expect(client.seen().at(-1)).not.toContain("inside the")
        yield* client.leave
      })
    )
  )

  it.effect("and a disconnect 1 s later", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* open
        world.journal.length = 0
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust("1 second")
        yield* client.leave
        expect(ordered(world.journal)).toEqual([
          "open mcp",
          "interrupt agent b",
          "interrupt asr",
          "close mcp",
          "close asr",
          "close tts",
          "close agent",
          "close mcp"
        ])
      })
    )
  )

  it.effect("stops the turn in progress when it swaps", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.synthesis = () => 60_000
        const client = yield* open
        yield* client.send({ type: "text-input", text: "long", images: [] })
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust("3 seconds")
        expect(world.journal).toContain("interrupt speech You said long.")
        expect(client.seen().slice(-2)).toEqual(["set-model-and-conf", "config-switched"])
        yield* TestClock.adjust("2 minutes")
        expect(client.seen().slice(-2)).toEqual(["set-model-and-conf", "config-switched"])
        yield* client.leave
      })
    )
  )
})
