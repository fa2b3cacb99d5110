import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as SpeechDetector from "../../src/vad/SpeechDetector.ts"
import * as Window from "../../src/vad/Window.ts"

const rules: SpeechDetector.Rules = {
  probThreshold: 0.4,
  dbThreshold: 60,
  requiredHits: 3,
  requiredMisses: 4,
  smoothingWindow: 1
}

/** Windows of these probabilities, loud enough; each of their samples says which one it is. */
const windows = (...probabilities: ReadonlyArray<number>): ReadonlyArray<Window.Window> =>
  probabilities.map((probability, index) => ({
    samples: Float32Array.from({ length: Window.size }, (_, at) => index * Window.size + at),
    probability,
    decibels: 80
  }))

const times = (count: number, probability: number) => Array<number>(count).fill(probability)

/** What the windows bring: the number of the window, and the first and last sample of an utterance that ends there. */
const eventsOf = (heard: ReadonlyArray<Window.Window>, by: SpeechDetector.Rules = rules) => {
  const detector = SpeechDetector.make()
  return heard.flatMap((window, index) => {
    const event = detector.push(window, by)
    if (event === undefined) return []
    return event._tag === "Started"
      ? [`${index} started`]
      : [`${index} ended ${event.utterance[0]}-${event.utterance.at(-1)}`]
  })
}

const sampleOf = (window: number) => window * Window.size

describe("SpeechDetector", () => {
  it("starts after the required hits in a row, ends after the required misses in a row", () => {
    const heard = windows(0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0)
    assert.deepStrictEqual(eventsOf(heard), [
      "6 started",
      // Window 4 is the first hit: there are not 300 ms before it.
      `14 ended 0-${sampleOf(15) - 1}`
    ])
  })

  it("a blip brings nothing, however often it comes", () => {
    assert.deepStrictEqual(eventsOf(windows(...Array.from({ length: 60 }, () => [1, 1, 0]).flat())), [])
  })

  it("keeps 300 ms before the first hit, and nothing older", () => {
    const heard = windows(...times(50, 0), ...times(3, 1), ...times(4, 0))
    assert.deepStrictEqual(eventsOf(heard), [
      "52 started",
      `56 ended ${sampleOf(50) - 4800}-${sampleOf(57) - 1}`
    ])
  })

  it("needs the loudness too, and takes both thresholds as reached at them", () => {
    const heard = windows(...times(20, 0.4))
    assert.deepStrictEqual(eventsOf(heard, { ...rules, dbThreshold: 80 }), ["2 started"])
    assert.deepStrictEqual(eventsOf(heard, { ...rules, dbThreshold: 80.1 }), [])
    assert.deepStrictEqual(eventsOf(heard, { ...rules, probThreshold: 0.41 }), [])
  })

  it("looks at the mean of the last windows", () => {
    const smooth = { ...rules, requiredHits: 1, smoothingWindow: 5 }
    // Two of five reach 0.4; then one of five does not.
    assert.deepStrictEqual(
      eventsOf(windows(...times(5, 0), 1, 1, ...times(7, 0)), { ...smooth, requiredMisses: 1 }),
      ["6 started", `10 ended 0-${sampleOf(11) - 1}`]
    )
    // The mean of those that there are.
    assert.deepStrictEqual(eventsOf(windows(1), smooth), ["0 started"])
  })

  it("follows the rules of the moment", () => {
    const detector = SpeechDetector.make()
    const [window] = windows(0.5)
    for (let count = 0; count < 10; count++)
      assert.isUndefined(detector.push(window!, { ...rules, probThreshold: 0.6 }))
    detector.push(window!, rules)
    detector.push(window!, rules)
    assert.strictEqual(detector.push(window!, rules)?._tag, "Started")
  })

  it("ends speech after 120 s; what goes on is another utterance that begins where it ended", () => {
    const heard = windows(...times(8000, 1))
    const events = eventsOf(heard)
    assert.deepStrictEqual(
      events.map((event) => event.split(" ")[1]),
      ["started", "ended", "started", "ended", "started"]
    )
    const [from, to] = events[3]!.split(" ")[2]!.split("-").map(Number)
    assert.strictEqual(events[1], `3749 ended 0-${sampleOf(3750) - 1}`)
    assert.strictEqual(from, sampleOf(3750))
    assert.isAtMost(to! - from! + 1, SpeechDetector.longest)
  })

  it("finishes speech that is under way with what there is of it", () => {
    const detector = SpeechDetector.make()
    assert.isUndefined(detector.finish())
    for (const window of windows(0, 1, 1, 1)) detector.push(window, rules)
    const event = detector.finish()
    assert.strictEqual(event?._tag === "Ended" ? event.utterance.length : 0, sampleOf(4))
    assert.isUndefined(detector.finish())
  })
})

