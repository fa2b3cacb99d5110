import { describe, expect, it } from "@effect/vitest"
import * as EngineChecks from "../../../src/command/doctor/EngineChecks.ts"

const sound = (...samples: ReadonlyArray<number>) => ({
  samples: Int16Array.from({ length: 16_000 }, (_, at) => samples[at % samples.length]!),
  sampleRate: 16_000
})

describe("the judgements of what engines do", () => {
  it("a voice has to be heard, and to be faster than its sound", () => {
    expect(EngineChecks.judgeSound(sound(5000, -5000), 250)).toMatchObject({
      state: "ok",
      detail: "1.0 s of sound in 0.3 s (real-time factor 0.25)"
    })
    expect(EngineChecks.judgeSound(sound(-5000), 1000)).toMatchObject({ state: "ok" })
    expect(EngineChecks.judgeSound(sound(5000, -5000), 1100)).toMatchObject({ state: "warning" })
    expect(EngineChecks.judgeSound(sound(20, -20), 100)).toMatchObject({
      state: "broken",
      detail: expect.stringContaining("silence")
    })
    expect(EngineChecks.judgeSound({ samples: new Int16Array(0), sampleRate: 16_000 }, 100)).toMatchObject({
      state: "broken",
      detail: "it gives no sound"
    })
  })

  it("a recogniser has to understand something, best of all a number", () => {
    const states = ["One, two, three.", "1 2 3", "一二三", "one to tree", "phone tooth", " "].map(
      (transcript) => EngineChecks.judgeTranscript(transcript, 500).state
    )
    expect(states).toEqual(["ok", "ok", "ok", "ok", "warning", "broken"])
    expect(EngineChecks.judgeTranscript("1 2 3", 500).detail).toContain('heard "1 2 3" in 0.5 s')
  })

  it("a listener has to find speech", () => {
    const utterance = new Float32Array(24_000)
    expect(
      EngineChecks.judgeDetection([{ _tag: "Started" }, { _tag: "Ended", utterance }], 1300)
    ).toMatchObject({ state: "ok", detail: "found 1.5 s of speech where 1.3 s of it were" })
    expect(EngineChecks.judgeDetection([], 1300)).toMatchObject({
      state: "broken",
      mend: expect.stringContaining("db_threshold")
    })
  })
})
