import { assert, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as LlamaCppEngine from "../../src/llm/LlamaCppEngine.ts"
import * as EmbeddedModel from "../support/EmbeddedModel.ts"

it("leaves out old messages in large steps", () => {
  assert.strictEqual(LlamaCppEngine.leaveOut([10, 10, 10], 100, 0), 0)
  assert.strictEqual(LlamaCppEngine.leaveOut([30, 30, 30, 30], 100, 0), 2)
  assert.strictEqual(LlamaCppEngine.leaveOut([30, 30, 30, 30, 30], 100, 2), 2)
  assert.strictEqual(LlamaCppEngine.leaveOut([500], 100, 0), 0)
  // A conversation that was cleared starts anew.
  assert.strictEqual(LlamaCppEngine.leaveOut([10], 100, 5), 0)
})

it.live(
  "evaluates only what is new of a conversation that it knows, whatever is written in the background meanwhile",
  () =>
    Effect.gen(function* () {
      const model = yield* EmbeddedModel.obtain
      if (Option.isNone(model)) return
      const engine = yield* LlamaCppEngine.load({ modelPath: model.value.path, contextSize: 1024 })
      const system = Array.from({ length: 120 }, (_, index) => `You know word${index % 7}.`).join(" ")
      const evaluated = (conversation: string | undefined, ...said: ReadonlyArray<string>) =>
        engine.answer(
          {
            conversation,
            background: conversation === undefined,
            system,
            messages: said.map((text, index) => ({ role: index % 2 === 0 ? "user" : "assistant", text }))
          },
          () => {}
        )
      const first = yield* evaluated("a", "Say yes.")
      assert.isAbove(first, 300)
      for (const text of ["One.", "Two."]) yield* evaluated(undefined, text)
      assert.isBelow(yield* evaluated("a", "Say yes.", "Yes.", "Say no."), 60)
    }),
  180_000
)
