import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import * as Cast from "../support/Cast.ts"
import { ask, ready, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

/** The model runs on this machine, and knows nothing of what is more urgent. */
const here = { llm_provider: "ollama_llm" } as const

const remembers = (world: World.World, settings: World.World["settings"] = {}) => {
  const { long_term_memory } = Cast.rememberingSettings
  world.settings = { long_term_memory, ...settings }
}

/** What the person said in a turn that is to be learnt from. */
const saidIn = (text: string) => /Human: (.*)/.exec(text)?.[1]

describe("what is learnt behind the turns", () => {
  it.effect("waits while a model of this machine answers, and is begun again afterwards", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world, here)
        const learnt: Array<string | undefined> = []
        world.write = ({ text }) => {
          learnt.push(saidIn(text))
          return Effect.as(Effect.sleep("5 seconds"), "[]").pipe(
            Effect.onInterrupt(() => Effect.sync(() => world.journal.push("interrupt writing")))
          )
        }
        const client = yield* ready
        yield* client.send(ask("One"))
        yield* tick
        world.reply = () =>
          Stream.fromEffect(Effect.as(Effect.sleep("3 seconds"), { _tag: "Text", text: "Yes." }))
        yield* client.send(ask("Two"))
        yield* tick
        expect(world.journal).toContain("interrupt writing")
        yield* TestClock.adjust("2 seconds")
        expect(learnt).toEqual(["One"])
        yield* TestClock.adjust("1 second")
        expect(learnt).toEqual(["One", "One"])
        yield* TestClock.adjust("5 seconds")
        expect(learnt).toEqual(["One", "One", "Two"])
        yield* client.leave
      })
    )
  )

  for (const [what, fails] of [
    ["is interrupted", false],
    ["fails", true]
  ] as const)
    it.effect(`is begun again after a turn that ${what}`, () =>
      World.run((world) =>
        Effect.gen(function* () {
          remembers(world, here)
          const learnt: Array<string | undefined> = []
          world.write = ({ text }) => {
            learnt.push(saidIn(text))
            return Effect.as(Effect.sleep("5 seconds"), "[]")
          }
          const client = yield* ready
          yield* client.send(ask("One"))
          yield* tick
          world.reply = () => (fails ? Stream.empty : Stream.never)
          yield* client.send(ask("Two"))
          if (!fails) {
            yield* TestClock.adjust("9 seconds")
            expect(learnt).toEqual(["One"])
            yield* client.send({ type: "interrupt-signal", text: "" })
          }
          yield* tick
          expect(learnt).toEqual(["One", "One"])
          yield* client.leave
        })
      )
    )

  it.effect("is begun again after an utterance in which nothing is recognised", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world, here)
        let begun = 0
        world.write = () =>
          Effect.as(
            Effect.zipRight(
              Effect.sync(() => begun++),
              Effect.sleep("5 seconds")
            ),
            "[]"
          )
        const client = yield* ready
        yield* client.send(ask("One"))
        yield* tick
        world.transcript = () => ""
        yield* client.send({ type: "mic-audio-data", audio: new Float32Array(16_000).fill(0.3) })
        yield* client.send({ type: "mic-audio-end", images: [] })
        yield* TestClock.adjust("1 second")
        expect(client.seen().some((line) => line.startsWith("error Nothing was recognised"))).toBe(true)
        expect(begun).toBe(2)
        yield* client.leave
      })
    )
  )

  it.effect("runs to its end once it has been broken off twice, however quick the talk", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world, here)
        const learnt: Array<string | undefined> = []
        world.write = ({ text }) =>
          Effect.as(Effect.sleep("5 seconds"), "[]").pipe(
            Effect.tap(() => Effect.sync(() => learnt.push(saidIn(text))))
          )
        const client = yield* ready
        for (let count = 1; count <= 6; count++) {
          yield* client.send(ask(`Turn ${count}`))
          yield* TestClock.adjust("3 seconds")
        }
        expect(learnt[0]).toBe("Turn 1")
        yield* client.leave
      })
    )
  )

  it.effect("is left to the embedded model, which knows when it has room for it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        remembers(world)
        world.write = () =>
          Effect.onInterrupt(Effect.never, () => Effect.sync(() => world.journal.push("interrupt writing")))
        const client = yield* ready
        yield* client.send(ask("One"))
        yield* tick
        yield* client.send(ask("Two"))
        yield* tick
        expect(world.journal).not.toContain("interrupt writing")
        yield* client.leave
      })
    )
  )
})
