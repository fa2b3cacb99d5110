import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigCheck from "../../src/config/ConfigCheck.ts"
import { sentence } from "../../src/language/zh/ConfigWords.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const check = (section: string) =>
  Effect.flatMap(
    ConfigFolder.make({ "conf.yaml": `${ConfigFolder.minimal}  wake_word: ${section}\n` }),
    (folder) => ConfigCheck.check(`${folder}/conf.yaml`)
  )

/** What is wrong, without where in the file. */
const problemsOf = (section: string) =>
  Effect.map(check(section), ({ errors }) =>
    errors.map((error) => error.replace(/^\S+ character_config\.wake_word\./u, ""))
  )

layer(NodeContext.layer)("WakeWordConfig", (it) => {
  it.scoped("names each wrong value, and what it may be", () =>
    Effect.gen(function* () {
      expect(
        yield* problemsOf("{enabled: perhaps, timeout_seconds: 0, match: ears, position: end, tolerance: 2}")
      ).toEqual([
        "enabled: expected true or false, found a text",
        "timeout_seconds: expected a number from 1 to 86400, found 0",
        'match: expected one of transcript, audio, found "ears"',
        'position: expected one of beginning, anywhere, found "end"',
        "tolerance: expected a number from 0 to 0.5, found 2"
      ])
      expect(yield* problemsOf("{wake_words: [Hana]}")).toEqual([
        "wake_words: expected a section of lists by name, found a list"
      ])
      expect(yield* problemsOf("{wake_words: {en: Hana}, end_words: {en: ['', '?!', [bye], 5]}}")).toEqual([
        "wake_words.en: expected a list, found a text",
        "end_words.en.0: expected a text with letters or digits, found an empty text",
        "end_words.en.1: expected a text with letters or digits, found another text",
        "end_words.en.2: expected a text with letters or digits, found a list"
      ])
    })
  )

  it.scoped("warns of words that nobody can say, since there are none", () =>
    Effect.gen(function* () {
      const { errors, warnings } = yield* check("{enabled: true, tolerence: 0.1}")
      expect(errors).toEqual([])
      expect(warnings).toEqual([
        expect.stringContaining("wake_word.enabled: no wake_words are named, so everything is answered"),
        expect.stringContaining('wake_word.tolerence: is not a known key (did you mean "tolerance"?)')
      ])
      expect((yield* check("{enabled: true, wake_words: {zh: [小花], en: [R2]}}")).warnings).toEqual([])
    })
  )

  it.scoped("warns of end words that call the character too, however they are written", () =>
    Effect.gen(function* () {
      const words = "wake_words: {en: [Hana, stop it]}, end_words: {en: [goodbye, 'STOP, it!'], any: [Hánna]}"
      const { errors, warnings } = yield* check(`{enabled: true, ${words}}`)
      expect(errors).toEqual([])
      expect(warnings).toEqual([
        expect.stringMatching(
          /^conf\.yaml:\d+:\d+ character_config\.wake_word\.end_words\.en\.1: "STOP, it!" is one of wake_words too/u
        ),
        expect.stringMatching(/wake_word\.end_words\.any\.0: "Hánna" is one of wake_words too/u)
      ])
      expect((yield* check(`{enabled: false, ${words}}`)).warnings).toEqual([])
    })
  )

  it("says so in Chinese", () => {
    expect(sentence("expected a text with letters or digits, found an empty text")).toBe(
      "应为含有文字或数字的文本，实际为空文本"
    )
    expect(sentence("expected a section of lists by name, found a list")).toBe(
      "应为由名称和列表组成的小节，实际为列表"
    )
  })
})
