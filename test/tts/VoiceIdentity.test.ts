import { FileSystem } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import type { Scope } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import { Settings } from "../../src/config/Settings.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"
import { PhraseCache } from "../../src/tts/PhraseCache.ts"
import type { TtsEngines } from "../../src/tts/Tts.ts"
import * as TtsTable from "../../src/tts/TtsTable.ts"
import * as VoiceIdentity from "../../src/tts/VoiceIdentity.ts"
import * as Fixtures from "../support/Fixtures.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import * as SpeechModels from "../support/SpeechModels.ts"
import * as Tone from "../support/Tone.ts"
import { open } from "./describeTts.ts"
import * as TtsConfigs from "./TtsConfigs.ts"

/** Runs with a cache of phrases; relative paths start from the folder. */
const inFolder = <A, E>(
  folder: string,
  run: Effect.Effect<A, E, TtsEngines | Scope.Scope | FileSystem.FileSystem>
) =>
  Effect.provide(
    run,
    TtsTable.layer.pipe(
      Layer.provide(Layer.merge(Alarms.layer, PhraseCache.layer)),
      Layer.provide(EnginePool.layer({ idleTimeToLive: "1 minute" })),
      Layer.provide(Layer.succeed(Settings, { folder, system: Fixtures.systemConfig })),
      Layer.provide(SpeechModels.store),
      Layer.provide(NodeHttpClient.dispatcherLayer),
      Layer.provideMerge(NodeContext.layer)
    )
  )

describe("VoiceIdentity", () => {
  layer(NodeContext.layer, { excludeTestServices: true })((it) => {
    it.scoped("has another one speak when a file of the voice is another one", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = yield* fs.makeTempDirectoryScoped()
        const config = TtsConfigs.of("command_tts", { command: ["cat", "voice.wav"] })
        const speak = Effect.map(
          Effect.flatMap(open(config), (tts) => tts.synthesize("Hello.")),
          ({ samples }) => samples.length
        )
        yield* inFolder(
          folder,
          Effect.gen(function* () {
            for (const ms of [100, 200]) {
              yield* fs.writeFile(`${folder}/voice.wav`, Tone.wav(ms))
              assert.strictEqual(yield* speak, Tone.pcm(ms).samples.length)
            }
          })
        )
      })
    )

    it.scoped("has the other service speak when the environment says another address", () =>
      Effect.gen(function* () {
        const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
        const config = TtsConfigs.of("bark_tts", { voice: "v2/en_speaker_1" })
        yield* inFolder(
          folder,
          Effect.gen(function* () {
            for (const ms of [100, 200]) {
              const { url } = yield* ServiceServer.open(() => ({
                headers: { "content-type": "audio/wav" },
                chunks: [Wav.encode(Tone.pcm(ms))]
              }))
              const environment = ConfigProvider.fromMap(new Map([["BARK_TTS_BASE_URL", url]]))
              const tts = yield* Effect.withConfigProvider(open(config), environment)
              assert.strictEqual(
                (yield* tts.synthesize("Hello.")).samples.length,
                Tone.pcm(ms).samples.length
              )
            }
          })
        )
      })
    )

    it.scoped(
      "is the same as long as nothing changes, and knows programs and several files in one text",
      () =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const folder = yield* fs.makeTempDirectoryScoped()
          const section = { command: ["speak"], rules: "one.fst, two.fst", speed: 1, nothing: null }
          const identity = VoiceIdentity.of({ fs, folder }, { engine: "v", section }).pipe(
            Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["PATH", `/nowhere:${folder}/bin`]])))
          )
          yield* fs.makeDirectory(`${folder}/bin`)
          const seen = [yield* identity]
          for (const file of ["bin/speak", "two.fst"]) {
            yield* fs.writeFileString(`${folder}/${file}`, "1")
            const changed = yield* identity
            assert.notInclude(seen, changed)
            assert.strictEqual(yield* identity, changed)
            seen.push(changed)
          }
        })
    )
  })
})
