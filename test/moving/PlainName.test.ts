import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { resolve, win32 } from "node:path"
import * as PlainName from "../../src/moving/PlainName.ts"

const bad = [
  "",
  ".",
  "..",
  "../x",
  "/etc",
  "C:\\x",
  "..\\x",
  "a/b",
  "NUL",
  "con.txt",
  "COM1",
  "x.",
  "x ",
  "a:b",
  "a\0b"
]

describe("PlainName", () => {
  it("knows what is no name on some system", () => {
    expect(bad.filter(PlainName.isPlain)).toEqual([])
    expect(
      ["雫.png", "shizuku_001", "2025-01-01_10-00-00_ab.json", "50%", "a b"].every(PlainName.isPlain)
    ).toBe(true)
  })

  it("makes a plain name of any text, which leads nowhere, and another one of another text", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.constantFrom(...bad, "a%2Fb", "%00", "%00NUL", "雫".repeat(90), "🌸".repeat(90), "\ud800")
    )
    fc.assert(
      fc.property(text, text, (one, other) => {
        const name = PlainName.of(one)
        expect(PlainName.isPlain(name)).toBe(true)
        expect(resolve("/x", name)).toBe(`/x/${name}`)
        expect(win32.resolve("C:\\x", name)).toBe(`C:\\x\\${name}`)
        expect(name === PlainName.of(other)).toBe(one === other)
      }),
      { numRuns: 50 }
    )
  })
})
