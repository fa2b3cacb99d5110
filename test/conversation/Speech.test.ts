import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, TestClock } from "effect"
import * as Speech from "../../src/conversation/Speech.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"
import { SynthesisFailed } from "../../src/tts/Tts.ts"
import { Census } from "../../src/telemetry/Census.ts"
import * as Fixtures from "../support/Fixtures.ts"

const sentence = {
  _tag: "Sentence",
  raw: "Hi.",
  thought: false,
  display: "Hi.",
  speech: "Hi.",
  actions: { expressions: [1] }
} as const

const spoken = (samples: Int16Array) =>
  Effect.gen(function* () {
    const speak = yield* Speech.make({
      character: Fixtures.characterConfig("Hana"),
      tts: Effect.succeed({ engine: "t", synthesize: () => Effect.succeed({ samples, sampleRate: 1000 }) }),
      translator: Effect.succeedNone,
      onFailure: () => Effect.die("it did not fail"),
      onSpoken: Effect.void,
      onUntranslated: () => Effect.die("it did not fail")
    })
    const handed: Array<Speech.Spoken> = []
    yield* speak(sentence, (spoken) => void handed.push(spoken))
    expect(handed.length).toBe(1)
    return handed[0]
  }).pipe(Effect.scoped, Effect.provide(Layer.merge(Alarms.layer, Census.layer)))

