import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, TestClock } from "effect"
import type { Scope } from "effect"
import * as Delivery from "../../src/conversation/Delivery.ts"
import { EngineUnavailable } from "../../src/engine/EngineUnavailable.ts"
import type { EngineKind } from "../../src/engine/EngineUnavailable.ts"
import * as WarmUp from "../../src/engine/WarmUp.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"
import { Census } from "../../src/telemetry/Census.ts"
import type { Tts } from "../../src/tts/Tts.ts"
import type { Translator } from "../../src/translate/Translator.ts"
import * as Fixtures from "../support/Fixtures.ts"
import { says } from "../support/Talk.ts"

const sentences = ["One.", "Two.", "Three.", "Four.", "Five.", "Six."]

const tts: Tts = {
  engine: "t",
  synthesize: () => Effect.succeed({ samples: new Int16Array(100).fill(9000), sampleRate: 1000 })
}

/** What takes a second to load, or to fail to. */
const loading = <A>(kind: EngineKind, outcome: A | "broken") => {
  const loads = { count: 0 }
  const load: Effect.Effect<A, EngineUnavailable, Scope.Scope> = Effect.suspend(() => {
    loads.count++
    const engine = { kind, engine: "t", reason: "it broke", advice: "Try again." }
    return Effect.delay(
      outcome === "broken" ? new EngineUnavailable(engine) : Effect.succeed(outcome),
      "1 second"
    )
  })
  return { load, loads }
}

/** A session whose voice and translator are as they are loaded, and what its turns come to. */
const session = Effect.fnUntraced(function* (
  loadVoice: Effect.Effect<Tts, EngineUnavailable, Scope.Scope>,
  loadTranslator: Effect.Effect<Option.Option<Translator>, EngineUnavailable, Scope.Scope>
) {
  const warmUp = yield* WarmUp.make({ onFailure: () => Effect.void })
  const told = { silent: 0, untranslated: 0 }
  const options: Delivery.Options = {
    character: Fixtures.characterConfig("Hana"),
    person: "Ann",
    emotions: new Map(),
    agent: Effect.succeed({ reply: () => says(...sentences.map((text) => `${text} `)) }),
    tts: warmUp.start(loadVoice),
    translator: warmUp.start(loadTranslator),
    consent: () => Effect.succeed("refused"),
    onVoiceFailure: () => Effect.sync(() => void told.silent++),
    onVoice: Effect.void,
    onUntranslated: () => Effect.sync(() => void told.untranslated++)
  }
  yield* warmUp.begin
  yield* TestClock.adjust("1 second")

  const turn = Effect.gen(function* () {
    const heard: Array<readonly [text: string | undefined, isAloud: boolean]> = []
    const fiber = yield* Effect.fork(
      Delivery.deliver(
        options,
        { text: "Count.", images: [], before: { conversation: "c", messages: [] }, recalled: [] },
        Delivery.nothing(),
        (message) =>
          Effect.sync(() => {
            if (message.type === "audio")
              heard.push([message.display_text?.text.trim(), message.audio !== null])
          })
      )
    )
    yield* TestClock.adjust("1 minute")
    expect(yield* Fiber.join(fiber)).toBeUndefined()
    return heard
  })
  return { told, turn }
})

describe("Delivery", () => {
  it.scoped("tries a voice that cannot be loaded once a turn, not for each sentence", () =>
    Effect.gen(function* () {
      const voice = loading<Tts>("tts", "broken")
      const { told, turn } = yield* session(voice.load, Effect.succeedNone)
      expect(voice.loads.count).toBe(1)
      for (const turns of [1, 2]) {
        expect(yield* turn).toEqual(sentences.map((text) => [text, false]))
        expect(voice.loads.count).toBe(1 + turns)
        expect(told.silent).toBe(turns * sentences.length)
      }
    }).pipe(Effect.provide(Layer.merge(Alarms.layer, Census.layer)))
  )

  it.scoped("tries a translator that cannot be loaded once a turn, and speaks what is written", () =>
    Effect.gen(function* () {
      const voice = loading("tts", tts)
      const translator = loading<Option.Option<Translator>>("translate", "broken")
      const { told, turn } = yield* session(voice.load, translator.load)
      for (const turns of [1, 2]) {
        expect(yield* turn).toEqual(sentences.map((text) => [text, true]))
        expect(translator.loads.count).toBe(1 + turns)
        expect(told).toEqual({ silent: 0, untranslated: turns * sentences.length })
      }
      expect(voice.loads.count).toBe(1)
    }).pipe(Effect.provide(Layer.merge(Alarms.layer, Census.layer)))
  )
})
