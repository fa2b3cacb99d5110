import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import * as Operations from "../../src/recall/Operations.ts"

describe("what a model notes", () => {
  it.effect("is read out of JSON with words around it, or broken, and tidied", () =>
    Effect.gen(function* () {
      const read = Operations.read
      const add = { op: "add", text: "Anna likes tea.", importance: 7 }
      expect(yield* read(JSON.stringify({ operations: [add] }))).toEqual([add])
      expect(yield* read(`Here you are:\n\`\`\`json\n${JSON.stringify([add])}\n\`\`\``)).toEqual([add])
      expect(yield* read(`{operations: [{op: 'add', text: 'Anna likes tea.', importance: 7},`)).toEqual([add])
      expect(yield* read(`{"operations": []}`)).toEqual([])
      expect(
        yield* read(
          JSON.stringify([
            { op: "add", text: "  two\n\u0007lines " },
            { op: "add", text: "  " },
            { op: "add", text: "...", importance: 5 },
            { op: "add", text: "x".repeat(1000), importance: 99 },
            { op: "update", id: "3", text: "Anna likes coffee.", importance: "2" },
            { op: "update", text: "no id" },
            { op: "drop-table", id: 1 },
            { op: "delete", id: 4, reason: "wrong" },
            "nothing"
          ])
        )
      ).toEqual([
        { op: "add", text: "two lines", importance: 5 },
        { op: "add", text: "x".repeat(300), importance: 10 },
        { op: "update", id: 3, text: "Anna likes coffee.", importance: 2 },
        { op: "delete", id: 4 }
      ])
      expect(yield* read(JSON.stringify(Array.from({ length: 100 }, () => add)))).toHaveLength(8)
      expect((yield* Effect.flip(read("I have nothing to note.")))._tag).toBe("NotOperations")
    })
  )

  it.effect.prop("never breaks, whatever it is", [FastCheck.string({ maxLength: 200 })], ([text]) =>
    Effect.gen(function* () {
      const operations = yield* Effect.orElseSucceed(Operations.read(text), () => [])
      expect(operations.length).toBeLessThanOrEqual(8)
    })
  )
})
