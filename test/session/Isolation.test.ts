import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck, TestClock } from "effect"
import type { AgentInput } from "../../src/agent/Agent.ts"
import * as Cast from "../support/Cast.ts"
import { ask, played, ready, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

/** What each of two sessions does next: most often it says something, in words that are its own. */
const steps = FastCheck.array(
  FastCheck.record({
    session: FastCheck.integer({ min: 0, max: 1 }),
    what: FastCheck.oneof(
      { weight: 12, arbitrary: FastCheck.constant("say" as const) },
      { weight: 2, arbitrary: FastCheck.constant("interrupt" as const) },
      { weight: 1, arbitrary: FastCheck.constant("new" as const) }
    )
  }),
  { minLength: 100, maxLength: 100 }
)

const words = ["apple", "basil"] as const
const allOf = ({ memory, recalled = [], summary = "", text }: AgentInput) => ({
  said: [text, summary, ...memory.map((message) => message.text)].join(" "),
  recalled: recalled.join(" ")
})

/** Whose words a request of a session holds, apart from its own. */
const strangers = (world: World.World) =>
  world.asked.flatMap((input) => {
    const own = words.find((word) => input.text.includes(word))!
    const other = words.find((word) => word !== own)!
    const { recalled, said } = allOf(input)
    return { own, inMemory: said.includes(other), inRecalled: recalled.includes(other) }
  })

const talk = Effect.fnUntraced(function* (
  world: World.World,
  plan: ReadonlyArray<{ readonly session: number; readonly what: "say" | "interrupt" | "new" }>,
  persons: readonly [string, string]
) {
  world.settings = { context_tokens: 500, ...Cast.rememberingSettings }
  const own: Array<{ readonly task: string; readonly word: string | undefined }> = []
  world.write = ({ system, text }) => {
    const found = words.filter((word) => text.includes(word))
    own.push({ task: text, word: found.length === 1 ? found[0] : undefined })
    // It repeats what it was given: a word of somebody else would come up.
    const repeated = text.slice(-300).replace(/\s+/g, " ")
    return Effect.as(
      Effect.sleep("3 millis"),
      system.includes("operations")
        ? JSON.stringify({ operations: [{ op: "add", text: repeated.slice(-80), importance: 5 }] })
        : repeated
    )
  }
  const clients = [yield* ready, yield* ready] as const
  for (const [index, person] of persons.entries())
    yield* clients[index]!.send({ type: "use-extensions", person })
  for (const [count, { session, what }] of plan.entries()) {
    const client = clients[session]!
    if (what === "say") yield* client.send(ask(`${words[session]} number ${count} grows in the garden`))
    else if (what === "interrupt") yield* client.send({ type: "interrupt-signal", text: "You said" })
    else yield* client.send({ type: "create-new-history" })
    yield* tick
    if (count % 3 !== 0) yield* client.send(played)
    yield* tick
  }
  yield* TestClock.adjust("1 minute")
  for (const client of clients) yield* client.leave
  return own
})

const sampled = FastCheck.sample(steps, { numRuns: 2, seed: 7 })

describe("two sessions on one character", () => {
  it.effect("never see each other's words under 100 interleaved turns, with memory, summary and facts", () =>
    Effect.gen(function* () {
      let summaries = 0
      let recollections = 0
      for (const plan of sampled)
        yield* World.run((world) =>
          Effect.gen(function* () {
            const tasks = yield* talk(world, plan, ["Anna", "Ben"])
            expect(tasks.filter(({ word }) => word === undefined)).toEqual([])
            expect(strangers(world).filter(({ inMemory, inRecalled }) => inMemory || inRecalled)).toEqual([])
            summaries += world.asked.filter(({ summary }) => summary !== undefined).length
            recollections += world.asked.filter(({ recalled = [] }) => recalled.length > 0).length
          })
        )
      // Otherwise nothing would have been tried. Turns break most summaries off.
      expect(summaries).toBeGreaterThan(5)
      expect(recollections).toBeGreaterThan(20)
    })
  )

  it.effect("share what is known of a person, and nothing else, when it is the same person", () =>
    World.run((world) =>
      Effect.gen(function* () {
        yield* talk(world, sampled[0]!, ["Anna", "Anna"])
        const found = strangers(world)
        expect(found.filter(({ inMemory }) => inMemory)).toEqual([])
        expect(found.some(({ inRecalled }) => inRecalled)).toBe(true)
      })
    )
  )

  it.effect("of which one is on another character share nothing, though it is the same person", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.settings = Cast.rememberingSettings
        world.write = ({ text }) =>
          Effect.succeed(JSON.stringify([{ op: "add", text: text.slice(-60), importance: 5 }]))
        const one = yield* ready
        const other = yield* ready
        yield* other.send({ type: "switch-config", file: "c.yaml" })
        yield* TestClock.adjust("3 seconds")
        yield* one.send(ask("apple trees are in the garden"))
        yield* tick
        yield* other.send(ask("apple trees are in the garden, basil too"))
        yield* tick
        expect(world.asked.at(-1)?.recalled).toEqual([])
        expect(world.facts.map(({ confUid }) => confUid)).toEqual(["a", "c"])
        yield* one.leave
        yield* other.leave
      })
    )
  )
})
