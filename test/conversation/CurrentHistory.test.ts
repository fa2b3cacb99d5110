import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as CurrentHistory from "../../src/conversation/CurrentHistory.ts"
import { History } from "../../src/history/History.ts"
import type { NewMessage } from "../../src/history/History.ts"
import { nextRound } from "../../src/supervision/NextRound.ts"
import { fresh } from "../support/HistoryDatabase.ts"

const human = (content: string): NewMessage => ({ role: "human", content })

const opened = Effect.gen(function* () {
  const history = yield* History
  const current = CurrentHistory.make(Effect.succeed("shizuku"), history)
  const contentsOf = (uid: string) =>
    Effect.map(history.messages("shizuku", uid), (messages) => messages.map(({ content }) => content))
  return { contentsOf, current, history }
})

describe("CurrentHistory", () => {
  it.scoped("starts a conversation with the first message, and another one when that was deleted", () =>
    Effect.gen(function* () {
      const { contentsOf, current, history } = yield* opened
      const { uid } = yield* current.append([human("hello")])
      expect(yield* current.uid).toBe(uid)
      yield* history.remove("shizuku", uid)
      const again = yield* current.append([human("still there?")])
      expect(again.uid).not.toBe(uid)
      expect(yield* current.uid).toBe(again.uid)
      expect(yield* contentsOf(again.uid)).toEqual(["still there?"])
    }).pipe(Effect.provide(fresh))
  )

  it.scoped(
    "stays in the conversation that was chosen while a message for the one before was on its way",
    () =>
      Effect.gen(function* () {
        const { contentsOf, current, history } = yield* opened
        const [empty, chosen] = [yield* history.create("shizuku"), yield* history.create("shizuku")]
        yield* current.set(empty)
        const storing = yield* Effect.fork(current.append([human("on its way")]))
        yield* Effect.yieldNow()
        yield* current.set(chosen)
        yield* nextRound
        expect((yield* Fiber.join(storing)).uid).toBe(chosen)
        expect(yield* current.uid).toBe(chosen)
        expect(yield* contentsOf(chosen)).toEqual(["on its way"])
      }).pipe(Effect.provide(fresh))
  )

  it.scoped(
    "starts another conversation when the one that it has just started was left before its first message",
    () =>
      Effect.gen(function* () {
        const { contentsOf, current } = yield* opened
        const storing = yield* Effect.fork(current.append([human("on its way")]))
        while ((yield* current.uid) === undefined) yield* Effect.yieldNow()
        yield* current.leave
        const { uid } = yield* Fiber.join(storing)
        expect(yield* contentsOf(uid)).toEqual(["on its way"])
      }).pipe(Effect.provide(fresh))
  )
})
