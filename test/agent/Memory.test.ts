import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Memory from "../../src/agent/Memory.ts"
import { Tokens } from "../../src/agent/Tokens.ts"
import { interruptedMark } from "../../src/history/History.ts"
import type { ChatMessage } from "../../src/llm/Llm.ts"

const user = (text: string): ChatMessage => ({ role: "user", text })
const answer = (text: string): ChatMessage => ({ role: "assistant", text })

/** A memory of 1000 tokens. */
const make = Effect.map(Tokens, (tokens) => Memory.make(Effect.succeed(1000), tokens))

const sizeOf = Effect.fnUntraced(function* (memory: Memory.Memory) {
  const tokens = yield* Tokens
  const { messages, summary = "" } = yield* memory.remembered
  return [...messages.map(({ text }) => text), summary].reduce(
    (sum, text) => sum + tokens.measure(text, Infinity).tokens,
    0
  )
})

const turn = Effect.fnUntraced(function* (memory: Memory.Memory, count: number) {
  yield* memory.add(user(`Question ${count}, about the weather in the mountains and what to wear there.`))
  yield* memory.add(answer(`Answer ${count}: it will be cold and windy, so take a warm coat and a hat.`))
})

it.layer(Tokens.layer)("Memory", (it) => {
  it.effect("stays within its tokens and begins with the person's word", () =>
    Effect.gen(function* () {
      const memory = yield* make
      for (let count = 0; count < 300; count++) {
        yield* turn(memory, count)
        if (count % 7 === 0) yield* memory.add(user(interruptedMark))
        const { messages } = yield* memory.remembered
        expect(messages[0]?.text).toMatch(/^Question/)
        expect(yield* sizeOf(memory)).toBeLessThanOrEqual(1000)
      }
      const { messages } = yield* memory.remembered
      expect(messages.at(-1)?.text).toMatch(/^Answer 299/)
      expect(messages.length).toBeGreaterThan(20)
    })
  )

  it.effect("cuts much at once: over 200 turns the first message changes seldom", () =>
    Effect.gen(function* () {
      const memory = yield* make
      const firsts = new Set<string>()
      for (let count = 0; count < 200; count++) {
        yield* turn(memory, count)
        firsts.add((yield* memory.remembered).messages[0]!.text)
      }
      expect(firsts.size).toBeLessThanOrEqual(20)
    })
  )

  it.effect("keeps one very long message cut, with a note, and that quickly", () =>
    Effect.gen(function* () {
      const memory = yield* make
      const kept = yield* memory.add(user("x".repeat(16 * 1024 * 1024)))
      expect(kept.text.length).toBeLessThan(10_000)
      expect(kept.text).toMatch(/x\n\[\d+ more characters are left out\.\]$/)
      expect((yield* memory.remembered).messages).toEqual([kept])
      yield* memory.add(answer("<|endoftext|> is a text like any other"))
      expect(yield* sizeOf(memory)).toBeLessThanOrEqual(1000)
    })
  )

  it.effect("takes a message out again, and forgets everything on reset", () =>
    Effect.gen(function* () {
      const memory = yield* make
      yield* memory.add(user("Really?"))
      const yes = yield* memory.add(answer("Yes"))
      yield* memory.remove(yes)
      const { conversation, messages } = yield* memory.remembered
      expect(messages).toEqual([user("Really?")])
      yield* memory.reset([user("Hi")])
      const after = yield* memory.remembered
      expect(after.messages).toEqual([user("Hi")])
      expect(after.conversation).not.toBe(conversation)
      yield* memory.reset([])
      expect((yield* memory.remembered).messages).toEqual([])
    })
  )

  it.effect("keeps pictures only as long as they are new", () =>
    Effect.gen(function* () {
      const memory = yield* make
      yield* memory.add({ ...user("Look"), images: [{ mimeType: "image/png", base64: "AAAA" }] })
      expect((yield* memory.remembered).messages[0]?.images).toHaveLength(1)
      yield* memory.add(answer("A cat"))
      yield* memory.add(user("What colour?"))
      expect((yield* memory.remembered).messages[0]).toEqual(user("Look"))
    })
  )

  it.effect("offers the older half for a summary, which takes its place", () =>
    Effect.gen(function* () {
      const memory = yield* make
      expect(yield* memory.older).toBeUndefined()
      let count = 0
      while ((yield* memory.older) === undefined) yield* turn(memory, count++)
      const older = (yield* memory.older)!
      expect(older.messages[0]?.text).toMatch(/^Question 0,/)
      expect(older.summary).toBeUndefined()
      // What is said while the summary is being written stays.
      yield* turn(memory, 999)
      yield* memory.summarised(older, "They talked about mountains.")
      const { messages, summary } = yield* memory.remembered
      expect(summary).toBe("They talked about mountains.")
      expect(messages[0]).toEqual(user(messages[0]!.text))
      expect(messages.at(-1)?.text).toMatch(/^Answer 999/)
      expect(older.messages.length + messages.length).toBe(2 * count + 2)
      expect(yield* memory.older).toBeUndefined()
      expect(yield* sizeOf(memory)).toBeLessThan(700)
    })
  )

  it.effect("keeps little of what was cut while no summary could be made", () =>
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const memory = yield* make
      for (let count = 0; count < 300; count++) yield* turn(memory, count)
      const older = (yield* memory.older)!
      const size = older.messages.reduce((sum, { text }) => sum + tokens.measure(text, Infinity).tokens, 0)
      // Half of the limit that was cut, and at most five eighths of what is still remembered.
      expect(size).toBeLessThanOrEqual(500 + 625)
    })
  )

  it.effect("takes no summary of what is not remembered any more, and bounds one that is too long", () =>
    Effect.gen(function* () {
      const memory = yield* make
      for (let count = 0; count < 25; count++) yield* turn(memory, count)
      const older = (yield* memory.older)!
      yield* memory.reset([user("Hi")])
      yield* memory.summarised(older, "Of another conversation.")
      expect(yield* memory.remembered).toMatchObject({ messages: [user("Hi")] })
      expect((yield* memory.remembered).summary).toBeUndefined()

      for (let count = 0; count < 25; count++) yield* turn(memory, count)
      yield* memory.summarised((yield* memory.older)!, "word ".repeat(5000))
      expect((yield* memory.remembered).summary!.length).toBeLessThan(1000)
    })
  )

  it.effect(
    "keeps the latest of a long conversation that is loaded, and offers what was just before it",
    () =>
      Effect.gen(function* () {
        const memory = yield* make
        const messages = Array.from({ length: 5000 }, (_, index) =>
          index % 2 === 0 ? user(`Question ${index} about the sea`) : answer(`Answer ${index} about the sea`)
        )
        yield* memory.reset(messages)
        expect(yield* sizeOf(memory)).toBeLessThanOrEqual(1000)
        const { messages: kept } = yield* memory.remembered
        expect(kept.at(-1)).toEqual(messages.at(-1))
        expect(kept[0]?.role).toBe("user")
        const older = (yield* memory.older)!
        expect(older.messages.at(-1)).toEqual(messages[5000 - kept.length - 1])
        yield* memory.summarised(older, "The sea.")
        expect((yield* memory.remembered).messages).toEqual(kept)
      })
  )
})
