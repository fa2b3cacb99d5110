import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, TestClock } from "effect"
import { Characters } from "../../src/config/Characters.ts"
import { Facts } from "../../src/history/Facts.ts"
import * as Cast from "../support/Cast.ts"
import { ask, played, ready, tick } from "../support/Talk.ts"
import * as WordEmbedder from "../support/WordEmbedder.ts"
import * as World from "../support/World.ts"

/** The model does not run on this machine. */
const elsewhere = { llm_provider: "openai_llm" } as const

const remembers = (world: World.World) => {
  const { long_term_memory } = Cast.rememberingSettings
  world.settings = { long_term_memory }
}

describe("what a character learns of a person", () => {
  it.effect("is learnt behind the turns, and recalled in another conversation", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world)
        const tasks: Array<string> = []
        world.write = ({ text }) => {
          tasks.push(text)
          return Effect.succeed(
            text.includes("two cats")
              ? '```json\n{"operations": [{"op": "add", "text": "Human has two cats, Miso and Tofu.", "importance": 8}]}\n```'
              : '{"operations": []}'
          )
        }
        const client = yield* ready
        const say = (text: string) =>
          client
            .send(ask(text))
            .pipe(Effect.zipRight(tick), Effect.zipRight(client.send(played)), Effect.zipRight(tick))
        yield* say("I have two cats")
        expect(tasks).toHaveLength(1)
        expect(world.facts.map(({ importance, text }) => [text, importance])).toEqual([
          ["Human has two cats, Miso and Tofu.", 8]
        ])
        yield* client.send({ type: "create-new-history" })
        yield* say("What are the names of my cats?")
        expect(world.asked.at(-1)?.recalled).toEqual(["Human has two cats, Miso and Tofu."])
        expect(tasks[1]).toContain("1: Human has two cats")
        yield* say("It rains")
        expect(world.asked.at(-1)?.recalled).toEqual([])
        // Another person, the same character: nothing is known.
        yield* client.send({ type: "use-extensions", person: "Anna" })
        yield* say("What are the names of my cats?")
        expect(world.asked.at(-1)?.recalled).toEqual([])
        yield* client.leave
      })
    )
  )

  it.effect("is done without where it cannot be looked through, and that is told, whoever waits for it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world)
        world.failures.set("embedding", 1)
        const owner = { confUid: (yield* (yield* Characters).base).conf_uid, person: "Human" }
        yield* (yield* Facts).add(owner, { text: "Human is Ben.", importance: 5, embedding: Int8Array.of(1) })
        const client = yield* ready
        yield* TestClock.adjust(World.loadTimes.embedding - 3100)
        yield* client.send(ask("Who am I"))
        yield* TestClock.adjust("1 second")
        const told = "error slow_embedding is not available: it broke. Try again."
        expect(client.seen()).toEqual(expect.arrayContaining([told, "audio You said Who am I."]))
        yield* client.leave
      })
    )
  )

  it.effect("is nothing unless one asks for it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.write = () => Effect.die("asked")
        const client = yield* ready
        yield* client.send(ask("I have two cats"))
        yield* tick
        expect(world.asked.at(-1)?.recalled).toEqual([])
        expect(world.facts).toEqual([])
        yield* client.leave
      })
    )
  )

  it.effect("waits in a short line, from which the oldest goes", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world)
        world.settings = { ...world.settings, ...elsewhere }
        const gate = yield* Deferred.make<void>()
        const learnt: Array<string | undefined> = []
        world.write = ({ text }) => {
          learnt.push(/Human: I have (\d)/.exec(text)?.[1])
          return Effect.as(Deferred.await(gate), "[]")
        }
        const client = yield* ready
        for (let count = 0; count < 10; count++) {
          yield* client.send(ask(`I have ${count} cats`))
          yield* tick
        }
        expect(learnt).toEqual(["0"])
        yield* Deferred.succeed(gate, undefined)
        yield* tick
        expect(learnt).toEqual(["0", "6", "7", "8", "9"])
        yield* client.leave
      })
    )
  )

  it.effect("is not learnt any more when its character leaves", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world)
        let asked = 0
        world.write = () => {
          asked++
          return Effect.onInterrupt(Effect.never, () =>
            Effect.sync(() => world.journal.push("interrupt writing"))
          )
        }
        const client = yield* ready
        yield* client.send(ask("I have two cats"))
        yield* tick
        yield* client.send(played)
        yield* client.send({ type: "switch-config", file: "c.yaml" })
        yield* TestClock.adjust("10 seconds")
        expect(client.seen()).toContain("config-switched")
        expect(world.journal).toContain("interrupt writing")
        expect(asked).toBe(1)
        yield* client.leave
      })
    )
  )

  it.effect("is let go with the session", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world)
        const begun = yield* Deferred.make<void>()
        world.write = () =>
          Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Effect.sync(() => world.journal.push("interrupt writing")))
          )
        const client = yield* ready
        yield* client.send(ask("I have two cats"))
        yield* tick
        yield* Deferred.await(begun)
        yield* client.leave
        expect(world.journal.filter((line) => line === "interrupt writing")).toHaveLength(1)
        expect(world.facts).toEqual([])
      })
    )
  )

  it.effect("can be listed, edited and deleted by its own person only, and does not come back", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world)
        world.write = ({ text }) =>
          Effect.as(
            Effect.sleep("5 seconds"),
            JSON.stringify([{ op: "add", text: `Noted: ${/Human: (.*)/.exec(text)?.[1]}`, importance: 3 }])
          )
        const client = yield* ready
        const answers = (type: string) => client.received.filter((message) => message.type === type)
        yield* client.send(ask("I like tea"))
        yield* TestClock.adjust("6 seconds")
        yield* client.send({ type: "fetch-memories" })
        expect(answers("memory-list")).toMatchObject([
          { memories: [{ text: "Noted: I like tea", importance: 3 }] }
        ])
        const id = world.facts[0]!.id
        yield* client.send({ type: "edit-memory", id, text: "Human likes coffee.", importance: 9 })
        expect(answers("memory-edited")).toEqual([{ type: "memory-edited", success: true, id }])
        expect(world.facts).toMatchObject([
          { text: "Human likes coffee.", importance: 9, embedding: undefined }
        ])

        // Not by somebody else, nor with another character.
        yield* client.send({ type: "use-extensions", person: "Anna" })
        yield* client.send({ type: "fetch-memories" })
        yield* client.send({ type: "edit-memory", id, text: "Mine." })
        yield* client.send({ type: "delete-memory", id, all: false })
        yield* client.send({ type: "delete-memory", all: true })
        expect(answers("memory-list")[1]).toMatchObject({ memories: [] })
        expect(answers("memory-edited")[1]).toMatchObject({ success: false })
        expect(answers("memory-deleted")).toMatchObject([
          { success: false, deleted: 0 },
          { success: true, deleted: 0 }
        ])
        expect(world.facts).toHaveLength(1)

        // An edited fact is found by its new meaning; one that is being learnt does not come back after a deletion.
        yield* client.send({ type: "use-extensions", person: "Human" })
        yield* client.send(ask("Shall I make coffee"))
        yield* tick
        expect(world.asked.at(-1)?.recalled).toEqual(["Human likes coffee."])
        yield* client.send({ type: "delete-memory", all: true })
        yield* TestClock.adjust("1 minute")
        expect(world.facts).toEqual([])
        yield* client.send({ type: "delete-memory", all: false })
        expect(client.seen().at(-1)).toMatch(/^error delete-memory: say which/)
        yield* client.send({ type: "delete-memory", id, all: true })
        expect(client.seen().at(-1)).toMatch(/^error delete-memory: say which/)
        yield* client.leave
      })
    )
  )

  it.effect("is not learnt in one session any more once it is deleted in another", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world)
        world.write = () =>
          Effect.as(Effect.sleep("5 seconds"), JSON.stringify([{ op: "add", text: "Human likes tea." }]))
        const client = yield* ready
        const another = yield* ready
        yield* client.send(ask("I like tea"))
        yield* tick
        yield* another.send({ type: "delete-memory", all: true })
        yield* TestClock.adjust("1 minute")
        expect(world.facts).toEqual([])
        yield* client.leave
        yield* another.leave
      })
    )
  )

  it.effect("does not overwrite what the person has corrected meanwhile", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world)
        const owner = { confUid: (yield* (yield* Characters).base).conf_uid, person: "Human" }
        const id = yield* (yield* Facts).add(owner, {
          text: "Human likes tea.",
          importance: 5,
          embedding: WordEmbedder.embed("Human likes tea.")
        })
        world.write = () =>
          Effect.as(
            Effect.sleep("5 seconds"),
            JSON.stringify([{ op: "update", id, text: "Human loves tea." }])
          )
        const client = yield* ready
        yield* client.send(ask("I like tea"))
        yield* tick
        yield* client.send({ type: "edit-memory", id, text: "Human likes coffee." })
        yield* TestClock.adjust("1 minute")
        expect(world.facts.map(({ text }) => text)).toEqual(["Human likes coffee."])
        yield* client.leave
      })
    )
  )
})