/** Probabilities in runs, as speech and pauses are; without runs nothing would ever start. */
const story = fc
  .array(fc.tuple(fc.constantFrom(0, 0.3, 0.5, 1), fc.integer({ min: 1, max: 20 })), { maxLength: 20 })
  .map((runs) => windows(...runs.flatMap(([probability, count]) => times(count, probability))))

const anyRules = fc.record({
  probThreshold: fc.constantFrom(0.2, 0.4, 0.9),
  dbThreshold: fc.constantFrom(0, 80),
  requiredHits: fc.integer({ min: 1, max: 5 }),
  requiredMisses: fc.integer({ min: 1, max: 8 }),
  smoothingWindow: fc.integer({ min: 1, max: 6 })
})

describe("SpeechDetector, whatever is heard", () => {
  it("start and end alternate, and no sample of an utterance is lost or doubled", () => {
    fc.assert(
      fc.property(story, anyRules, (heard, rules) => {
        const detector = SpeechDetector.make()
        let speaking = false
        let after = 0
        heard.forEach((window, index) => {
          const event = detector.push(window, rules)
          if (event === undefined) return
          assert.strictEqual(event._tag, speaking ? "Ended" : "Started")
          speaking = !speaking
          if (event._tag === "Started") return
          // Samples are numbered: the utterance is one stretch of them, up to now.
          const first = event.utterance[0]!
          assert.deepStrictEqual(
            event.utterance,
            Float32Array.from({ length: sampleOf(index + 1) - first }, (_, at) => first + at)
          )
          assert.isAtLeast(first, after)
          after = sampleOf(index + 1)
        })
      })
    )
  })

  it("comes to the same in chunks of any length", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 12_000 })), { maxLength: 12 }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 20 }),
        (parts, lengths) => {
          const audio = Float32Array.from(
            parts.flatMap(([speaks, count]) => Array<number>(count).fill(speaks ? 0.5 : 0))
          )
          const hear = (chunks: ReadonlyArray<Float32Array>) => {
            const cutter = Window.makeCutter()
            const detector = SpeechDetector.make()
            return chunks.flatMap((chunk) => {
              const whole = cutter.cut(chunk)
              return Array.from({ length: whole.length / Window.size }, (_, index) => {
                const samples = whole.subarray(index * Window.size, (index + 1) * Window.size)
                const probability = samples.filter((sample) => sample !== 0).length / Window.size
                return detector.push({ samples, probability, decibels: Window.decibels(samples) }, rules)
              }).filter((event) => event !== undefined)
            })
          }
          const chunks: Array<Float32Array> = []
          for (let at = 0, turn = 0; at < audio.length; turn++) {
            // At least one of them moves on.
            const length = lengths[turn % lengths.length]! + (turn % lengths.length === 0 ? 1 : 0)
            chunks.push(audio.subarray(at, at + length))
            at += length
          }
          assert.deepStrictEqual(hear(chunks), hear([audio]))
        }
      )
    )
  })
})
