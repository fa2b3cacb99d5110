import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck as fc, Runtime, Schema } from "effect"
import { WakeWordConfig } from "../../src/config/WakeWordConfig.ts"
import * as Pinyin from "../../src/wake/Pinyin.ts"
import * as WakeText from "../../src/wake/WakeText.ts"
import * as WakeWords from "../../src/wake/WakeWords.ts"

const configOf = (settings: object) => Schema.decodeUnknownSync(WakeWordConfig)(settings)

const usual = {
  wake_words: { en: ["Hana", "hey Hana"], zh: ["小爱同学"], ja: ["ハナ"], any: ["Computer"] },
  end_words: { en: ["goodbye", "that's all"], zh: ["再见"] }
}

const wordsOf = (settings: object = {}) => WakeWords.make(configOf({ ...usual, ...settings }))

describe("a wake word in a transcript", () => {
  it.effect.each([
    ["Hana, what's the time?", "Hana", "en", "what's the time?"],
    ["hey, HANA! What time is it", "hey Hana", "en", "What time is it"],
    ["ＨＡＮＡ　ｗｈａｔ time", "Hana", "en", "ｗｈａｔ time"],
    ["Hanna.", "Hana", "en", ""],
    ["Ha na, sing", "Hana", "en", "sing"],
    ['…  "Hána" – go on', "Hana", "en", "go on"],
    ["Hana ¿qué hora es?", "Hana", "en", "¿qué hora es?"],
    ["Comuter, stop", "Computer", "any", "stop"],
    ["小爱同学，今天天气怎么样？", "小爱同学", "zh", "今天天气怎么样？"],
    ["晓艾桐雪", "小爱同学", "zh", ""],
    ["小爱同学 what's up", "小爱同学", "zh", "what's up"],
    ["はな、おはよう", "ハナ", "ja", "おはよう"],
    ["ﾊﾅ、おはよう", "ハナ", "ja", "おはよう"]
  ] as const)("is found in %s", ([said, word, language, rest]) =>
    Effect.gen(function* () {
      expect(yield* wordsOf().wake(said)).toEqual({ word, language, rest })
    })
  )

  it.effect.each([
    "",
    "…?!",
    "What did Hana say",
    "Hand me that",
    "Banana",
    "Hanabi is a firework",
    "Commuting is slow",
    "小孩同学",
    "同学小爱",
    "鼻"
  ])("is not found in %s", (said) =>
    Effect.gen(function* () {
      expect(yield* wordsOf().wake(said)).toBeUndefined()
    })
  )

  it.effect(
    "counts anywhere if that is wanted; what stands before it is the rest if nothing stands behind",
    () =>
      Effect.gen(function* () {
        const words = wordsOf({ position: "anywhere" })
        expect(yield* words.wake("What's the time, Hana?")).toMatchObject({ rest: "What's the time" })
        expect(yield* words.wake("Well, hey Hana, sing")).toMatchObject({ word: "hey Hana", rest: "sing" })
        expect(yield* words.wake("今天天气怎么样，小爱同学")).toMatchObject({ rest: "今天天气怎么样" })
      })
  )

  it.effect("is as strict about sounds and letters as wanted", () =>
    Effect.gen(function* () {
      const nana = { wake_words: { zh: ["张娜娜"] } }
      expect(yield* wordsOf(nana).wake("脏拉拉")).toMatchObject({ word: "张娜娜" })
      expect(yield* wordsOf({ ...nana, fuzzy_pinyin: false }).wake("脏拉拉")).toBeUndefined()
      expect(yield* wordsOf({ ...nana, fuzzy_pinyin: false }).wake("章那那")).toMatchObject({
        word: "张娜娜"
      })
      expect(yield* wordsOf({ tolerance: 0 }).wake("Comuter, stop")).toBeUndefined()
      // Japanese reads the characters otherwise.
      expect(yield* wordsOf({ wake_words: { ja: ["花子"] } }).wake("华紫")).toBeUndefined()
    })
  )

  it.effect("an end word ends only if nothing else is said", () =>
    Effect.gen(function* () {
      const { end } = wordsOf()
      expect(yield* end("Goodbye!")).toEqual({ word: "goodbye", language: "en" })
      expect(yield* end("Good bye, Hana.")).toEqual({ word: "goodbye", language: "en" })
      expect(yield* end("Hey Hana, that's all")).toEqual({ word: "that's all", language: "en" })
      expect(yield* end("在建")).toEqual({ word: "再见", language: "zh" })
      expect(yield* end("How do you say goodbye in French?")).toBeUndefined()
      expect(yield* end("Goodbye is a sad word")).toBeUndefined()
      expect(yield* end("Hana")).toBeUndefined()
    })
  )
})

