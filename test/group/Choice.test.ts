import { describe, expect, it } from "@effect/vitest"
import * as Choice from "../../src/group/Choice.ts"

const named = (...names: ReadonlyArray<string>) => names.map((name) => ({ uid: `uid of ${name}`, name }))
const chosen = (text: string, ...names: ReadonlyArray<string>) =>
  Choice.addressed(named(...names), text)?.name

describe("who is addressed", () => {
  it("is whoever is named first, in whatever letters", () => {
    expect(chosen("What does HANA think, Brook?", "Brook", "Hana")).toBe("Hana")
    expect(chosen("Captain Brook, and you, Hana?", "Hana", "Captain Brook")).toBe("Captain Brook")
    expect(chosen("Ｈana?", "Hana")).toBe("Hana")
  })

  it("is nobody whose name is a part of another word", () => {
    expect(chosen("Havana is nice", "Hana", "van")).toBeUndefined()
    expect(chosen("Anna's brother, not Ann", "Ann")).toBe("Ann")
    expect(chosen("Nothing", "")).toBeUndefined()
  })

  it("is found where words have no spaces between them", () => {
    expect(chosen("我觉得小鹿说得对", "小鹿")).toBe("小鹿")
    expect(chosen("ハナさんはどう思う", "ハナ")).toBe("ハナ")
  })
})
