import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer, Option, Schema } from "effect"
import { Settings } from "../../src/config/Settings.ts"
import { WakeWordConfig } from "../../src/config/WakeWordConfig.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { KeywordSpotters } from "../../src/wake/KeywordSpotter.ts"
import { ModelStore } from "../../src/models/ModelStore.ts"
import * as SherpaSpotter from "../../src/wake/SherpaSpotter.ts"
import { systemConfig } from "../support/Fixtures.ts"
import * as Models from "../support/Models.ts"
import * as Processes from "../support/Processes.ts"
import * as Speech from "../support/Speech.ts"
import { tone } from "../support/ToneModel.ts"
import * as ToneTransducer from "../support/ToneTransducer.ts"

/** Nothing can be fetched. */
const store = Layer.unwrapScoped(
  Effect.map(Models.folder, (folder) =>
    ModelStore.layer({ folder, offline: true, availableMemory: Effect.succeed(1e9) })
  )
)

const services = SherpaSpotter.layer.pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      EnginePool.layer({ idleTimeToLive: "1 minute" }),
      store,
      Layer.succeed(Settings, { folder: ".", system: systemConfig })
    )
  ),
  Layer.provideMerge(NodeContext.layer)
)

const open = (wake_words: object, keyword_spotter: object) =>
  Effect.flatMap(KeywordSpotters, (spotters) =>
    spotters.open(
      Schema.decodeUnknownSync(WakeWordConfig)({ enabled: true, match: "audio", wake_words, keyword_spotter })
    )
  )

/** A word that is half said is half as sure as a whole one. */
const sure = Effect.map(ToneTransducer.write, (files) => ({ ...files, threshold: 0.7 }))

const words = { en: ["high low"], any: ["low, high!"] }

describe("keyword_spotter", () => {
  layer(services, { excludeTestServices: true })((it) => {
    it.scoped("hears the words in the sound, says where they are, and hears nothing else", () =>
      Effect.gen(function* () {
        const spotter = yield* open(words, yield* sure)
        const hear = (...tones: ReadonlyArray<"high" | "low" | "silence">) =>
          Effect.map(spotter.spot(Speech.join(...tones.map(tone))), Option.getOrUndefined)
        const said = yield* hear("silence", "high", "low", "silence", "high")
        assert.deepInclude(said, { word: "high low", language: "en" })
        // High begins with the second second, low with the third.
        assert.approximately(said!.from, 16_000, 3200)
        assert.approximately(said!.to, 32_000, 3200)
        assert.deepInclude(yield* hear("low", "high", "silence"), { word: "low, high!", language: "any" })
        assert.isUndefined(yield* hear("high", "silence"))
        assert.isUndefined(yield* hear("silence", "silence"))
        assert.isUndefined(Option.getOrUndefined(yield* spotter.spot(new Float32Array(0))))
      })
    )

    it.scoped(
      "keeps utterances that are heard at once apart, in one process for all with the same words",
      () =>
        Effect.gen(function* () {
          const before = Processes.descendants(process.pid)
          const files = yield* ToneTransducer.write
          const [ann, bob] = [yield* open(words, files), yield* open(words, files)]
          const utterance = (...tones: ReadonlyArray<"high" | "low" | "silence">) =>
            Speech.join(...tones.map(tone))
          const [one, other] = yield* Effect.all(
            [ann.spot(utterance("high", "low", "silence")), bob.spot(utterance("low", "silence"))],
            { concurrency: 2 }
          )
          assert.isTrue(Option.isSome(one))
          assert.isTrue(Option.isNone(other))
          const started = Processes.descendants(process.pid).filter((pid) => !before.includes(pid))
          assert.lengthOf(started, 1)
          // It is started anew when it dies.
          process.kill(started[0]!, "SIGKILL")
          const again = ann.spot(utterance("high", "low", "silence"))
          assert.isTrue(Option.isSome(yield* Effect.retry(again, { times: 5 })))
        })
    )

    it.scoped("says what is wrong with its words and its files", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const files = yield* ToneTransducer.write
        const messageOf = (wake_words: object, spotter: object) =>
          Effect.map(Effect.flip(open(wake_words, spotter)), ({ message }) => message)
        assert.strictEqual(
          yield* messageOf({ en: ["high Hana"] }, files),
          'keyword_spotter is not available: its model cannot write the wake word "high Hana". Choose a model of the word\'s language, leave that word out, or set wake_word.match to transcript.'
        )
        assert.match(yield* messageOf({ zh: ["小爱"] }, files), /cannot write the wake word "小爱"/u)
        assert.match(yield* messageOf(words, { ...files, joiner: "" }), /joiner is missing/u)
        assert.match(
          yield* messageOf(words, { ...files, joiner: "/away/j.onnx" }),
          /keyword_spotter\.joiner: there is no file "j\.onnx"/u
        )
        assert.match(yield* messageOf(words, {}), /seiyuu models pull kws-gigaspeech/u)
        assert.match(yield* messageOf({ zh: ["小爱"] }, {}), /seiyuu models pull kws-wenetspeech/u)
        yield* fs.writeFileString(files.encoder, "no model")
        assert.match(yield* messageOf(words, files), /^keyword_spotter is not available: /u)
      })
    )
  })
})
