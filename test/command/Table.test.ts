import { describe, expect, it } from "@effect/vitest"
import * as Table from "../../src/command/Table.ts"

describe("Table", () => {
  it("keeps its columns straight where letters are two columns wide, or none", () => {
    const table = Table.render(
      ["who", "state", "detail"],
      [
        ["花子", "ok", "x"],
        ["e\u0301ve", "broken", "x"],
        ["👩‍💻 Ada", "ok", "x"]
      ]
    )
    expect(table.split("\n")).toEqual([
      "who     state   detail",
      "花子    ok      x",
      "e\u0301ve     broken  x",
      "👩‍💻 Ada  ok      x"
    ])
  })

  it("shows control characters instead of letting the terminal obey them", () => {
    expect(Table.render(["who"], [["\u001b[2JAnna\n\u009b"]])).toBe("who\n\\x1b[2JAnna\\x0a\\x9b")
  })
})
