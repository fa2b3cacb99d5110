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
    ["Compuder, stop", "Computer", "any", "stop"],
    ["com puter stop", "Computer", "any", "stop"],
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
    "Commuter",
    "Compute the sum of two and two",
    "Compute a sum",
    "Compute or count",
    "Computers are slow",
    "Computed",
    "小孩同学",
    "同学小爱",
    "鼻"
  ])("is not found in %s", (said) =>
    Effect.gen(function* () {
      expect(yield* wordsOf().wake(said)).toBeUndefined()
    })
  )

  it.effect.each([
    ["What's the time, Hana?", "Hana", "What's the time"],
    ["What time is it, computer?", "Computer", "What time is it"],
    ["Tell me, Hana, who are you?", "Hana", "Tell me, who are you?"],
    ["my computer is slow", "Computer", "my is slow"],
    ["Is it computer", "Computer", "Is it"],
    ["Well, hey Hana, sing", "hey Hana", "Well, sing"],
    ["Wait! Hana – sing.", "Hana", "Wait! sing."],
    ['He said "Hana" (twice), at 50%', "Hana", "He said (twice), at 50%"],
    ["I took 50%, Hana, not more", "Hana", "I took 50%, not more"],
    ["A compuder? No, a computer!", "Computer", "A compuder? No, a"],
    ["今天天气怎么样，小爱同学", "小爱同学", "今天天气怎么样"],
    ["今天，小爱同学，天气怎么样？", "小爱同学", "今天，天气怎么样？"],
    ["我的小爱同学好", "小爱同学", "我的好"]
  ] as const)("anywhere, is taken out of %s, and nothing else is", ([said, word, rest]) =>
    Effect.gen(function* () {
      expect(yield* wordsOf({ position: "anywhere" }).wake(said)).toMatchObject({ word, rest })
    })
  )

  it.effect.each(["Compute the sum", "the commuter train", "I compute a sum", "it computes"])(
    "anywhere, is not found in %s",
    (said) =>
      Effect.gen(function* () {
        expect(yield* wordsOf({ position: "anywhere" }).wake(said)).toBeUndefined()
      })
  )

  it.effect("is told from what was said behind it, wherever it stands", () =>
    Effect.gen(function* () {
      expect(yield* wordsOf().behind("is, Hana, what's the time?")).toBe("what's the time?")
      expect(yield* wordsOf().behind("what's the time?")).toBeUndefined()
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
      expect(yield* wordsOf({ tolerance: 0 }).wake("Compuder, stop")).toBeUndefined()
      expect(yield* wordsOf({ tolerance: 0.25 }).wake("Comuter, stop")).toMatchObject({ word: "Computer" })
      expect(yield* wordsOf({ tolerance: 0.5 }).wake("Compute")).toBeUndefined()
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

/** What the letters of a word may be heard as. */
const groups = ["aeiouy", "bp", "dt", "ckgq", "fvw", "sz", "mn", "lr"]

const same = (some: ReadonlyArray<string>, others: ReadonlyArray<string>) =>
  some.join(" ") === others.join(" ")

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

  it("a letter of like sound does no harm in a long word, and no other is forgiven", () => {
    const letter = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz")
    fc.assert(
      fc.property(name, fc.nat(), letter, (word, at, letter) => {
        const place = at % word.length
        const said = word.slice(0, place) + letter + word.slice(place + 1)
        fc.pre(said !== word && /^(?!.*(.)\1)/u.test(said))
        const alike = groups.some((group) => group.includes(letter) && group.includes(word[place]!))
        expect(found({ wake_words: { en: [word] } }, said) !== undefined).toBe(alike && word.length >= 7)
      })
    )
  })

  it("what begins like a word is another one, whatever is forgiven and whatever follows", () => {
    fc.assert(
      fc.property(
        name,
        fc.nat(),
        fc.array(name, { maxLength: 4 }),
        fc.constantFrom(0, 0.15, 0.25, 0.5),
        (word, at, others, tolerance) => {
          fc.pre(word.length > 1)
          const beginning = word.slice(0, 1 + (at % (word.length - 1)))
          // What follows may itself be the word, or its other half.
          const follows = others.map((other) => other.replaceAll(/[a-z]/gu, "q"))
          fc.pre(!word.includes("q"))
          const said = [beginning, ...follows].join(" ")
          expect(found({ wake_words: { en: [word] }, tolerance }, said)).toBeUndefined()
        }
      )
    )
  })

  it("anywhere, the word goes and everything else stays, in order", () => {
    const sentence = fc.array(fc.oneof(name, fc.constantFrom("今天", "はな", "50", "l'été")), {
      maxLength: 5
    })
    fc.assert(
      fc.property(sentence, name, sentence, noise, noise, (before, word, behind, left, right) => {
        const texts = (text: string) => WakeText.split(text).map(({ text }) => text)
        const said = `${before.join(" ")} ${left}${word}${right} ${behind.join(" ")}`
        // Nothing beside it may be the word too, however it is divided.
        const others = `${before.join("")} ${behind.join("")}`.replaceAll(/(\p{Letter})\1+/gu, "$1")
        fc.pre(!others.includes(word) && !word.startsWith(before.at(-1) ?? "-"))
        const woken = found({ wake_words: { en: [word] }, position: "anywhere" }, said)
        expect(woken?.word).toBe(word)
        expect(texts(woken!.rest)).toEqual([...texts(before.join(" ")), ...texts(behind.join(" "))])
      })
    )
  })

  it("nothing that is said breaks it, and the rest is always all but some words in a row", () => {
    fc.assert(
      fc.property(anyText, anyText, fc.constantFrom("beginning", "anywhere"), (word, said, position) => {
        // Chinese is loaded by an import, which takes a moment.
        fc.pre(WakeText.saysAnything(word) && !WakeText.isHan(word))
        const woken = found({ wake_words: { any: [word] }, position }, said)
        if (woken === undefined) return
        const texts = WakeText.split(said).map(({ text }) => text)
        const kept = WakeText.split(woken.rest).map(({ text }) => text)
        const gone = texts.length - kept.length
        expect(gone).toBeGreaterThan(0)
        // One run of words is gone.
        expect(
          kept.some((_, at) => same(kept, [...texts.slice(0, at), ...texts.slice(at + gone)])) ||
            same(kept, texts.slice(0, kept.length))
        ).toBe(true)
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
