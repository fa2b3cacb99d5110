import { FileSystem } from "@effect/platform"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { AsrEngines } from "../../src/asr/Asr.ts"
import * as WyomingPrograms from "../../src/asr/WyomingPrograms.ts"
import { AsrConfig } from "../../src/config/AsrConfig.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import type { OwnServer } from "../../src/wyoming/OwnServer.ts"
import * as Processes from "../support/Processes.ts"
import * as SearchPath from "../support/SearchPath.ts"
import * as Speech from "../support/Speech.ts"
import * as Programs from "../support/WyomingPrograms.ts"
import { engines } from "./AsrLayer.ts"
import { describeAsr } from "./describeAsr.ts"

const decode = Schema.decodeUnknownSync(AsrConfig)
const openAs = (config: object) => Effect.flatMap(AsrEngines, (engines) => engines.open(decode(config)))
const config = { asr_model: "faster_whisper", faster_whisper: Programs.fasterWhisper }

const engine = Effect.gen(function* () {
  const pool = yield* EnginePool
  const program = WyomingPrograms.fasterWhisper(decode(config).faster_whisper!)
  const { server } = yield* pool.borrow(WyomingPrograms.spec(".", program))
  return server as OwnServer
})

/** The program itself, without the guard that leads its group. */
const pids = Effect.map(
  Effect.flatMap(engine, ({ pid }) => pid),
  (guard) => Processes.descendants(guard!)
)

const gone = (pids: ReadonlyArray<number>) =>
  Effect.sync(() => Processes.alive(pids)).pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: (pids) => pids.length === 0 })
  )

let running = 0
/** What is asked of the server now; the server itself does not say it. */
const open = Effect.map(openAs(config), (asr) => ({
  ...asr,
  transcribe: (samples: Float32Array) =>
    Effect.suspend(() => {
      running++
      return Effect.ensuring(
        asr.transcribe(samples),
        Effect.sync(() => running--)
      )
    })
}))

describeAsr("faster_whisper, by a real wyoming-faster-whisper", {
  layer: engines,
  open,
  jobs: Effect.sync(() => running),
  kill: Effect.map(Effect.orDie(pids), (pids) => {
    for (const pid of pids) process.kill(pid, "SIGKILL")
  })
})

describe("engines that a program runs", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped(
      "have one process for all languages, which ends with the pool",
      () =>
        Effect.gen(function* () {
          const started = yield* Effect.gen(function* () {
            yield* openAs(config)
            yield* openAs({ ...config, faster_whisper: { ...Programs.fasterWhisper, language: "auto" } })
            assert.lengthOf(yield* (yield* EnginePool).uses, 1)
            const guard = (yield* (yield* engine).pid)!
            return [guard, ...Processes.descendants(guard)]
          }).pipe(Effect.scoped, Effect.provide(engines))
          assert.lengthOf(started, 2)
          yield* gone(started)
        }),
      60_000
    )

    it.scoped(
      "whisper names its models as OpenAI does",
      () =>
        Effect.gen(function* () {
          const { command, download_root, model_path } = Programs.fasterWhisper
          const asr = yield* openAs({
            asr_model: "whisper",
            whisper: { name: model_path, download_root, command }
          })
          const text = "Please open the window."
          assert.strictEqual(Speech.wordErrors(text, yield* asr.transcribe(yield* Speech.say(text))), 0)
        }),
      60_000
    )

    it.scoped("say how to install a program that is missing", () =>
      Effect.gen(function* () {
        const failures = yield* SearchPath.withPrograms(
          {},
          Effect.all([
            Effect.flip(openAs({ ...config, faster_whisper: { model_path: "tiny", download_root: "m" } })),
            Effect.flip(openAs({ asr_model: "whisper", whisper: { name: "tiny", download_root: "m" } })),
            Effect.flip(openAs({ asr_model: "fun_asr", fun_asr: {} }))
          ])
        )
        const key = (engine: string) =>
          `where the server does not find it, name it with asr_config.${engine}.command.`
        assert.deepStrictEqual(
          failures.map(({ message }) => message),
          [
            `faster_whisper is not available: there is no program "wyoming-faster-whisper". Install it with \`pip install wyoming-faster-whisper\`; ${key("faster_whisper")}`,
            `whisper is not available: there is no program "wyoming-faster-whisper". Install it with \`pip install wyoming-faster-whisper\`; ${key("whisper")}`,
            `fun_asr is not available: there is no program "wyoming-faster-whisper". Install it with \`pip install 'wyoming-faster-whisper[funasr]'\`; ${key("fun_asr")}`
          ]
        )
      })
    )

    it.scoped(
      "say what the program said when it does not start, and name no folder",
      () =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const folder = yield* fs.makeTempDirectoryScoped()
          const failure = yield* Effect.flip(
            openAs({ ...config, faster_whisper: { ...Programs.fasterWhisper, model_path: folder } })
          )
          assert.match(
            failure.message,
            /its process ended while it was loaded: .*Unable to open file 'model.bin'/u
          )
          assert.notInclude(failure.message, folder)
          assert.include(failure.message, "Check asr_config.faster_whisper")
        }),
      60_000
    )

    it.scoped("hand the configuration over as arguments", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = yield* fs.makeTempDirectoryScoped()
        const program = ["sh", "-c", `echo "$@" > ${folder}/args; exit 3`, "sh"]
        const argsOf = (config: object) =>
          Effect.flip(openAs(config)).pipe(
            Effect.zipRight(fs.readFileString(`${folder}/args`)),
            Effect.map((text) =>
              text
                .replace(/tcp:\/\/127\.0\.0\.1:\d+/u, "URI")
                .replace(/--cpu-threads \d+/u, "--cpu-threads N")
                .trim()
            )
          )
        assert.strictEqual(
          yield* argsOf({
            asr_model: "faster_whisper",
            faster_whisper: {
              model_path: "large-v3",
              download_root: "models/whisper",
              device: "cuda",
              compute_type: "float16",
              prompt: "Names: Hana",
              command: program
            }
          }),
          "--uri URI --stt-library faster-whisper --vad-filter --model large-v3 --data-dir models/whisper " +
            "--device cuda --compute-type float16 --cpu-threads N --initial-prompt Names: Hana"
        )
        assert.strictEqual(
          yield* argsOf({
            asr_model: "whisper",
            whisper: { name: "medium", download_root: "", command: program }
          }),
          "--uri URI --stt-library faster-whisper --vad-filter --model medium --data-dir models --device cpu --cpu-threads N"
        )
        assert.strictEqual(
          yield* argsOf({ asr_model: "fun_asr", fun_asr: { command: program } }),
          "--uri URI --stt-library funasr --model FunAudioLLM/SenseVoiceSmall --data-dir models --device cpu --cpu-threads N"
        )
        assert.strictEqual(
          yield* argsOf({
            asr_model: "fun_asr",
            fun_asr: { command: [...program, "listen-at={uri}", "--mine"] }
          }),
          "listen-at=URI --mine"
        )
      })
    )
  })
})
