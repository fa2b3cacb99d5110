import { assert, it } from "@effect/vitest"
import * as LlamaCppEngine from "../../src/llm/LlamaCppEngine.ts"

it("leaves out old messages in large steps", () => {
  assert.strictEqual(LlamaCppEngine.leaveOut([10, 10, 10], 100, 0), 0)
  assert.strictEqual(LlamaCppEngine.leaveOut([30, 30, 30, 30], 100, 0), 2)
  assert.strictEqual(LlamaCppEngine.leaveOut([30, 30, 30, 30, 30], 100, 2), 2)
  assert.strictEqual(LlamaCppEngine.leaveOut([500], 100, 0), 0)
  // A conversation that was cleared starts anew.
  assert.strictEqual(LlamaCppEngine.leaveOut([10], 100, 5), 0)
})

it("gives a conversation the context that knows it, or else the one that was idle longest", () => {
  const slots = [
    { conversation: "a", lastUsed: 2 },
    { conversation: "b", lastUsed: 1 }
  ]
  assert.strictEqual(LlamaCppEngine.choose(slots, "a"), slots[0])
  assert.strictEqual(LlamaCppEngine.choose(slots, "c"), slots[1])
  assert.isUndefined(LlamaCppEngine.choose([], "c"))
})
