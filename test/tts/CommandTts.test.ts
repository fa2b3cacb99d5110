import { readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { fileURLToPath } from "node:url"
import { assert, describe, layer } from "@effect/vitest"
import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect, Fiber } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import type { CommandTtsConfig } from "../../src/config/LocalTtsConfig.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as Processes from "../support/Processes.ts"
import { describeTts, open, peak, until } from "./describeTts.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines, inFolder } from "./TtsLayer.ts"
import { english } from "../../src/language/Text.ts"
import * as LivingProcess from "../../src/supervision/LivingProcess.ts"

const program = fileURLToPath(new URL("../support/speak-tone.mjs", import.meta.url))

const config = (args: ReadonlyArray<string>, changes: Partial<CommandTtsConfig> = {}) =>
  TtsConfigs.of("command_tts", { command: [process.execPath, program, ...args], ...changes })

/** Programs that run, with what they have started; other children of this process have nothing to do with Node. */
const started = Effect.sync(() =>
  Processes.alive(Processes.descendants(process.pid)).filter((pid) =>
    Processes.commandOf(pid).startsWith(process.execPath)
  )
)
const running = Effect.map(started, (pids) => pids.length)

describeTts("command_tts", { config: config(["speak"]), layer: engines, running })

const failure = (args: ReadonlyArray<string>, changes: Partial<CommandTtsConfig> = {}) =>
  Effect.gen(function* () {
    const tts = yield* open(config(args, changes))
    const error = yield* Effect.flip(tts.synthesize("Hello."))
    assert.strictEqual(error._tag, "SynthesisFailed")
    yield* until(running, (count) => count === 0)
    return error
  })

/** Those of this process: other tests have theirs at the same time. */
const scratchFolders = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`seiyuu-${LivingProcess.mine}`)).length

