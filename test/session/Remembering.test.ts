import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { LlmFailed } from "../../src/llm/Llm.ts"
import { ask, played, ready, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

/** The model does not run on this machine. */
const elsewhere = { llm_provider: "openai_llm" } as const

/** A model that writes for 20 s what it is asked to write. `tasks`: what that was. */
const slowWriter = (world: World.World) => {
  const tasks: Array<string> = []
  world.settings = { ...elsewhere, context_tokens: 500 }
  world.write = ({ text }) => {
    tasks.push(text)
    return Effect.sleep("20 seconds").pipe(
      Effect.as(`Summary ${tasks.length}.`),
      Effect.onInterrupt(() => Effect.sync(() => world.journal.push("interrupt writing")))
    )
  }
  return tasks
}

const talker = Effect.gen(function* () {
  const client = yield* ready
  const turn = (count: number) =>
    client
      .send(ask(`Question ${count}, about the mountains, the sea and the weather there`))
      .pipe(Effect.zipRight(tick), Effect.zipRight(client.send(played)), Effect.zipRight(tick))
  return { ...client, turn }
})

const firstOf = (world: World.World) => world.asked.at(-1)?.memory[0]?.text

describe("the older part of a conversation", () => {
  it.effect("is summarised behind the turns, which never wait for it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const tasks = slowWriter(world)
        const client = yield* talker
        let count = 0
        while (tasks.length === 0) yield* client.turn(count++)
        expect(tasks[0]).toMatch(/^Conversation:\nPerson: Question 0,.*\nCharacter: You said Question 0/)
        // It is written while turns go on, once.
        yield* client.turn(count++)
        yield* client.turn(count++)
        expect(tasks).toHaveLength(1)
        expect(world.asked.at(-1)?.summary).toBeUndefined()
        yield* TestClock.adjust("20 seconds")
        yield* client.turn(count++)
        expect(world.asked.at(-1)?.summary).toBe("Summary 1.")
        expect(firstOf(world)).toMatch(/^Question [1-9]/)
        // The next one begins with what the first one says.
        while (tasks.length === 1) yield* client.turn(count++)
        expect(tasks[1]).toMatch(
          /^Earlier notes:\nSummary 1\.\n\nThe conversation goes on:\nPerson: Question/
        )
        yield* client.leave
      })
    )
  )

  it.effect("keeps its beginning for many turns: in 200 it changes seldom", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.settings = { context_tokens: 1000 }
        world.write = () => Effect.succeed("They talked.")
        const client = yield* talker
        const firsts = new Set<string | undefined>()
        for (let count = 0; count < 200; count++) {
          yield* client.turn(count)
          firsts.add(firstOf(world))
        }
        expect(firsts.size).toBeLessThanOrEqual(25)
        yield* client.leave
      })
    )
  )

  for (const [what, message] of [
    ["a new conversation", { type: "create-new-history" }],
    ["a switch", { type: "switch-config", file: "c.yaml" }]
  ] as const)
    it.effect(`is forgotten by ${what}, with the summary that was being written`, () =>
      World.run((world) =>
        Effect.gen(function* () {
          const tasks = slowWriter(world)
          const client = yield* talker
          let count = 0
          while (tasks.length === 0) yield* client.turn(count++)
          yield* client.send(message)
          yield* TestClock.adjust("10 seconds")
          expect(world.journal).toContain("interrupt writing")
          yield* TestClock.adjust("1 minute")
          yield* client.turn(999)
          expect(world.asked.at(-1)).toMatchObject({ memory: [] })
          expect(world.asked.at(-1)?.summary).toBeUndefined()
          yield* client.leave
        })
      )
    )

  it.effect("is no reason to stay: a client that leaves takes the writing with it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const tasks = slowWriter(world)
        const client = yield* talker
        let count = 0
        while (tasks.length === 0) yield* client.turn(count++)
        yield* client.leave
        expect(world.journal.indexOf("interrupt writing")).toBeGreaterThan(0)
        expect(world.journal.indexOf("interrupt writing")).toBeLessThan(world.journal.indexOf("close agent"))
      })
    )
  )

  it.effect("goes without a summary when the model fails, and the next turn tries again", () =>
    World.run((world) =>
      Effect.gen(function* () {
        let tries = 0
        world.settings = { context_tokens: 500 }
        world.write = () => {
          tries++
          return new LlmFailed({ provider: "fake", reason: "unreachable", detail: "gone", advice: "Wait." })
        }
        const client = yield* talker
        for (let count = 0; count < 60; count++) yield* client.turn(count)
        expect(tries).toBeGreaterThan(2)
        expect(world.asked.at(-1)?.summary).toBeUndefined()
        expect(firstOf(world)).toMatch(/^Question [345]/)
        expect(world.asked.every(({ memory }) => memory.length < 25)).toBe(true)
        yield* client.leave
      })
    )
  )

  it.effect("of a conversation that is loaded is summarised too", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const tasks = slowWriter(world)
        const client = yield* talker
        yield* client.send({ type: "create-new-history" })
        const [uid] = [...world.stored.keys()]
        const rows = Array.from({ length: 200 }, (_, id) => ({
          id,
          role: id % 2 === 0 ? ("human" as const) : ("ai" as const),
          content: `Line ${id} about the sea and the mountains`
        }))
        world.stored.set(uid!, rows)
        yield* client.send({ type: "fetch-and-set-history", history_uid: uid! })
        yield* tick
        expect(tasks).toHaveLength(1)
        yield* TestClock.adjust("20 seconds")
        yield* client.turn(1)
        expect(world.asked.at(-1)?.summary).toBe("Summary 1.")
        expect(world.asked.at(-1)?.memory[0]?.role).toBe("user")
        expect(world.asked.at(-1)?.memory.at(-1)?.text).toBe("Line 199 about the sea and the mountains")
        yield* client.leave
      })
    )
  )
})
