import { assert, describe, it, layer, vi } from "@effect/vitest"
import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect, Fiber } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import type { SherpaOnnxTtsConfig } from "../../src/config/LocalTtsConfig.ts"
import type { TtsConfig } from "../../src/config/TtsConfig.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import type { SherpaEngine } from "../../src/tts/SherpaEngine.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as Processes from "../support/Processes.ts"
import * as SpeechModels from "../support/SpeechModels.ts"
import { describeTts, open, peak, until } from "./describeTts.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines, inFolder } from "./TtsLayer.ts"
import { english } from "../../src/language/Text.ts"

const { joe } = SpeechModels

// A busy machine takes its time to start a process and load a voice.
vi.setConfig({ testTimeout: 120_000 })

type Keys = Partial<Record<keyof SherpaOnnxTtsConfig, unknown>>

const config = (changes: Keys = {}) => TtsConfigs.of("sherpa_onnx_tts", { ...joe, ...changes })

/** The engine behind a voice: that which the pool has loaded for it. */
const engineOf = ({ sherpa_onnx_tts }: TtsConfig) =>
  Effect.flatMap(EnginePool, (pool) => {
    const { sid: _sid, speed: _speed, ...shared } = sherpa_onnx_tts!
    return pool.borrow<SherpaEngine>({
      kind: "tts",
      id: `sherpa_onnx_tts:${JSON.stringify(shared)}`,
      load: Effect.dieMessage("it is not loaded")
    })
  })

const running = (config: TtsConfig) =>
  Effect.scoped(Effect.flatMap(engineOf(config), ({ state }) => Effect.map(state, ({ running }) => running)))

const long = "This sentence is never heard by anybody at all. ".repeat(20)

describeTts("sherpa_onnx_tts", { config: config(), layer: engines, running: running(config()) })