describe("CommandTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("reads the file that the program writes, and removes it", () =>
      Effect.gen(function* () {
        const folders = scratchFolders()
        const tts = yield* open(config(["to-file", "{output}"]))
        const sound = yield* tts.synthesize("Hello there.")
        assert.closeTo(Pcm.duration(sound), 720, 1)
        assert.isAbove(peak(sound), 1000)
        assert.strictEqual(scratchFolders(), folders)
      })
    )

    it.scoped("finds a program beside conf.yaml, and gives the text to no shell", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const path = yield* Path.Path
        const folder = yield* ConfigFolder.make({
          say: `#!/bin/sh\ncat > heard.txt; exec "${process.execPath}" "${program}" speak < heard.txt\n`
        })
        yield* fs.chmod(path.join(folder, "say"), 0o755)
        const text = "$(touch oops) `touch oops`; touch oops"
        const spoken = yield* open(TtsConfigs.of("command_tts", { command: ["./say"] })).pipe(
          Effect.flatMap((tts) => tts.synthesize(text)),
          Effect.provide(inFolder(folder))
        )
        assert.isAbove(peak(spoken), 1000)
        assert.strictEqual(yield* fs.readFileString(path.join(folder, "heard.txt")), text)
        assert.deepStrictEqual((yield* fs.readDirectory(folder)).toSorted(), ["heard.txt", "say"])
      }).pipe(Effect.provide(NodeContext.layer))
    )

    it.scoped("ends the program with all that it has started when it is interrupted", () =>
      Effect.gen(function* () {
        const tts = yield* open(config(["hang"]))
        const speaking = yield* Effect.fork(tts.synthesize("Hello."))
        yield* until(running, (count) => count === 2)
        const pids = yield* started
        yield* Fiber.interrupt(speaking)
        yield* until(
          Effect.sync(() => Processes.alive(pids).length),
          (count) => count === 0
        )
      })
    )

    it.scoped("ends what the program leaves behind", () =>
      Effect.gen(function* () {
        const tts = yield* open(config(["leave-a-child"]))
        // Whoever has lost its parent is a descendant of nobody: its id is kept.
        const both = yield* Effect.fork(
          Effect.repeat(Effect.delay(started, "20 millis"), { until: (pids) => pids.length === 2 })
        )
        assert.closeTo(Pcm.duration(yield* tts.synthesize("Hello.")), 300, 1)
        const pids = yield* Fiber.join(both)
        yield* until(
          Effect.sync(() => Processes.alive(pids).length),
          (count) => count === 0
        )
      })
    )

    it.scoped("lets as many run at once as may, in all sessions together", () =>
      Effect.gen(function* () {
        const settings = config(["hang"], { max_concurrency: 2 })
        const sessions = [yield* open(settings), yield* open(settings), yield* open(settings)]
        const speaking = yield* Effect.forEach(sessions, (tts) => Effect.fork(tts.synthesize("Hello.")))
        // Each with its child.
        yield* until(running, (count) => count === 4)
        yield* Effect.sleep("300 millis")
        assert.strictEqual(yield* running, 4)
        yield* Fiber.interruptAll(speaking)
        yield* until(running, (count) => count === 0)
      })
    )

    it.scoped("says that a program failed, and keeps its words for the log", () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const error = yield* failure(["complain"]).pipe(Effect.provide(ConfigFolder.logTo(lines)))
        assert.strictEqual(
          error.message,
          "command_tts: its program failed with status 3. The server's log has its words. " +
            "Check tts_config.command_tts.command: try it in a terminal, with a sentence on its standard input."
        )
        assert.deepStrictEqual(lines, [
          `${process.execPath} failed with status 3: no voice in /home/somebody/voices/joe.onnx: not found`
        ])
      })
    )

    it.scoped("says that a program was killed in the middle of its work; the next one works", () =>
      Effect.gen(function* () {
        const tts = yield* open(config(["speak"]))
        const dying = yield* Effect.fork(Effect.flip(tts.synthesize("So long. ".repeat(100))))
        yield* until(running, (count) => count === 1)
        const [pid] = yield* started
        process.kill(pid!, "SIGKILL")
        assert.include((yield* Fiber.join(dying)).message, "its program was ended by SIGKILL")
        assert.isAbove(peak(yield* tts.synthesize("Next.")), 1000)
      })
    )

    it.scoped("says that the system takes no such argument, and goes on", () =>
      Effect.gen(function* () {
        const error = yield* failure(["a\0b"])
        assert.match(english(error.detail), /^"node" cannot be started \(E\w+\)$/)
        assert.include(english(error.advice), "tts_config.command_tts.command")
        const long = yield* failure(["x".repeat(2 ** 22)])
        assert.strictEqual(english(long.detail), '"node" cannot be started (E2BIG)')
      })
    )

    it.scoped("says that there is no such program, or that it may not be run", () =>
      Effect.gen(function* () {
        for (const [command, words] of [
          ["no-such-program-anywhere", 'there is no program "no-such-program-anywhere"'],
          ["/no/such/program", 'there is no program "program"'],
          [program, 'the server may not run "speak-tone.mjs"']
        ] as const) {
          const tts = yield* open(TtsConfigs.of("command_tts", { command: [command] }))
          const error = yield* Effect.flip(tts.synthesize("Hello."))
          assert.strictEqual(english(error.detail), words)
          assert.strictEqual(english(error.advice), "Install it, or correct tts_config.command_tts.command.")
        }
      })
    )

    for (const [args, changes, words] of [
      [["say-nothing"], {}, "its program wrote no sound"],
      [["say-nothing", "{output}"], {}, "its program wrote no sound"],
      [["babble"], {}, "what its program wrote is no sound: its first bytes are those of no known format"],
      [["never-end"], {}, "it wrote more than 64 MiB"],
      [["fill-file", "{output}"], {}, "it wrote more than 64 MiB"],
      [["fill-at-once", "{output}"], {}, "it wrote more than 64 MiB"],
      [["hang"], { timeout_seconds: 0.5 }, "its program did not end within 0.5 seconds"]
    ] as const) {
      it.scoped(`explains what went wrong: ${args.join(" ")}`, () =>
        Effect.gen(function* () {
          assert.strictEqual(english((yield* failure(args, changes)).detail), words)
        })
      )
    }

    it.scoped("refuses a command that is none, and one that wants the text as an argument", () =>
      Effect.gen(function* () {
        const empty = yield* Effect.flip(open(TtsConfigs.of("command_tts", { command: [] })))
        assert.include(empty.message, "tts_config.command_tts.command: it is empty.")
        const text = yield* Effect.flip(open(config(["{text}"])))
        assert.include(text.message, "the text comes by standard input")
      })
    )
  })
})
