import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import type { AgentEvent } from "../../src/agent/Agent.ts"
import * as Emotions from "../../src/conversation/Emotions.ts"
import * as Sentence from "../../src/conversation/Sentence.ts"
import { chunked } from "../support/Chunks.ts"
import { preprocessor } from "../support/Fixtures.ts"

const emotions = Emotions.fromModelInfo({ joy: 3, Sadness: "f01" })
const options: Sentence.Options = { language: "en", fasterFirst: false, emotions, preprocessor }

const items = (events: ReadonlyArray<AgentEvent>) =>
  Effect.sync(() => {
    const { flush, push } = Sentence.cutter(options)
    return [...events.flatMap(push), ...flush()]
  })

const say = (...texts: ReadonlyArray<string>) => items(texts.map((text) => ({ _tag: "Text", text })))

const sentences = (all: ReadonlyArray<Sentence.Item>) =>
  all.filter((item): item is Sentence.Sentence => item._tag === "Sentence")

describe("Sentence.cutter", () => {
  it.effect(
    "turns keywords into expressions, in any case, and takes them out of what is shown and spoken",
    () =>
      Effect.gen(function* () {
        expect(yield* say("[JOY] Hello! [sadness][joy]Bye [now].")).toEqual([
          {
            _tag: "Sentence",
            raw: "[JOY] Hello! ",
            display: "Hello! ",
            speech: "Hello!",
            actions: { expressions: [3] },
            thought: false
          },
          {
            _tag: "Sentence",
            raw: "[sadness][joy]Bye [now].",
            display: "Bye [now].",
            speech: "Bye .",
            actions: { expressions: ["f01", 3] },
            thought: false
          }
        ])
      })
  )

  it.effect(
    "shows a think block in parentheses and does not speak it, even with its tags cut in pieces",
    () =>
      Effect.gen(function* () {
        const all = sentences(yield* say("Hi. <thi", "nk>Should I? Ye", "s.</th", "ink>Well."))
        expect(all.map(({ display }) => display)).toEqual(["Hi. ", "(", "Should I? ", "Yes.", ")", "Well."])
        expect(all.map(({ speech }) => speech)).toEqual(["Hi.", "", "", "", "", "Well."])
        expect(all.map(({ thought }) => thought)).toEqual([false, true, true, true, true, false])
      })
  )

  it.effect(
    "shows a reasoning model's own thoughts in the same way, and closes a block that never ends",
    () =>
      Effect.gen(function* () {
        const all = sentences(
          yield* items([
            { _tag: "Think", text: "So. " },
            { _tag: "Text", text: "Yes. " },
            { _tag: "Think", text: "More" }
          ])
        )
        expect(all.map(({ display }) => display)).toEqual(["(", "So. ", ")", "Yes. ", "(", "More", ")"])
      })
  )

  it.effect("ends the sentence before a tool call", () =>
    Effect.gen(function* () {
      const call = { id: "1", tool: "clock", status: "running", content: "{}" } as const
      const all = yield* items([
        { _tag: "Text", text: "Let me see" },
        { _tag: "Tool", call },
        { _tag: "Text", text: "It is two." }
      ])
      expect(all.map((item) => (item._tag === "Tool" ? item.call.tool : item.display))).toEqual([
        "Let me see",
        "clock",
        "It is two."
      ])
    })
  )

  it.effect("does not speak what has no letter or digit", () =>
    Effect.gen(function* () {
      expect(
        sentences(yield* say("... ?! 😀"))
          .map(({ speech }) => speech)
          .join("")
      ).toBe("")
    })
  )

  it("loses nothing of what the model says outside its tags, however it is cut", () =>
    fc.assert(
      fc.asyncProperty(chunked, async ({ chunks, whole }) => {
        const all = sentences(await Effect.runPromise(say(...chunks)))
        const parts = whole.split(/<think>/u)
        const said = [
          parts[0],
          ...parts.slice(1).map((part) => part.split("</think>").slice(1).join("</think>"))
        ].join("")
        const raw = all
          .filter(({ thought }) => !thought)
          .map((sentence) => sentence.raw)
          .join("")
        expect(raw).toBe(said.toWellFormed())
      }),
      { numRuns: 300 }
    ))
})