describe("Speech", () => {
  it.effect("sends no file without sound", () =>
    Effect.gen(function* () {
      expect(yield* spoken(new Int16Array(0))).toMatchObject({ duration: 0, message: { audio: null } })
      expect(yield* spoken(new Int16Array(20))).toMatchObject({
        duration: 20,
        message: { audio: expect.any(String) }
      })
    })
  )

  it.effect("makes the first sound of an answer ready before what follows of another one", () =>
    Effect.gen(function* () {
      const said: Array<string> = []
      const session = (name: string) =>
        Effect.map(
          Speech.make({
            character: Fixtures.characterConfig(name),
            tts: Effect.succeed({
              engine: "t",
              synthesize: () => Effect.die("it streams"),
              stream: (_, take) => take({ samples: new Int16Array(1000).fill(5000), sampleRate: 1000 })
            }),
            translator: Effect.succeedNone,
            onFailure: () => Effect.die("it did not fail"),
            onSpoken: Effect.void,
            onUntranslated: () => Effect.die("it did not fail")
          }),
          (speak) => (which: string) => speak(sentence, () => void said.push(`${name}: ${which}`))
        )
      const [hana, mili] = [yield* session("Hana"), yield* session("Mili")]
      yield* hana("first")
      const sentences = [hana("second"), hana("third"), mili("first")]
      yield* Effect.forEach(sentences, (each) => each, { concurrency: "unbounded" })
      expect(said).toEqual(["Hana: first", "Mili: first", "Hana: second", "Hana: third"])
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(Alarms.layer, Census.layer)))
  )

  it.effect(
    "hands on what a voice speaks piece by piece, cut at its pauses; text and expressions go with the first",
    () =>
      Effect.gen(function* () {
        const handed: Array<Speech.Spoken> = []
        const failures: Array<SynthesisFailed> = []
        const loud = new Int16Array(1000).fill(5000)
        const speak = yield* Speech.make({
          character: Fixtures.characterConfig("Hana"),
          tts: Effect.succeed({
            engine: "t",
            synthesize: () => Effect.die("it streams"),
            stream: (_, take) =>
              Effect.gen(function* () {
                for (const samples of [loud, new Int16Array(100), loud])
                  yield* take({ samples, sampleRate: 1000 })
                return yield* new SynthesisFailed({ engine: "t", detail: "broke off", advice: "Wait." })
              })
          }),
          translator: Effect.succeedNone,
          onFailure: (failure) => Effect.sync(() => void failures.push(failure as SynthesisFailed)),
          onSpoken: Effect.void,
          onUntranslated: () => Effect.die("it did not fail")
        })
        yield* speak(sentence, (spoken) => void handed.push(spoken))
        expect(failures.length).toBe(1)
        expect(handed.map(({ duration }) => duration).reduce((sum, ms) => sum + ms)).toBe(2100)
        expect(handed.map(({ message: { actions, display_text } }) => [display_text?.text, actions])).toEqual(
          [
            ["Hi.", { expressions: [1] }],
            [undefined, null]
          ]
        )
        expect(handed.map(({ continues }) => continues)).toEqual([false, true])
      }).pipe(Effect.scoped, Effect.provide(Layer.merge(Alarms.layer, Census.layer)))
  )

  it.live("lets others have their turn while it cuts long sound that came at once", () =>
    Effect.gen(function* () {
      const samples = new Int16Array(30 * 48_000).fill(5000)
      let turns = 0
      const speak = yield* Speech.make({
        character: Fixtures.characterConfig("Hana"),
        tts: Effect.succeed({
          engine: "t",
          synthesize: () => Effect.die("it streams"),
          stream: (_, take) => take({ samples, sampleRate: 48_000 })
        }),
        translator: Effect.succeedNone,
        onFailure: () => Effect.die("it did not fail"),
        onSpoken: Effect.void,
        onUntranslated: () => Effect.die("it did not fail")
      })
      const others = Effect.forever(Effect.map(Effect.sleep(0), () => void turns++))
      const seen: Array<{ readonly duration: number; readonly turns: number }> = []
      yield* Effect.raceFirst(
        others,
        speak(sentence, ({ duration }) => void seen.push({ duration, turns }))
      )
      expect(new Set(seen.map(({ turns }) => turns)).size).toBeGreaterThan(2)
      expect(seen.reduce((sum, { duration }) => sum + duration, 0)).toBe(30_000)
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(Alarms.layer, Census.layer)))
  )

  it.effect("counts what the voice has spoken aloud, and neither what was kept nor what is silent", () =>
    Effect.gen(function* () {
      const pcm = { samples: new Int16Array(100).fill(9000), sampleRate: 1000 }
      let counted = 0
      const speak = yield* Speech.make({
        character: Fixtures.characterConfig("Hana"),
        tts: Effect.succeed({
          engine: "t",
          recall: (text) => Effect.succeed(text === "Kept." ? Option.some(pcm) : Option.none()),
          synthesize: (text) =>
            Effect.succeed(text === "Silent." ? { ...pcm, samples: new Int16Array(0) } : pcm)
        }),
        translator: Effect.succeedNone,
        onFailure: () => Effect.die("it did not fail"),
        onSpoken: Effect.sync(() => void counted++),
        onUntranslated: () => Effect.die("it did not fail")
      })
      const durations: Array<number> = []
      for (const speech of ["Kept.", "Silent.", "Spoken."])
        yield* speak({ ...sentence, speech }, ({ duration }) => void durations.push(duration))
      expect(durations).toEqual([100, 0, 100])
      expect(counted).toBe(1)
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(Alarms.layer, Census.layer)))
  )

  it.effect(
    "shows a sentence whose sound does not come soon, and goes on with the sound when it is there",
    () =>
      Effect.gen(function* () {
        const pcm = { samples: new Int16Array(100).fill(9000), sampleRate: 1000 }
        const speak = yield* Speech.make({
          character: Fixtures.characterConfig("Hana"),
          tts: Effect.succeed({
            engine: "t",
            synthesize: () => Effect.delay(Effect.succeed(pcm), "9 seconds")
          }),
          translator: Effect.succeedNone,
          onFailure: () => Effect.die("it did not fail"),
          onSpoken: Effect.void,
          onUntranslated: () => Effect.die("it did not fail")
        })
        const handed: Array<Speech.Spoken> = []
        const speaking = yield* Effect.fork(speak(sentence, (spoken) => void handed.push(spoken)))
        yield* TestClock.adjust("4 seconds")
        expect(handed).toEqual([])
        yield* TestClock.adjust("1 seconds")
        expect(handed.length).toBe(1)
        yield* TestClock.adjust("4 seconds")
        yield* Fiber.join(speaking)
        expect(
          handed.map(({ continues, duration, message }) => [message.display_text?.text, duration, continues])
        ).toEqual([
          ["Hi.", 0, false],
          [undefined, 100, true]
        ])
      }).pipe(Effect.scoped, Effect.provide(Layer.merge(Alarms.layer, Census.layer)))
  )
})
