import * as fc from "fast-check"

/** Any text, with what makes splitting hard: CJK, emoji and their halves, tags, brackets, abbreviations, blank lines. */
export const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "Dr. Smith paid $3.50. ",
        "你好！我是小明。",
        "e.g. this, that; ",
        "1,000 people, maybe? ",
        "\n\n",
        "   ",
        "...",
        "😀",
        "[joy] ",
        "*sighs* ",
        "<think>Hmm. Well.</think>",
        "<thi",
        'Really?! "Yes." (No.) ',
        "a".repeat(700)
      )
    ),
    { maxLength: 12 }
  )
  .map((parts) => parts.join(""))

/** A text and the chunks in which it arrives, cut anywhere, even between the halves of one character. */
export const chunked = text.chain((whole) =>
  fc.array(fc.nat(Math.max(whole.length, 1)), { maxLength: 20 }).map((cuts) => {
    const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length]
    return { whole, chunks: at.slice(1).map((end, index) => whole.slice(at[index], end)) }
  })
)