const anyText = fc.string({ unit: "binary", maxLength: 60 })
const noise = fc.stringOf(fc.constantFrom(" ", ",", "!", "…", "，", "。", "-", '"', "　"), { maxLength: 4 })
const latin = fc.stringOf(fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz"), { minLength: 2, maxLength: 12 })
/** Names as they are said: several sounds, no letter twice in a row. */
const name = latin.filter((text) => /^(?!.*(.)\1)/u.test(text))
/** As recognisers write them: in any case and width. */
const written = (text: string) =>
  fc
    .array(
      fc.constantFrom<(letter: string) => string>(
        (l) => l,
        (l) => l.toUpperCase(),
        wide
      ),
      {
        minLength: text.length,
        maxLength: text.length
      }
    )
    .map((ways) => [...text].map((letter, at) => ways[at]!(letter)).join(""))
const wide = (letter: string) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)

const found = (settings: object, said: string) =>
  Effect.runSync(WakeWords.make(configOf(settings)).wake(said))

describe("for every text", () => {
  it("a word is found however it is written, and the rest is what was said behind it", () => {
    fc.assert(
      fc.property(
        name.chain((word) => fc.tuple(fc.constant(word), written(word))),
        noise,
        fc.array(name, { minLength: 1, maxLength: 5 }),
        ([word, said], between, rest) => {
          const behind = rest.join(" ")
          const woken = found({ wake_words: { en: [word] }, tolerance: 0 }, `${between}${said}, ${behind}?`)
          expect(woken?.word).toBe(word)
          // Two words may be the one, divided otherwise.
          expect(`${behind}?`.endsWith(woken!.rest)).toBe(true)
        }
      )
    )
  })

  it("a letter that is misheard does no harm in a long word, and none is forgiven in a short one", () => {
    fc.assert(
      fc.property(name, fc.nat(), fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz"), (word, at, letter) => {
        const place = at % word.length
        const said = word.slice(0, place) + letter + word.slice(place + 1)
        fc.pre(said !== word && /^(?!.*(.)\1)/u.test(said))
        expect(found({ wake_words: { en: [word] } }, said) !== undefined).toBe(word.length >= 5)
      })
    )
  })

  it("nothing that is said breaks it, and the rest is always a part of it", () => {
    fc.assert(
      fc.property(anyText, anyText, fc.constantFrom("beginning", "anywhere"), (word, said, position) => {
        // Chinese is loaded by an import, which takes a moment.
        fc.pre(WakeText.saysAnything(word) && !WakeText.isHan(word))
        const woken = found({ wake_words: { any: [word] }, position }, said)
        if (woken === undefined) return
        expect(said).toContain(woken.rest)
      })
    )
  })

  it("tokens are in order, apart from each other, and the same again when they are divided once more", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let last = 0
        for (const { end, start, text: token } of WakeText.split(text)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
          expect(
            WakeText.split(token)
              .map(({ text }) => text)
              .join("")
          ).toBe(token)
          last = end
        }
      })
    )
  })

  it.effect("characters that sound the same are the same", () =>
    Effect.gen(function* () {
      const { readings } = yield* Pinyin.load
      const run = Runtime.runPromise(yield* Effect.runtime())
      const common = Array.from({ length: 3000 }, (_, at) => String.fromCodePoint(0x4e00 + at)).filter(
        (character) => readings(character).some((reading) => /^[a-z]+$/u.test(reading))
      )
      const byReading = new Map<string, Array<string>>()
      for (const character of common)
        for (const reading of readings(character))
          byReading.set(reading, [...(byReading.get(reading) ?? []), character])
      const sounds = [...byReading.values()].filter(({ length }) => length > 1)
      const pair = fc
        .constantFrom(...sounds)
        .chain((same) => fc.tuple(fc.constantFrom(...same), fc.constantFrom(...same)))
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(
            fc.array(pair, { minLength: 1, maxLength: 4 }),
            fc.boolean(),
            (pairs, fuzzy_pinyin) => {
              const word = pairs.map(([one]) => one).join("")
              const said = pairs.map(([, other]) => other).join("")
              const words = WakeWords.make(configOf({ wake_words: { zh: [word] }, fuzzy_pinyin }))
              return run(words.wake(`${said}，你好`)).then((woken) => {
                expect(woken).toEqual({ word, language: "zh", rest: "你好" })
              })
            }
          )
        )
      )
    })
  )
})
