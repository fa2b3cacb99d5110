import { assert, describe, it } from "@effect/vitest"
import { catalogues } from "../../src/language/Catalogue.ts"
import { sentence } from "../../src/language/zh/ConfigWords.ts"
import { files } from "../config/BrokenFiles.ts"

type Entry = string | ((...told: ReadonlyArray<unknown>) => string)

const entriesOf = (language: "en" | "zh") =>
  new Map(
    Object.entries(catalogues[language]).flatMap(([area, texts]) =>
      Object.entries(texts as Readonly<Record<string, Entry>>).map(
        ([name, entry]) => [`${area}.${name}`, entry] as const
      )
    )
  )

const english = entriesOf("en")
const chinese = entriesOf("zh")

/** Texts that only put others together. */
const joints = new Set([
  "config.problem",
  "config.problemAt",
  "config.problems",
  "engine.clauses",
  "engine.does",
  "engine.failed",
  "engine.keyOf",
  "engine.of",
  "engine.quoted",
  "engine.sentences",
  "agent.unknownAgent",
  "models.withCode",
  "protocol.wrong"
])

/** What a text is told in its place, so that it can be found in the sentence. */
const marks = (entry: Entry): ReadonlyArray<string> =>
  typeof entry === "string" ? [] : Array.from({ length: entry.length }, (_, index) => `‹${index + 7000}›`)

const written = (entry: Entry, told: ReadonlyArray<string>): string => {
  if (typeof entry === "string") return entry
  // Each may be a list: those that are not can be joined, too.
  const joinable = told.map((mark) => Object.assign([mark], { toString: () => mark }))
  const asText = (at: number) => told.map((mark, index) => (index === at ? joinable[index] : mark))
  for (const given of [told, ...told.map((_, index) => asText(index)), joinable])
    try {
      return entry(...given)
    } catch {
      // The next one.
    }
  return assert.fail(`cannot be written: ${String(entry)}`)
}

/** Names that stay as they are: keys, commands, what stands in backquotes. */
const namesIn = (text: string): ReadonlyArray<string> => [
  ...new Set(text.match(/`[^`]+`|[A-Za-z]\w*(?:[_.][A-Za-z_]\w*)+|\b[a-z]+-[a-z]+-[a-z]+\b/gu) ?? [])
]

describe("the catalogue", () => {
  it("has the same texts in both languages", () => {
    assert.deepStrictEqual([...chinese.keys()], [...english.keys()])
    assert.isAbove(english.size, 400)
  })

  it("says each of them in Chinese, with full-width punctuation", () => {
    for (const [key, entry] of chinese) {
      const text = written(entry, marks(entry))
      assert.notMatch(text, /[，。：；]{2}/u, key)
      if (joints.has(key)) continue
      assert.match(text, /\p{Script=Han}/u, key)
      assert.notStrictEqual(text, written(english.get(key)!, marks(entry)), key)
      assert.notMatch(text, /\p{Script=Han}[,;:!?.(]|[,;:!?)](?=\p{Script=Han})/u, key)
    }
  })

  it("loses nothing that a text is told, and no number or name in it", () => {
    for (const [key, entry] of english) {
      const told = marks(entry)
      const [here, there] = [written(entry, told), written(chinese.get(key)!, told)]
      for (const part of [...told, ...(here.match(/\d+/gu) ?? []), ...namesIn(here)]) {
        assert.include(here, part, key)
        assert.include(there, part, key)
      }
    }
  })

  it("has Chinese for all that can be wrong in a file of the configuration", () => {
    const told = files.flatMap(({ problems }) =>
      problems.map((line) => line.replace(/^\d+:\d+ (?:[\w.]+: )?/u, ""))
    )
    told.push("expected an address that begins with ws:// or wss://, found another text")
    // Words of the YAML library begin with a capital letter.
    for (const problem of told.filter((one) => /^[a-z]/u.test(one))) {
      const said = sentence(problem)
      assert.match(said, /\p{Script=Han}/u, problem)
      for (const number of problem.match(/\d+(?:\.\d+)?/gu) ?? []) assert.include(said, number)
    }
  })
})
