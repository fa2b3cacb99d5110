import { assert, describe, layer } from "@effect/vitest"
import { Deferred, Effect, Layer } from "effect"
import * as InOrder from "../../src/conversation/InOrder.ts"
import type { Sentence } from "../../src/conversation/Sentence.ts"
import * as Speech from "../../src/conversation/Speech.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"
import { Census } from "../../src/telemetry/Census.ts"
import * as Fixtures from "../support/Fixtures.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import { contract } from "../tts/contracts/AzureVoice.ts"
import { sound } from "../tts/contracts/Contract.ts"
import { open } from "../tts/describeTts.ts"
import { engines } from "../tts/TtsLayer.ts"

const sentenceOf = (speech: string): Sentence => ({
  _tag: "Sentence",
  raw: speech,
  thought: false,
  display: speech,
  speech,
  actions: null
})

/** A service that may be asked for one sentence at a time; two sessions have its voice. */
const service = Effect.gen(function* () {
  const busy = { now: 0, peak: 0 }
  const server = yield* ServiceServer.open(() => {
    const answer = contract.answer(sound(60))
    busy.peak = Math.max(busy.peak, ++busy.now)
    // Nobody has the whole sound before the last chunk has left.
    const onChunk = (index: number) => {
      if (index + 1 === answer.chunks?.length) busy.now--
    }
    return { ...answer, delayMs: 50, onChunk }
  })
  const config = contract.config(server.url, { max_concurrency: 1 })
  return {
    busy,
    mine: yield* open(config),
    other: yield* open(config),
    asked: () => server.log.map(contract.textOf),
    wasAsked: (times: number) => Effect.promise(() => server.log.reached(times))
  }
})

/** Three sentences on their way; `translated` and `deliver` may have them wait. */
const turn = Effect.fnUntraced(function* (
  tts: Effect.Effect.Success<typeof service>["mine"],
  waits: {
    readonly translated: (text: string) => Effect.Effect<void>
    readonly deliver: (text: string) => Effect.Effect<void>
  }
) {
  const scope = yield* Effect.scope
  const delivered: Array<string> = []
  const speak = yield* Speech.make({
    character: Fixtures.characterConfig("Hana"),
    tts: Effect.succeed(tts),
    translator: Effect.succeedSome({
      engine: "t",
      translate: (text: string) => Effect.as(waits.translated(text), text)
    }),
    onFailure: (failure) => Effect.die(failure),
    onSpoken: Effect.void,
    onUntranslated: (failure) => Effect.die(failure)
  })
  const sentences = yield* InOrder.make<Sentence, Speech.Spoken>(
    {
      parallel: 3,
      work: speak,
      deliver: ({ duration, sentence }) =>
        Effect.map(waits.deliver(sentence.speech), () => {
          if (duration > 0 && delivered.at(-1) !== sentence.speech) delivered.push(sentence.speech)
        })
    },
    scope
  )
  for (const speech of ["First.", "Second.", "Third."]) yield* sentences.add(sentenceOf(speech))
  return { delivered, sentences }
})

describe("the only place of a voice", () => {
  layer(Layer.mergeAll(engines, Alarms.layer, Census.layer), { excludeTestServices: true })((it) => {
    it.scoped("goes on once a sentence's sound is there, though an earlier one has not been asked for", () =>
      Effect.gen(function* () {
        const { asked, busy, mine, other, wasAsked } = yield* service
        const goesOn = yield* Deferred.make<void>()
        const { delivered, sentences } = yield* turn(mine, {
          translated: (text) => (text === "First." ? Deferred.await(goesOn) : Effect.void),
          deliver: () => Effect.void
        })
        yield* wasAsked(2)
        yield* other.synthesize("Other.")
        assert.deepStrictEqual(asked(), ["Second.", "Third.", "Other."])
        assert.deepStrictEqual(delivered, [])
        yield* Deferred.succeed(goesOn, undefined)
        yield* sentences.delivered
        assert.deepStrictEqual(asked().slice(3), ["First."])
        assert.deepStrictEqual(delivered, ["First.", "Second.", "Third."])
        assert.strictEqual(busy.peak, 1)
      })
    )

    it.scoped("goes on while an earlier sentence is being delivered", () =>
      Effect.gen(function* () {
        const { asked, busy, mine, other, wasAsked } = yield* service
        const goesOn = yield* Deferred.make<void>()
        const { delivered, sentences } = yield* turn(mine, {
          translated: () => Effect.void,
          deliver: () => Deferred.await(goesOn)
        })
        yield* wasAsked(3)
        yield* other.synthesize("Other.")
        assert.deepStrictEqual(asked(), ["First.", "Second.", "Third.", "Other."])
        assert.deepStrictEqual(delivered, [])
        yield* Deferred.succeed(goesOn, undefined)
        yield* sentences.delivered
        assert.deepStrictEqual(delivered, ["First.", "Second.", "Third."])
        assert.strictEqual(busy.peak, 1)
      })
    )
  })
})
