import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, TestClock } from "effect"
import * as Report from "../../../src/command/doctor/Report.ts"

const rows: ReadonlyArray<Report.Row> = [
  { what: "Node", ...Report.ok("20.20.2") },
  { what: "llm x", ...Report.missing("its model is\nnot here", "Fetch it once, while there is a network.") },
  { what: "tts y", ...Report.broken("it is silent for all that can be heard", "Choose another one.") },
  { what: "asr z", ...Report.warning("it is slow", "") }
]

describe("Report", () => {
  it.effect("gives up a check after a minute, once what it holds is closed", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const closed: Array<string> = []
      const hangs = Effect.acquireUseRelease(
        Deferred.succeed(started, undefined),
        () => Effect.never,
        () => Effect.sync(() => closed.push("closed"))
      )
      const checking = yield* Effect.fork(Report.check("x", hangs))
      yield* Deferred.await(started)
      yield* TestClock.adjust("59 seconds")
      expect(yield* Fiber.poll(checking)).toMatchObject({ _tag: "None" })
      yield* TestClock.adjust("1 second")
      const row = yield* Fiber.join(checking)
      expect(row).toMatchObject({ what: "x", state: "broken", detail: expect.stringContaining("60 s") })
      expect(closed).toEqual(["closed"])
    })
  )

  it.effect("gives up one that may take longer after its own time, with its own cure", () =>
    Effect.gen(function* () {
      const limit = { seconds: 960, mend: "Look at the network." }
      const checking = yield* Effect.fork(Report.check("x", Effect.never, limit))
      yield* TestClock.adjust("959 seconds")
      expect(yield* Fiber.poll(checking)).toMatchObject({ _tag: "None" })
      yield* TestClock.adjust("1 second")
      expect(yield* Fiber.join(checking)).toMatchObject({
        state: "broken",
        detail: expect.stringContaining("960 s"),
        mend: limit.mend
      })
    })
  )

  it.effect("says what was warned of, once, and what is broken stays broken", () =>
    Effect.gen(function* () {
      const warned = (finding: Report.Finding) =>
        Effect.as(
          Effect.all([Effect.logInfo("info"), Effect.logWarning("slow"), Effect.logWarning("slow")]),
          finding
        )
      expect(yield* Report.check("x", warned(Report.ok("works", "Mend.")))).toEqual({
        what: "x",
        state: "warning",
        detail: "works; slow",
        mend: "Mend."
      })
      expect(yield* Report.check("x", warned(Report.broken("fails", "Mend.")))).toMatchObject({
        state: "broken",
        detail: "fails; slow"
      })
      expect(yield* Report.check("x", Effect.succeed(Report.ok("works")))).toMatchObject({ state: "ok" })
    })
  )

  it("counts what is broken or missing, not what is only warned of", () => {
    expect(Report.failures(rows).map(({ what }) => what)).toEqual(["llm x", "tts y"])
  })

  it("is one line a row where nobody looks at its width", () => {
    expect(Report.render(rows, undefined).split("\n")).toEqual([
      "what   state    detail                                  how to mend it",
      "Node   ok       20.20.2",
      "llm x  missing  its model is not here                   Fetch it once, while there is a network.",
      "tts y  broken   it is silent for all that can be heard  Choose another one.",
      "asr z  warning  it is slow"
    ])
  })

  it("keeps to the terminal's width, and loses no word", () => {
    const lines = Report.render(rows, 64).split("\n")
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(64)
    expect(lines.length).toBeGreaterThan(rows.length + 1)
    const words = (text: string) => text.split(/\s+/u).sort()
    expect(words(lines.join(" "))).toEqual(words(Report.render(rows, undefined)))
  })
})
