import { assert } from "@effect/vitest"
import type { Vitest } from "@effect/vitest"
import { Effect } from "effect"
import type { Layer } from "effect"
import type { Facts } from "../../src/history/Facts.ts"
import { History } from "../../src/history/History.ts"
import type { HistoryMessage, NewMessage } from "../../src/history/History.ts"

const human = (content: string): NewMessage => ({ role: "human", content })
const ai = (content: string): NewMessage => ({ role: "ai", content, name: "Shizuku" })

/** Lists in parts, search and titles in every kind of database. `fresh` gives one that nobody has used. */
export const describeSearch = <R, E>(
  it: Vitest.MethodsNonLive<R>,
  fresh: Layer.Layer<History | Facts, E, R>
) => {
  const said = Effect.fnUntraced(function* (...messages: ReadonlyArray<NewMessage>) {
    const history = yield* History
    const uid = yield* history.create("shizuku")
    yield* history.append("shizuku", uid, messages)
    return uid
  })
  const found = (text: string, confUid = "shizuku") =>
    Effect.flatMap(History, (history) => history.search(confUid, text, 50)).pipe(
      Effect.map(({ items }) => items.map(({ excerpt }) => excerpt))
    )

  it.effect("gives a long list in parts, each conversation once", () =>
    Effect.gen(function* () {
      const history = yield* History
      const uids = yield* Effect.forEach(Array.from({ length: 7 }).keys(), (number) =>
        said(human(`${number}`))
      )
      yield* history.create("shizuku")
      const seen: Array<string> = []
      let more = true
      while (more) {
        const page = yield* history.page("shizuku", { limit: 3, before: seen.at(-1) })
        seen.push(...page.items.map(({ uid }) => uid))
        more = page.more
      }
      assert.deepStrictEqual(seen, uids.toReversed())
      const whole = yield* history.page("shizuku", { limit: 7, before: undefined })
      assert.deepStrictEqual(whole, { items: yield* history.list("shizuku"), more: false })
      for (const [conf, before] of [
        ["mao", uids[0]],
        ["shizuku", "nowhere\0"]
      ] as const) {
        const refused = yield* Effect.flip(history.page(conf, { limit: 3, before }))
        assert.strictEqual(refused._tag, "HistoryNotFound")
      }
    }).pipe(Effect.provide(fresh))
  )

  it.effect("gives a long conversation in parts, each shown message once", () =>
    Effect.gen(function* () {
      const history = yield* History
      const turns = Array.from({ length: 5 }, (_, turn) => turn)
      const uid = yield* said(
        ...turns.flatMap((turn) => [
          human(`Question ${turn}`),
          { role: "system", content: "[Interrupted by user]" } as const,
          ai(`Answer ${turn}`)
        ])
      )
      yield* said(human("Of another one"))
      const all = (yield* history.messages("shizuku", uid)).filter(({ role }) => role !== "system")
      assert.strictEqual(all.length, 10)
      const seen: Array<HistoryMessage> = []
      let before = Number.MAX_SAFE_INTEGER
      do {
        const { first, messages } = yield* history.shown("shizuku", uid, { before, limit: 4 })
        assert.deepStrictEqual(messages, all.slice(first, first + messages.length))
        seen.unshift(...messages)
        before = first
      } while (before > 0)
      assert.deepStrictEqual(seen, all)
      assert.deepStrictEqual(yield* history.shown("shizuku", uid, { before: 3, limit: 2 }), {
        messages: all.slice(1, 3),
        first: 1
      })
      for (const [at, length] of [
        [0, 0],
        [10, 10],
        [11, 10]
      ] as const) {
        const { first, messages } = yield* history.shown("shizuku", uid, { before: at, limit: 500 })
        assert.deepStrictEqual([first, messages.length], [0, length])
      }
      const empty = yield* history.create("shizuku")
      assert.deepStrictEqual(yield* history.shown("shizuku", empty, { before: 9, limit: 9 }), {
        messages: [],
        first: 0
      })
      yield* history.check("shizuku", empty)
      for (const [conf, unknown] of [
        ["mao", uid],
        ["shizuku", "nowhere\0"]
      ] as const) {
        const options = { before: 9, limit: 9 }
        assert.strictEqual(
          (yield* Effect.flip(history.shown(conf, unknown, options)))._tag,
          "HistoryNotFound"
        )
        assert.strictEqual((yield* Effect.flip(history.check(conf, unknown)))._tag, "HistoryNotFound")
      }
    }).pipe(Effect.provide(fresh))
  )

  it.effect("shows the latest message that is left when one is removed or was all", () =>
    Effect.gen(function* () {
      const history = yield* History
      const uid = yield* said(human("Tell me"))
      const other = yield* said(human("Else"))
      const [id] = yield* history.append("shizuku", uid, [ai("To be said")])
      yield* history.interrupt("shizuku", uid, { id, heard: undefined })
      const { items } = yield* history.page("shizuku", { limit: 9, before: undefined })
      assert.deepStrictEqual(
        items.map((item) => [item.uid, item.latest_message.content]),
        [
          [other, "Else"],
          [uid, "Tell me"]
        ]
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("finds what was said, in any script, whatever the case, also parts of words and short ones", () =>
    Effect.gen(function* () {
      yield* said(human("今日は紅茶を飲みました。"), ai("我喜欢喝茶,你呢?"))
      yield* said(human("I brew Darjeeling tea."), ai("Tea is best in the Rain."))
      yield* said({ role: "system", content: "tea of the system" })
      assert.deepStrictEqual(yield* found("紅茶を"), ["今日は紅茶を飲みました。"])
      assert.deepStrictEqual(yield* found("喜欢"), ["我喜欢喝茶,你呢?"])
      assert.deepStrictEqual(yield* found("茶"), ["我喜欢喝茶,你呢?", "今日は紅茶を飲みました。"])
      assert.deepStrictEqual(yield* found("TEA"), ["Tea is best in the Rain.", "I brew Darjeeling tea."])
      assert.deepStrictEqual(yield* found("jeel"), ["I brew Darjeeling tea."])
      // All of the words, in whatever order, long and short ones.
      assert.deepStrictEqual(yield* found("rain  tea is"), ["Tea is best in the Rain."])
      assert.deepStrictEqual(yield* found("rain coffee"), [])
      assert.deepStrictEqual(yield* found("tea", "mao"), [])
      assert.deepStrictEqual(yield* found("  "), [])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("finds words in other scripts whatever the case, long and short ones", () =>
    Effect.gen(function* () {
      const french = "Été ÉTÉ été"
      const greek = "ΚΑΛΗΜΕΡΑ Σας*"
      yield* said(human(french), ai("Привет, МИР [ж?]"), human(greek))
      for (const text of ["ét", "ÉT", "Ét", "été", "éTÉ", "É ét"])
        assert.deepStrictEqual(yield* found(text), [french], text)
      for (const text of ["мир", "Ми", "ПРИВЕТ мир", "[Ж?]"])
        assert.deepStrictEqual(yield* found(text), ["Привет, МИР [ж?]"], text)
      for (const text of ["καλη", "σΑ", "σας*"]) assert.deepStrictEqual(yield* found(text), [greek], text)
      for (const text of ["eté", "ж*", "[м]", "м?р", "σ*ς"])
        assert.deepStrictEqual(yield* found(text), [], text)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("finds the newest first among very many, also the oldest, and those of one character alone", () =>
    Effect.gen(function* () {
      const history = yield* History
      const oldest = yield* said(human("The first train"))
      const mao = yield* history.create("mao")
      yield* history.append(
        "mao",
        mao,
        Array.from({ length: 1300 }, () => human("A train of another character"))
      )
      yield* said(human("The last train"))
      assert.deepStrictEqual(yield* found("train"), ["The last train", "The first train"])
      const { items, more } = yield* history.search("shizuku", "TRAIN", 1)
      assert.deepStrictEqual([items.map(({ excerpt }) => excerpt), more], [["The last train"], true])
      assert.deepStrictEqual(
        (yield* history.search("shizuku", "first", 5)).items.map(({ uid }) => uid),
        [oldest]
      )
      assert.strictEqual((yield* history.search("mao", "train", 1000)).items.length, 1000)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("takes a text as nothing but words, whatever is in it", () =>
    Effect.gen(function* () {
      const odd = `9% "q" AND (NEAR) a_b* c:\\t' -not`
      yield* said(human(odd), ai("900 and nothing else: aXb"))
      for (const text of [`"q"`, "AND", "(NEAR)", "a_b*", `c:\\t'`, "9%", "%", "_", "\\", "-not", `"`])
        assert.deepStrictEqual(yield* found(text), text === "AND" ? [yield* latest, odd] : [odd], text)
      for (const text of [
        `"`.repeat(3),
        "NOT*",
        "content:900",
        "^900",
        "{}",
        "a OR b",
        "'; DROP TABLE messages"
      ])
        assert.deepStrictEqual(yield* found(text), [], text)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("follows what is changed and removed, and shows the part around what was found", () =>
    Effect.gen(function* () {
      const history = yield* History
      const uid = yield* said(human("Tell me"))
      const [id] = yield* history.append("shizuku", uid, [ai("A story of dragons and of queens")])
      yield* history.interrupt("shizuku", uid, { id, heard: ai("A story of dragons") })
      assert.deepStrictEqual(yield* found("dragons"), ["A story of dragons"])
      assert.deepStrictEqual(yield* found("queens"), [])
      assert.deepStrictEqual(yield* found("Interrupted"), [])
      yield* said(human(`${"🌸".repeat(300)} needle ${"🌸".repeat(300)}`))
      const [excerpt = ""] = yield* found("needle")
      assert.match(excerpt, /^…🌸+ needle 🌸+…$/u)
      assert.isBelow(excerpt.length, 170)
      const { items, more } = yield* history.search("shizuku", "e", 1)
      assert.deepStrictEqual([items.length, more], [1, true])
      assert.isTrue(yield* history.remove("shizuku", uid))
      assert.deepStrictEqual(yield* found("dragons"), [])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("keeps a title, shows it in lists and results, and takes it away", () =>
    Effect.gen(function* () {
      const history = yield* History
      const uid = yield* said(human("About dragons"))
      assert.isTrue(yield* history.rename("shizuku", uid, "竜 & 'dragons'"))
      assert.isFalse(yield* history.rename("mao", uid, "Mine"))
      assert.isFalse(yield* history.rename("shizuku", "nowhere", "None"))
      assert.deepInclude((yield* history.list("shizuku"))[0], { uid, title: "竜 & 'dragons'" })
      assert.deepInclude((yield* history.search("shizuku", "dragons", 5)).items[0], {
        uid,
        title: "竜 & 'dragons'",
        role: "human"
      })
      assert.isTrue(yield* history.rename("shizuku", uid, ""))
      assert.notProperty((yield* history.list("shizuku"))[0], "title")
    }).pipe(Effect.provide(fresh))
  )
}

const latest = Effect.map(
  Effect.flatMap(History, (history) => history.list("shizuku")),
  ([first]) => first!.latest_message.content
)
