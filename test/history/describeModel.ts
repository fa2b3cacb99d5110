import { assert } from "@effect/vitest"
import type { Vitest } from "@effect/vitest"
import { Effect, Runtime } from "effect"
import type { Layer } from "effect"
import * as fc from "fast-check"
import type { Facts } from "../../src/history/Facts.ts"
import { History, interruptedMark } from "../../src/history/History.ts"
import type { NewMessage } from "../../src/history/History.ts"

/** Compares a database with a list in memory, `runs` times. */
export const describeModel = <R, E>(
  it: Vitest.MethodsNonLive<R>,
  fresh: Layer.Layer<History | Facts, E, R>,
  runs: number
) => {
  it.effect("behaves like a list in memory, whatever the order of operations", () =>
    Effect.flatMap(Effect.runtime<R>(), (runtime) =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.array(operation, { maxLength: 40 }), (operations) =>
            Runtime.runPromise(runtime)(compareWithModel(operations).pipe(Effect.provide(fresh)))
          ),
          { numRuns: runs }
        )
      )
    )
  )
}

const character = fc.constantFrom("shizuku", "mao")
const slot = fc.nat({ max: 3 })
const message: fc.Arbitrary<NewMessage> = fc.record({
  role: fc.constantFrom("human" as const, "ai" as const, "system" as const),
  content: fc.string()
})
const operation = fc.oneof(
  fc.record({ do: fc.constant("create" as const), character }),
  fc.record({
    do: fc.constant("append" as const),
    character,
    slot,
    messages: fc.array(message, { maxLength: 3 })
  }),
  fc.record({ do: fc.constant("remove" as const), character, slot }),
  fc.record({ do: fc.constant("discard" as const), character, slot }),
  fc.record({
    do: fc.constant("interrupt" as const),
    character,
    slot,
    stored: fc.boolean(),
    heard: fc.option(fc.string(), { nil: undefined })
  })
)
type Operation = typeof operation extends fc.Arbitrary<infer A> ? A : never

interface ModelHistory {
  readonly uid: string
  readonly character: string
  messages: Array<{ id: number; role: string; content: string }>
}

/** Applies the operations to the database and to `model`, and compares what both show at the end. */
const compareWithModel = Effect.fnUntraced(function* (operations: ReadonlyArray<Operation>) {
  const history = yield* History
  const created: Array<string> = []
  let model: Array<ModelHistory> = []
  let order = 0

  for (const step of operations) {
    if (step.do === "create") {
      const uid = yield* history.create(step.character)
      created.push(uid)
      model.push({ uid, character: step.character, messages: [] })
      continue
    }
    const uid = created[step.slot] ?? "unknown"
    const own = model.find((one) => one.uid === uid && one.character === step.character)
    if (step.do === "append") {
      const ids = yield* Effect.option(history.append(step.character, uid, step.messages))
      assert.strictEqual(ids._tag, own === undefined ? "None" : "Some")
      for (const { role, content } of own === undefined ? [] : step.messages) {
        own?.messages.push({ id: ++order, role, content })
      }
    } else if (step.do === "remove") {
      assert.strictEqual(yield* history.remove(step.character, uid), own !== undefined)
      model = model.filter((one) => one !== own)
    } else if (step.do === "discard") {
      yield* history.discardIfEmpty(step.character, uid)
      if (own?.messages.length === 0) model = model.filter((one) => one !== own)
    } else {
      yield* interruptBoth(own, step)
    }
  }

  for (const { uid, character, messages } of model) {
    const stored = yield* history.messages(character, uid)
    assert.deepStrictEqual(
      stored.map(({ role, content }) => ({ role, content })),
      messages.map(({ role, content }) => ({ role, content }))
    )
  }
  for (const name of ["shizuku", "mao"]) {
    const listed = yield* history.list(name)
    assert.deepStrictEqual(
      listed.map(({ uid, latest_message }) => [uid, latest_message.content]),
      model
        .filter(({ character }) => character === name)
        .map(({ uid, messages }) => ({ uid, shown: messages.findLast(({ role }) => role !== "system") }))
        .filter(({ shown }) => shown !== undefined)
        .sort((a, b) => b.shown!.id - a.shown!.id)
        .map(({ uid, shown }) => [uid, shown!.content])
    )
  }

  function* interruptBoth(own: ModelHistory | undefined, step: Extract<Operation, { do: "interrupt" }>) {
    const heard = step.heard === undefined ? undefined : { role: "ai" as const, content: step.heard }
    if (own === undefined) {
      const uid = created[step.slot] ?? "unknown"
      const refused = yield* Effect.flip(history.interrupt(step.character, uid, { id: undefined, heard }))
      assert.strictEqual(refused._tag, "HistoryNotFound")
      return
    }
    const stored = step.stored ? { role: "ai" as const, content: "to be said" } : undefined
    const ids = yield* history.append(own.character, own.uid, stored === undefined ? [] : [stored])
    if (stored !== undefined) order++
    yield* history.interrupt(own.character, own.uid, { id: ids[0], heard })
    if (step.heard) {
      own.messages.push({ id: stored === undefined ? ++order : order, role: "ai", content: step.heard })
    }
    own.messages.push({ id: ++order, role: "system", content: interruptedMark })
  }
})
