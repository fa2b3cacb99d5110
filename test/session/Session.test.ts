import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { ordered } from "../support/Journal.ts"
import * as World from "../support/World.ts"

/** Opens take 1000 (mcp), then 2000 (agent, which needs mcp); 1500 (tts) and 2500 (asr) beside them. */
const disconnects: ReadonlyArray<readonly [point: string, at: number, journal: ReadonlyArray<string>]> = [
  ["before anything is open", 0, ["interrupt asr", "interrupt mcp", "interrupt tts"]],
  ["in the middle of mcp", 500, ["interrupt asr", "interrupt mcp", "interrupt tts"]],
  [
    "between mcp and agent",
    1000,
    ["open mcp", "interrupt agent", "interrupt asr", "interrupt tts", "close mcp"]
  ],
  [
    "in the middle of the agent",
    1250,
    ["open mcp", "interrupt agent", "interrupt asr", "interrupt tts", "close mcp"]
  ],
  [
    "between tts and the rest",
    1500,
    ["open mcp", "open tts", "interrupt agent", "interrupt asr", "close tts", "close mcp"]
  ],
  [
    "in the middle of asr",
    2000,
    ["open mcp", "open tts", "interrupt agent", "interrupt asr", "close tts", "close mcp"]
  ],
  [
    "between asr and the agent",
    2500,
    ["open mcp", "open tts", "open asr", "interrupt agent", "close asr", "close tts", "close mcp"]
  ],
  [
    "when all is open",
    3000,
    ["open mcp", "open tts", "open asr", "open agent", "close asr", "close tts", "close agent", "close mcp"]
  ]
]

describe("a client that leaves during the warm-up", () => {
  it.effect.each(disconnects)("%s", ([, at, journal]) =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* World.connect
        yield* TestClock.adjust(at)
        yield* client.leave
        expect(ordered(world.journal)).toEqual(journal)
        // Nothing goes on behind the back of a closed session.
        yield* TestClock.adjust("1 minute")
        expect(ordered(world.journal)).toEqual(journal)
      })
    )
  )

  it.effect("is listed with all that lives of it until then", () =>
    World.run(() =>
      Effect.gen(function* () {
        const registry = yield* SessionRegistry
        const client = yield* World.connect
        yield* TestClock.adjust(500)
        const loading = yield* registry.snapshot
        expect(loading.sessions).toEqual([{ uid: "client", character: "a" }])
        expect(loading.fibers).toEqual({ context: 1, "warm-up": 4 })
        yield* TestClock.adjust(2500)
        const ready = yield* registry.snapshot
        expect(ready.fibers).toEqual({ context: 1 })
        expect(ready.engines).toEqual([{ kind: "tts", id: "slow_tts", references: 1 }])
        yield* client.leave
      })
    )
  )

  it.effect("ten times in a row leaves no context", () =>
    World.run((world) =>
      Effect.gen(function* () {
        for (let round = 0; round < 10; round++) {
          const client = yield* World.connect
          yield* TestClock.adjust(round * 350)
          yield* client.leave
        }
        const count = (what: string) => world.journal.filter((entry) => entry.startsWith(what)).length
        expect(count("open")).toBe(count("close"))
        expect(count("open")).toBeGreaterThan(10)
      })
    )
  )
})

describe("the warm-up", () => {
  it.effect("answers requests while the engines load, in the order of the requests", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* World.connect
        yield* client.send({ type: "fetch-configs" })
        yield* client.send({ type: "fetch-history-list" })
        yield* client.send({ type: "create-new-history" })
        yield* client.send({ type: "heartbeat" })
        expect(client.seen()).toEqual([
          "group-update",
          "full-text Connection established",
          "set-model-and-conf",
          "group-update",
          "start-mic",
          "config-files",
          "history-list",
          "new-history-created",
          "heartbeat-ack"
        ])
        yield* client.leave
      })
    )
  )

  it.effect("tells a failure once, and the next turn tries again", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.failures.set("agent", 2)
        const client = yield* World.connect
        yield* TestClock.adjust("3 seconds")
        const told = "error slow_agent is not available: it broke. Try again."
        expect(client.seen().filter((text) => text === told)).toHaveLength(1)
        // What the failed load had opened is closed at once, not with the session.
        expect(world.journal.filter((entry) => entry.endsWith("agent"))).toEqual([
          "open agent",
          "close agent"
        ])

        // The first turn tries again, in vain; the second has its answer.
        for (const text of ["one", "two"]) {
          yield* client.send({ type: "text-input", text, images: [] })
          yield* TestClock.adjust("3 seconds")
          yield* client.send({ type: "frontend-playback-complete" })
          yield* TestClock.adjust("1 millis")
        }
        expect(client.seen().slice(6)).toEqual([
          "conversation-chain-start",
          "full-text Thinking...",
          told,
          "force-new-message",
          "conversation-chain-end",
          "conversation-chain-start",
          "full-text Thinking...",
          "audio You said two.",
          "backend-synth-complete",
          "force-new-message",
          "conversation-chain-end"
        ])
        yield* client.leave
      })
    )
  )

  it.effect("tells a failure once to a turn that waits for what failed", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.failures.set("agent", 1)
        world.failures.set("mcp", 1)
        const client = yield* World.connect
        yield* client.send({ type: "text-input", text: "one", images: [] })
        yield* TestClock.adjust("5 seconds")
        expect(client.seen().filter((text) => text.startsWith("error"))).toEqual([
          "error slow_mcp is not available: it broke. Try again.",
          "error slow_agent is not available: it broke. Try again."
        ])
        expect(client.seen().at(-1)).toBe("conversation-chain-end")
        yield* client.leave
      })
    )
  )

  it.effect("a character without a voice answers in text", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.failures.set("tts", 99)
        const client = yield* World.connect
        yield* client.send({ type: "text-input", text: "one", images: [] })
        yield* TestClock.adjust("5 seconds")
        expect(client.seen()).toContain("silent You said one.")
        expect(client.seen().filter((text) => text.startsWith("error"))).toHaveLength(1)
        yield* client.leave
      })
    )
  )

  it.effect("tells of each outage of the voice once, and speaks again when it is back", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* World.connect
        const errors = () => client.seen().filter((text) => text.startsWith("error")).length
        const say = (text: string) =>
          Effect.zipRight(
            client.send({ type: "text-input", text, images: [] }),
            TestClock.adjust("30 seconds")
          )
        world.synthesis = () => "fail"
        yield* say("one")
        yield* say("two")
        expect(errors()).toBe(1)
        expect(client.seen()).toContain("silent You said two.")
        world.synthesis = () => 0
        for (const text of ["three", "four", "five"]) yield* say(text)
        expect(client.seen()).toContain("audio You said five.")
        world.synthesis = () => "fail"
        yield* say("six")
        expect(errors()).toBe(2)
        yield* client.leave
      })
    )
  )

  it.effect("two sessions wait for one engine; one leaves, the other is not disturbed", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const [one, two] = [yield* World.connect, yield* World.connect]
        yield* TestClock.adjust("1 second")
        const tts = { kind: "tts", id: "slow_tts" }
        expect(yield* (yield* EnginePool).uses).toEqual([{ ...tts, references: 2 }])
        yield* one.leave
        expect(yield* (yield* EnginePool).uses).toEqual([{ ...tts, references: 1 }])
        yield* TestClock.adjust("1 second")
        expect(world.journal.filter((entry) => entry.endsWith("tts"))).toEqual(["open tts"])
        yield* two.leave
        expect(world.journal.filter((entry) => entry.endsWith("tts"))).toEqual(["open tts", "close tts"])
      })
    )
  )
})
