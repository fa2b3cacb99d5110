import { assert } from "@effect/vitest"
import type { Vitest } from "@effect/vitest"
import { Chunk, Effect, Stream, TestClock } from "effect"
import type { Layer } from "effect"
import { Archive } from "../../src/history/Archive.ts"
import type { Conversation } from "../../src/history/Archive.ts"
import { History } from "../../src/history/History.ts"

const conversation = (confUid: string, uid: string, ...contents: ReadonlyArray<string>): Conversation => ({
  confUid,
  uid,
  metadata: { role: "metadata", timestamp: "2025-03-04T05:06:06", resume_id: "x" },
  messages: contents.map((content, index) =>
    index % 2 === 0
      ? { role: "human", timestamp: `2025-03-04T05:06:0${index}`, content }
      : { role: "ai", timestamp: `2025-03-04T05:06:0${index}`, content, name: "雫", avatar: "雫.png" }
  )
})

/** What an archive holds, whole. */
export const all = (confUid?: string) =>
  Effect.flatMap(Archive, (archive) =>
    Effect.map(Stream.runCollect(archive.conversations(confUid)), Chunk.toReadonlyArray)
  )

/** Conversations that move, in every kind of database. `fresh` gives one that nobody has used. */
export const describeArchive = <R, E>(
  it: Vitest.MethodsNonLive<R>,
  fresh: Layer.Layer<Archive | History, E, R>
) => {
  it.effect("adds conversations exactly as they are, and each of them once", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      // The same uid with two characters, as a copied folder has it.
      const moving = [
        conversation("雫", "one", "Hello", "こんにちは 🌸"),
        conversation("mao", "one", "Hi"),
        conversation("mao", "two", ...Array.from({ length: 250 }, (_, index) => `line ${index}`))
      ]
      assert.deepStrictEqual(yield* archive.compare(moving), ["missing", "missing", "missing"])
      assert.deepStrictEqual(yield* all(), [])
      assert.deepStrictEqual(yield* archive.restore(moving), ["missing", "missing", "missing"])
      assert.deepStrictEqual(yield* archive.restore(moving), ["same", "same", "same"])
      assert.deepStrictEqual(yield* all(), moving)
      assert.deepStrictEqual(yield* all("雫"), moving.slice(0, 1))
      assert.deepStrictEqual(yield* archive.characters, [
        { confUid: "mao", conversations: 2 },
        { confUid: "雫", conversations: 1 }
      ])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("keeps what has gone on here, and what is another conversation of the same uid", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      const history = yield* History
      yield* archive.restore([conversation("mao", "one", "Hi"), conversation("mao", "two", "Hi")])
      yield* history.append("mao", "one", [{ role: "ai", content: "Still there?" }])
      const before = yield* all()
      const moving = [conversation("mao", "one", "Hi"), conversation("mao", "two", "Ho")]
      assert.deepStrictEqual(yield* archive.restore(moving), ["continued", "different"])
      assert.deepStrictEqual(yield* all(), before)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("adds what a conversation lacks that has gone on where it comes from, once", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      const lines = Array.from({ length: 250 }, (_, index) => `line ${index}`)
      yield* archive.restore([
        conversation("mao", "one", ...lines.slice(0, 2)),
        conversation("mao", "two", "Hi"),
        conversation("mao", "three", ...lines)
      ])
      const before = yield* all()
      const moving = [
        conversation("mao", "one", ...lines),
        conversation("mao", "two", "Ho", "Hi"),
        conversation("mao", "three", ...lines)
      ]
      const standings = [{ lacking: 248 }, "different", "same"] as const
      assert.deepStrictEqual(yield* archive.compare(moving), standings)
      assert.deepStrictEqual(yield* all(), before)
      assert.deepStrictEqual(yield* archive.restore(moving), standings)
      const after = [moving[0]!, ...before.slice(1)]
      assert.deepStrictEqual(yield* all(), after)
      assert.deepStrictEqual(yield* archive.restore(moving), ["same", "different", "same"])
      assert.deepStrictEqual(yield* all(), after)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("leaves a conversation alone that has begun here without a message yet", () =>
    Effect.gen(function* () {
      const uid = yield* (yield* History).create("mao")
      assert.deepStrictEqual(yield* (yield* Archive).restore([conversation("mao", uid, "Hi")]), ["different"])
      assert.deepStrictEqual(yield* all(), [])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("lists conversations that moved in by their times, below those of today", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      const history = yield* History
      yield* TestClock.setTime(Date.UTC(2030, 0, 1))
      const today = yield* history.create("mao")
      yield* history.append("mao", today, [{ role: "human", content: "Hello" }])
      yield* archive.restore(["new", "old"].map((uid) => conversation("mao", uid, "Hi")))
      const old = conversation("mao", "older", "Hi")
      const messages = old.messages.map((message) => ({ ...message, timestamp: "1960-01-01T00:00:00" }))
      yield* archive.restore([{ ...old, messages }])
      const uids = (page: ReadonlyArray<{ readonly uid: string }>) => page.map(({ uid }) => uid)
      assert.deepStrictEqual(uids(yield* history.list("mao")), [today, "old", "new", "older"])
      const first = yield* history.page("mao", { limit: 2, before: undefined })
      assert.deepStrictEqual([uids(first.items), first.more], [[today, "old"], true])
      const rest = yield* history.page("mao", { limit: 2, before: "old" })
      assert.deepStrictEqual([uids(rest.items), rest.more], [["new", "older"], false])
      // One that goes on here is as young as what is said in it.
      yield* TestClock.adjust("1 hour")
      yield* history.append("mao", "older", [{ role: "ai", content: "Ho" }])
      assert.deepStrictEqual(uids(yield* history.list("mao")), ["older", today, "old", "new"])
      yield* history.remove("mao", today)
      assert.deepStrictEqual(uids(yield* history.list("mao")), ["older", "old", "new"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("leaves out conversations without a message, and pages through many", () =>
    Effect.gen(function* () {
      const history = yield* History
      yield* history.create("mao")
      const many = Array.from({ length: 450 }, (_, index) => conversation("mao", `uid-${index}`, "Hi"))
      yield* (yield* Archive).restore(many)
      assert.deepStrictEqual(
        (yield* all("mao")).map(({ uid }) => uid),
        many.map(({ uid }) => uid)
      )
    }).pipe(Effect.provide(fresh))
  )
}
