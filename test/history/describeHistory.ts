import { assert } from "@effect/vitest"
import type { Vitest } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import type { Layer } from "effect"
import { History, interruptedMark } from "../../src/history/History.ts"
import type { HistoryMessage, NewMessage } from "../../src/history/History.ts"
import type { Facts } from "../../src/history/Facts.ts"

const human = (content: string): NewMessage => ({ role: "human", content })
const ai = (content: string): NewMessage => ({ role: "ai", content, name: "Shizuku", avatar: "shizuku.png" })
const contents = (messages: ReadonlyArray<HistoryMessage>) => messages.map(({ content }) => content)
const localIso = (ms: number) => {
  const date = new Date(ms)
  const two = (value: number) => String(value).padStart(2, "0")
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}` +
    `T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  )
}

/** What conversations do in every kind of database. `fresh` gives one that nobody has used. */
export const describeHistory = <R, E>(
  it: Vitest.MethodsNonLive<R>,
  fresh: Layer.Layer<History | Facts, E, R>
) => {
  it.effect("creates uids of the local time and 32 random hex digits", () =>
    Effect.gen(function* () {
      const now = new Date(2026, 10, 4, 7, 5, 8).getTime()
      yield* TestClock.setTime(now)
      const history = yield* History
      const first = yield* history.create("shizuku")
      const second = yield* history.create("shizuku")
      assert.match(first, /^2026-11-04_07-05-08_[0-9a-f]{32}$/)
      assert.match(second, /^2026-11-04_07-05-08_[0-9a-f]{32}$/)
      assert.notStrictEqual(first, second)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("keeps messages with their time, and name and avatar only where given", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(new Date(2026, 10, 24, 7, 5, 58).getTime())
      const history = yield* History
      const uid = yield* history.create("shizuku")
      assert.deepStrictEqual(yield* history.messages("shizuku", uid), [])
      const ids = yield* history.append("shizuku", uid, [human("Hello; DROP TABLE 'x'"), ai("こんにちは 🌸")])
      assert.strictEqual(new Set(ids).size, 2)
      assert.deepStrictEqual(yield* history.append("shizuku", uid, []), [])
      assert.deepStrictEqual(yield* history.messages("shizuku", uid), [
        { role: "human", timestamp: "2026-11-24T07:05:58", content: "Hello; DROP TABLE 'x'" },
        {
          role: "ai",
          timestamp: "2026-11-24T07:05:58",
          content: "こんにちは 🌸",
          name: "Shizuku",
          avatar: "shizuku.png"
        }
      ])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("lists the latest used first, without empty ones, with the latest shown message", () =>
    Effect.gen(function* () {
      // The clock may be that of tests before.
      yield* TestClock.setTime(0)
      const history = yield* History
      const [older, newer, empty, marked] = yield* Effect.all([
        history.create("shizuku"),
        history.create("shizuku"),
        history.create("shizuku"),
        history.create("shizuku")
      ])
      yield* history.append("shizuku", older, [human("one")])
      yield* history.append("shizuku", newer, [human("two"), ai("three")])
      yield* history.interrupt("shizuku", marked, { id: undefined, heard: undefined })
      const before = yield* history.list("shizuku")
      assert.deepStrictEqual(
        before.map(({ uid, latest_message }) => [uid, latest_message.content]),
        [
          [newer, "three"],
          [older, "one"]
        ]
      )
      yield* TestClock.adjust("90 seconds")
      yield* history.append("shizuku", older, [ai("four"), { role: "system", content: "not shown" }])
      const after = yield* history.list("shizuku")
      assert.deepStrictEqual(
        after.map(({ uid }) => uid),
        [older, newer]
      )
      assert.deepStrictEqual(after[0], {
        uid: older,
        timestamp: localIso(90_000),
        latest_message: {
          role: "ai",
          timestamp: localIso(90_000),
          content: "four",
          name: "Shizuku",
          avatar: "shizuku.png"
        }
      })
      assert.notInclude(
        after.map(({ uid }) => uid),
        empty
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("does not find another character's history", () =>
    Effect.gen(function* () {
      const history = yield* History
      const uid = yield* history.create("shizuku")
      const [id] = yield* history.append("shizuku", uid, [ai("secret")])
      assert.deepStrictEqual(yield* history.list("mao"), [])
      const refused = [
        yield* Effect.flip(history.messages("mao", uid)),
        yield* Effect.flip(history.append("mao", uid, [human("intruder")])),
        yield* Effect.flip(history.interrupt("mao", uid, { id, heard: undefined })),
        yield* Effect.flip(history.messages("shizuku", "2026-01-01_00-00-00_0"))
      ]
      assert.deepStrictEqual(
        refused.map(({ _tag }) => _tag),
        ["HistoryNotFound", "HistoryNotFound", "HistoryNotFound", "HistoryNotFound"]
      )
      assert.isFalse(yield* history.remove("mao", uid))
      assert.deepStrictEqual(contents(yield* history.messages("shizuku", uid)), ["secret"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("removes a history with its messages, once", () =>
    Effect.gen(function* () {
      const history = yield* History
      const uid = yield* history.create("shizuku")
      const other = yield* history.create("shizuku")
      yield* history.append("shizuku", uid, [human("gone")])
      yield* history.append("shizuku", other, [human("stays")])
      assert.isTrue(yield* history.remove("shizuku", uid))
      assert.isFalse(yield* history.remove("shizuku", uid))
      assert.strictEqual((yield* Effect.flip(history.messages("shizuku", uid)))._tag, "HistoryNotFound")
      const listed = yield* history.list("shizuku")
      assert.deepStrictEqual(
        listed.map(({ uid }) => uid),
        [other]
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("records what was heard of an interrupted answer, and the mark", () =>
    Effect.gen(function* () {
      const history = yield* History
      const after = Effect.fnUntraced(function* (heard: NewMessage | undefined, stored: boolean) {
        const uid = yield* history.create("shizuku")
        const ids = yield* history.append("shizuku", uid, [
          human("Tell me"),
          ...(stored ? [ai("One. Two.")] : [])
        ])
        yield* history.interrupt("shizuku", uid, { id: stored ? ids[1] : undefined, heard })
        return (yield* history.messages("shizuku", uid)).map(({ role, content }) => `${role}: ${content}`)
      })
      const mark = `system: ${interruptedMark}`
      assert.deepStrictEqual(yield* after(ai("One."), true), ["human: Tell me", "ai: One.", mark])
      assert.deepStrictEqual(yield* after(undefined, true), ["human: Tell me", mark])
      assert.deepStrictEqual(yield* after(ai(""), true), ["human: Tell me", mark])
      assert.deepStrictEqual(yield* after(ai("One."), false), ["human: Tell me", "ai: One.", mark])
      assert.deepStrictEqual(yield* after(undefined, false), ["human: Tell me", mark])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("does not touch a message of another history, even if an interruption names it", () =>
    Effect.gen(function* () {
      const history = yield* History
      const mine = yield* history.create("shizuku")
      const other = yield* history.create("shizuku")
      const [id] = yield* history.append("shizuku", other, [ai("untouched")])
      yield* history.interrupt("shizuku", mine, { id, heard: undefined })
      yield* history.interrupt("shizuku", mine, { id, heard: ai("heard") })
      assert.deepStrictEqual(contents(yield* history.messages("shizuku", other)), ["untouched"])
      assert.deepStrictEqual(contents(yield* history.messages("shizuku", mine)), [
        interruptedMark,
        "heard",
        interruptedMark
      ])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("discards a history only if it is empty and the character's own", () =>
    Effect.gen(function* () {
      const history = yield* History
      const used = yield* history.create("shizuku")
      const empty = yield* history.create("shizuku")
      yield* history.append("shizuku", used, [human("keep")])
      yield* history.discardIfEmpty("shizuku", used)
      yield* history.discardIfEmpty("mao", empty)
      assert.deepStrictEqual(yield* history.messages("shizuku", empty), [])
      yield* history.discardIfEmpty("shizuku", empty)
      assert.strictEqual((yield* Effect.flip(history.messages("shizuku", empty)))._tag, "HistoryNotFound")
      assert.deepStrictEqual(contents(yield* history.messages("shizuku", used)), ["keep"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("lets twenty sessions write at once, and one that is interrupted leaves nothing half done", () =>
    Effect.gen(function* () {
      const history = yield* History
      const session = Effect.fnUntraced(function* (number: number) {
        const uid = yield* history.create("shizuku")
        for (let turn = 0; turn < 10; turn++) {
          const [, id] = yield* history.append("shizuku", uid, [human(`${number}/${turn}`), ai("answer")])
          yield* Effect.yieldNow()
          yield* history.interrupt("shizuku", uid, { id, heard: ai(`heard ${turn}`) })
          yield* history.list("shizuku")
          yield* Effect.ignore(history.append("mao", uid, [human("rolled back")]))
        }
        return (yield* history.messages("shizuku", uid)).length
      })
      const cut = yield* history.create("shizuku")
      const [counts] = yield* Effect.all(
        [
          Effect.forEach(Array.from({ length: 20 }).keys(), session, { concurrency: "unbounded" }),
          history
            .append(
              "shizuku",
              cut,
              Array.from({ length: 50 }, () => human("all or nothing"))
            )
            .pipe(Effect.raceFirst(Effect.repeatN(Effect.yieldNow(), 20)), Effect.repeatN(10))
        ],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(new Set(counts), new Set([30]))
      assert.strictEqual((yield* history.messages("shizuku", cut)).length % 50, 0)
    }).pipe(Effect.provide(fresh))
  )
}