describe("SherpaTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("takes a voice of the catalogue with all that it needs", () =>
      Effect.gen(function* () {
        const tts = yield* open(TtsConfigs.of("sherpa_onnx_tts", { model: "piper-joe", sid: 0 }))
        const sound = yield* tts.synthesize("Hello there.")
        assert.isAbove(peak(sound), 1000)
        assert.strictEqual(sound.sampleRate, 22_050)
      })
    )

    it.scoped("shares one process among speakers and speeds, and speaks at each session's own", () =>
      Effect.gen(function* () {
        const ann = yield* open(config())
        const bob = yield* open(config({ speed: 2, sid: 7 }))
        const text = "This is said once slowly and once quickly."
        const slow = Pcm.duration(yield* ann.synthesize(text))
        const quick = Pcm.duration(yield* bob.synthesize(text))
        assert.isAbove(slow, 1.3 * quick)
        const uses = yield* (yield* EnginePool).uses
        assert.deepStrictEqual(
          uses.filter(({ references }) => references > 0).map(({ references }) => references),
          [2]
        )
      })
    )

    it.scoped("lets sessions take turns within long texts, and as many at once as may be", () =>
      Effect.gen(function* () {
        const ann = yield* open(config())
        const bob = yield* open(config())
        const first = yield* Effect.fork(ann.synthesize(long.repeat(20)))
        yield* until(running(config()), (count) => count === 1)
        assert.isAbove(peak(yield* bob.synthesize("And now me.")), 1000)
        assert.isNull(first.unsafePoll())
        assert.isAtMost(yield* running(config()), 1)
        yield* Fiber.interrupt(first)
      })
    )

    it.scoped("speaks two at once if it may", () =>
      Effect.gen(function* () {
        const two = config({ max_concurrency: 2 })
        const tts = yield* open(two)
        const given = yield* Effect.forEach([1, 2, 3], () => Effect.fork(tts.synthesize(long.repeat(5))))
        yield* until(running(two), (count) => count === 2)
        yield* Fiber.interruptAll(given)
        yield* until(running(two), (count) => count === 0)
      })
    )

    it.scoped("fails one sentence when its process is killed; the next one finds a new process", () =>
      Effect.gen(function* () {
        const tts = yield* open(config())
        const { pid } = yield* engineOf(config())
        const before = (yield* pid)!
        const dying = yield* Effect.fork(Effect.flip(tts.synthesize(long.repeat(5))))
        yield* until(running(config()), (count) => count > 0)
        process.kill(before, "SIGKILL")
        const error = yield* Fiber.join(dying)
        assert.strictEqual(error._tag, "SynthesisFailed")
        assert.include(error.message, "sherpa_onnx_tts: its process has ended in the middle of the work.")
        assert.isAbove(peak(yield* tts.synthesize("Here I am again.")), 1000)
        assert.notStrictEqual(yield* pid, before)
        assert.deepStrictEqual(Processes.alive([before]), [])
      })
    )

    for (const [what, keys, message] of [
      ["nothing", { vits_model: "", vits_tokens: "", vits_data_dir: "" }, "vits_model: no voice is named"],
      ["two voices", { kokoro_model: "k.onnx" }, "kokoro_model: it names a second voice beside vits_model"],
      [
        "a voice of the catalogue beside files",
        { model: "piper-joe" },
        "vits_model: it names a second voice"
      ],
      ["half a voice", { vits_tokens: null }, "vits_tokens: it is missing"]
    ] as ReadonlyArray<readonly [string, Keys, string]>) {
      it.scoped(`asks which voice is meant: ${what}`, () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(open(config(keys)))
          assert.include(
            error.message,
            `sherpa_onnx_tts is not available: tts_config.sherpa_onnx_tts.${message}`
          )
          assert.include(english(error.advice), "Name the files of one voice")
        })
      )
    }

    it.scoped("says so of a voice that the catalogue does not have", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(open(TtsConfigs.of("sherpa_onnx_tts", { model: "piper-jane" })))
        assert.include(error.message, "sherpa_onnx_tts is not available: ")
        assert.include(error.message, "piper-j")
      })
    )

    const none = { vits_model: null, vits_tokens: null, vits_data_dir: null }
    for (const [kind, keys] of [
      ["a piper voice as it is", { vits_model: SpeechModels.rawPiper }],
      [
        "a kokoro voice that is none",
        {
          ...none,
          kokoro_model: joe.vits_model,
          kokoro_voices: joe.vits_tokens,
          kokoro_tokens: joe.vits_tokens,
          kokoro_data_dir: joe.vits_data_dir
        }
      ],
      [
        "a matcha voice that is none",
        {
          ...none,
          matcha_acoustic_model: joe.vits_model,
          matcha_vocoder: joe.vits_model,
          matcha_tokens: joe.vits_tokens,
          matcha_data_dir: joe.vits_data_dir
        }
      ],
      [
        "a kitten voice that is none",
        {
          ...none,
          kitten_model: joe.vits_model,
          kitten_voices: joe.vits_tokens,
          kitten_tokens: joe.vits_tokens,
          kitten_data_dir: joe.vits_data_dir
        }
      ]
    ] as ReadonlyArray<readonly [string, Keys]>) {
      it.scoped(`survives that the library gives up on ${kind}, and says what to choose`, () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(open(config(keys)))
          assert.strictEqual(error._tag, "EngineUnavailable")
          assert.include(english(error.reason), "its process ended while it was loaded")
          assert.include(english(error.advice), "For a piper voice (.onnx with .onnx.json) choose piper_tts.")
        })
      )
    }
  })

  it.scopedLive("looks at every file before it loads any, and finds those beside conf.yaml", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const folder = yield* ConfigFolder.make({
        "voice/broken.onnx": "this is no model",
        "voice/empty.txt": "",
        "voice/data/phontab": "",
        "voice/rule.fst": "x"
      })
      yield* fs.symlink(path.resolve(joe.vits_tokens), path.join(folder, "voice/tokens.txt"))
      const fails = (keys: Keys) =>
        Effect.map(
          Effect.flip(
            open(
              config({
                vits_model: "voice/broken.onnx",
                vits_tokens: "voice/tokens.txt",
                vits_data_dir: path.resolve(joe.vits_data_dir),
                ...keys
              })
            ).pipe(Effect.provide(inFolder(folder)))
          ),
          (error) => {
            assert.notInclude(error.message, folder)
            return error.message
          }
        )
      const section = "sherpa_onnx_tts is not available: tts_config.sherpa_onnx_tts."
      const path_ = "Correct the path; a relative one starts from the folder of conf.yaml."
      assert.strictEqual(
        yield* fails({ vits_model: "voice/none.onnx" }),
        `${section}vits_model: there is no file "none.onnx". ${path_}`
      )
      assert.strictEqual(
        yield* fails({ vits_model: "voice" }),
        `${section}vits_model: "voice" is not a file. ${path_}`
      )
      assert.strictEqual(
        yield* fails({ vits_tokens: "voice/empty.txt" }),
        `${section}vits_tokens: "empty.txt" is empty. Fetch it again: it belongs to the model.`
      )
      assert.strictEqual(
        yield* fails({ vits_data_dir: "voice/rule.fst" }),
        `${section}vits_data_dir: "rule.fst" is not a folder. ${path_}`
      )
      assert.strictEqual(
        yield* fails({ vits_lexicon: "voice/tokens.txt,voice/more.txt" }),
        `${section}vits_lexicon: there is no file "more.txt". ${path_}`
      )
      assert.strictEqual(
        yield* fails({ tts_rule_fsts: "voice/rule.fst,voice/date.fst" }),
        `${section}tts_rule_fsts: there is no file "date.fst". ${path_}`
      )
      assert.include(
        yield* fails({}),
        "sherpa_onnx_tts is not available: sherpa-onnx cannot use its files (Load model from broken.onnx failed"
      )
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
