import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { LiveChatConfig } from "../../src/config/LiveConfig.ts"
import type { ChatMessage } from "../../src/live/ChatMessage.ts"
import * as ChatQueue from "../../src/live/ChatQueue.ts"
import * as PlainText from "../../src/live/PlainText.ts"
import * as Recent from "../../src/live/Recent.ts"
import * as Sieve from "../../src/live/Sieve.ts"
import * as Visitor from "./Visitor.ts"

const message = (
  id: string,
  name: string,
  text: string,
  changes: Partial<ChatMessage> = {}
): ChatMessage => ({
  id,
  platform: "twitch",
  sender: { id: name, name },
  text,
  paid: false,
  ...changes
})

const sieve = (changes: Partial<LiveChatConfig> = {}) => {
  const { judge, skip } = Sieve.make({ ...Visitor.config.chat, ...changes })
  return {
    skip,
    judge: (said: ChatMessage, second: number) => {
      const verdict = judge(said, second * 1000)
      return verdict._tag === "Passed" ? `${verdict.name}: ${verdict.text}` : verdict.why
    }
  }
}

describe("the sieve", () => {
  it("lets a message through once, whoever sends it again", () => {
    const { judge, skip } = sieve()
    skip(message("0", "Anna", "before"), 0)
    expect(judge(message("0", "Anna", "before"), 0)).toBe("seen")
    expect(judge(message("1", "Anna", "hello"), 0)).toBe("Anna: hello")
    expect(judge(message("1", "Anna", "hello"), 90)).toBe("seen")
    expect(judge(message("1", "Anna", "hello", { platform: "youtube" }), 90)).toBe("Anna: hello")
  })

  it("takes the same text of the same person once within the time, and nobody too often", () => {
    const { judge } = sieve({ repeat_seconds: 10, person_seconds: 2 })
    expect(judge(message("1", "Anna", "hello"), 0)).toBe("Anna: hello")
    expect(judge(message("2", "Bo", "hello"), 0)).toBe("Bo: hello")
    expect(judge(message("3", "Anna", " ｈｅｌｌｏ\u200b "), 5)).toBe("repeated")
    // Whoever goes on repeating it goes on being ignored.
    expect(judge(message("4", "Anna", "hello"), 14)).toBe("repeated")
    expect(judge(message("5", "Anna", "hello"), 24)).toBe("Anna: hello")
    expect(judge(message("6", "Anna", "other"), 25)).toBe("too-soon")
    // It was not said then, and so is no repetition.
    expect(judge(message("6 again", "Anna", "other"), 26)).toBe("Anna: other")
    const paid = { paid: true }
    expect(judge(message("8", "Anna", "hello", paid), 26)).toBe("Anna: hello")
    expect(judge(message("9", "Anna", "hello", paid), 26)).toBe("Anna: hello")
  })

  it("holds back blocked words in texts and names, however they are written", () => {
    const { judge } = sieve({ block_words: ["Bad", "傻瓜", "a+b", "two words", ""], person_seconds: 0 })
    for (const text of [
      "so BAD!",
      "ｂａｄ",
      "b.a.d",
      "B a d",
      "ba\u200bd",
      "bád",
      "你是傻瓜吗",
      "see a+b",
      "Two  Words"
    ])
      expect(judge(message(text, "Anna", text), 0), text).toBe("blocked")
    expect(judge(message("x", "b_a_d", "hello"), 0)).toBe("blocked")
    for (const text of ["badminton", "not bade", "two", "傻"])
      expect(judge(message(text, "Anna", text), 0)).toBe(`Anna: ${text}`)
  })

  it("cuts long texts between characters, and drops what has nothing to read", () => {
    const { judge } = sieve({ most_characters: 5 })
    expect(judge(message("1", "Anna", "\u0000 \u200b\n"), 0)).toBe("empty")
    expect(judge(message("2", "Anna", "👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧"), 0)).toBe("Anna: 👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧")
    expect(judge(message("3", "Bo", "one two three"), 0)).toBe("Bo: one…")
    expect(PlainText.cut(`a${"\u0301".repeat(100_000)}b`, 5).length).toBeLessThan(100)
    expect(judge(message("4", "N".repeat(1000), "hi"), 0)).toHaveLength(40 + 4)
  })

  it("remembers so much and no more", () => {
    const recent = Recent.make(2)
    for (const [now, key] of ["a", "b", "a", "c"].entries()) recent.see(key, now)
    expect(["a", "b", "c"].map(recent.at)).toEqual([2, undefined, 3])
  })
})

describe("the queue", () => {
  const waiting = (text: string, paid = false, since = 0): ChatQueue.Waiting => ({
    name: "",
    text,
    paid,
    since
  })

  it.effect("gives paid texts first, and drops the oldest that nobody has paid for", () =>
    Effect.gen(function* () {
      const queue = yield* ChatQueue.make(3)
      /** What is left of those that were added. */
      const left = (unpaid: ReadonlyArray<string>, paid: ReadonlyArray<string>, more = "") => {
        for (const text of unpaid) queue.add(waiting(text))
        for (const text of paid) queue.add(waiting(text, true))
        if (more !== "") queue.add(waiting(more))
        return [1, 2, 3, 4].map(() => queue.take(0)?.text)
      }
      expect(left(["a", "b", "c", "d"], [])).toEqual(["b", "c", "d", undefined])
      expect(left(["a", "b", "c"], ["P", "Q"])).toEqual(["P", "Q", "c", undefined])
      expect(left(["a"], ["P", "Q", "R"], "b")).toEqual(["P", "Q", "R", undefined])
      expect(left([], ["P", "Q", "R", "S"])).toEqual(["Q", "R", "S", undefined])
    })
  )

  it.effect("drops what has become too old, unless it is paid for", () =>
    Effect.gen(function* () {
      const queue = yield* ChatQueue.make(9)
      for (const text of [waiting("old"), waiting("OLD", true), waiting("new", false, 10)]) queue.add(text)
      expect([1, 2, 3].map(() => queue.take(5)?.text)).toEqual(["OLD", "new", undefined])
    })
  )
})
