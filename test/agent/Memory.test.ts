import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Memory from "../../src/agent/Memory.ts"
import type { ChatMessage } from "../../src/llm/Llm.ts"

const user = (text: string): ChatMessage => ({ role: "user", text })

describe("Memory", () => {
  it.effect("keeps the latest messages that fit, and always the last one", () =>
    Effect.gen(function* () {
      const memory = yield* Memory.make
      for (let count = 0; count < 100; count++) yield* memory.add(user(`${count} `.repeat(200)))
      const kept = yield* memory.messages
      expect(kept.at(-1)?.text.startsWith("99 ")).toBe(true)
      expect(kept.length).toBeGreaterThan(20)
      expect(kept.reduce((length, { text }) => length + text.length, 0)).toBeLessThanOrEqual(24_000)
      yield* memory.add(user("x".repeat(30_000)))
      expect(yield* memory.messages).toHaveLength(1)
    })
  )

  it.effect("takes a message out again, and forgets everything on reset", () =>
    Effect.gen(function* () {
      const memory = yield* Memory.make
      const answer: ChatMessage = { role: "assistant", text: "Yes" }
      yield* memory.add(user("Really?"))
      yield* memory.add(answer)
      yield* memory.remove(answer)
      expect(yield* memory.messages).toEqual([user("Really?")])
      yield* memory.reset([user("Hi")])
      expect(yield* memory.messages).toEqual([user("Hi")])
      yield* memory.reset([])
      expect(yield* memory.messages).toEqual([])
    })
  )

  it.effect("keeps pictures only as long as they are new", () =>
    Effect.gen(function* () {
      const memory = yield* Memory.make
      yield* memory.add({ ...user("Look"), images: [{ mimeType: "image/png", base64: "AAAA" }] })
      expect((yield* memory.messages)[0]?.images).toHaveLength(1)
      yield* memory.add({ role: "assistant", text: "A cat" })
      yield* memory.add(user("What colour?"))
      expect((yield* memory.messages)[0]).toEqual(user("Look"))
    })
  )
})
