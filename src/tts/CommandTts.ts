import { join } from "node:path"
import { FileSystem } from "@effect/platform"
import { Duration, Effect, Schedule } from "effect"
import type { Context } from "effect"
import type { Decode } from "../audio/Decode.ts"
import * as Speech from "../audio/Speech.ts"
import type { CommandTtsConfig } from "../config/LocalTtsConfig.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as FairShare from "../engine/FairShare.ts"
import * as HostPaths from "../engine/HostPaths.ts"
import * as Scratch from "../supervision/Scratch.ts"
import * as CommandProgram from "./CommandProgram.ts"
import * as SpeechPieces from "./SpeechPieces.ts"
import { SynthesisFailed } from "./Tts.ts"
import type { Tts } from "./Tts.ts"

const engine = "command_tts"
const section = `tts_config.${engine}`
/** Stands in an argument for the file that the program writes. */
const outputMark = "{output}"
/** Of the sound, in bytes: more than ten minutes of the richest kind. */
const limit = 64 * 2 ** 20

export interface Services {
  readonly fs: FileSystem.FileSystem
  readonly decode: Context.Tag.Service<typeof Decode>
  /** The program's working folder, and what a relative path to it starts from. */
  readonly folder: string
}

/** What all sessions share: how many programs run at a time. */
export const spec = (config: CommandTtsConfig): EngineSpec<FairShare.FairShare> => ({
  kind: "tts",
  id: `${engine}:${JSON.stringify(config)}`,
  load: Effect.suspend(() => {
    const [program = "", ...args] = config.command
    if (program.trim() === "") {
      return unavailable("it is empty", "Write the program and its arguments as a list.")
    }
    return args.some((arg) => arg.includes("{text}"))
      ? unavailable(
          "{text} is no argument: the text comes by standard input",
          "Have the program read it from there, and leave {text} out."
        )
      : Effect.sync(() => FairShare.make(config.max_concurrency))
  })
})

const unavailable = (reason: string, advice: string) =>
  new EngineUnavailable({ kind: "tts", engine, reason: `${section}.command: ${reason}`, advice })

/** One session's voice: a process for each sentence. A text without anything to say starts none. */
export const voice = (services: Services, share: FairShare.FairShare, config: CommandTtsConfig): Tts => {
  const member = share.join()
  return {
    engine,
    synthesize: Effect.fn("CommandTts.synthesize")((text: string) =>
      SpeechPieces.isSpeakable(text)
        ? member.run(speak(services, config, text))
        : Effect.succeed(Speech.nothing)
    )
  }
}

const speak = (services: Services, config: CommandTtsConfig, text: string) =>
  sound(services, config, text).pipe(
    Effect.mapError(({ problem, reason }) => {
      const advice =
        reason === "missing"
          ? `Install it, or correct ${section}.command.`
          : reason === "exit"
            ? `The server's log has its words. ${seeCommand}`
            : seeCommand
      return failed(HostPaths.without(problem), advice)
    }),
    Effect.timeoutFail({
      duration: Duration.seconds(config.timeout_seconds),
      onTimeout: () =>
        failed(
          `its program did not end within ${config.timeout_seconds} seconds`,
          `Look why it takes so long, or set ${section}.timeout_seconds higher.`
        )
    }),
    Effect.filterOrFail(
      (bytes) => bytes.length > 0,
      () => failed("its program wrote no sound", seeCommand)
    ),
    Effect.flatMap((bytes) =>
      Effect.mapError(services.decode.decode(bytes), ({ reason }) =>
        failed(`what its program wrote is no sound: ${reason}`, "Have it write a WAV file.")
      )
    )
  )

const seeCommand = `Check ${section}.command: try it in a terminal, with a sentence on its standard input.`

const failed = (detail: string, advice: string) => new SynthesisFailed({ engine, detail, advice })

/** The bytes that the program wrote, to standard output or to its file. */
const sound = ({ folder, fs }: Services, { command }: CommandTtsConfig, text: string) => {
  const [program = "", ...args] = command
  const run = (args: ReadonlyArray<string>) =>
    CommandProgram.run({ program, args, folder, input: text, limit })
  if (!args.some((arg) => arg.includes(outputMark))) return run(args)
  return Effect.scoped(
    Effect.gen(function* () {
      const scratch = yield* Effect.mapError(Scratch.folder(fs), noScratch)
      const file = join(scratch, "speech.wav")
      yield* Effect.raceFirst(
        run(args.map((arg) => arg.replaceAll(outputMark, file))),
        untilTooLong(fs, file)
      )
      return yield* written(fs, file)
    })
  )
}

const noScratch = () =>
  new CommandProgram.ProgramFailed({
    reason: "exit",
    problem: "no temporary file could be made for its sound"
  })

/** Fails if the file is longer than any speech; 0 if there is none. */
const sizeOf = (fs: FileSystem.FileSystem, file: string) =>
  fs.stat(file).pipe(
    Effect.map(({ size, type }) => (type === "File" ? Number(size) : 0)),
    Effect.orElseSucceed(() => 0),
    Effect.filterOrFail(
      (size) => size <= limit,
      () => CommandProgram.tooMuch(limit)
    )
  )

/** What the program has left, in the end: it may have grown since it was looked at last. */
const written = (fs: FileSystem.FileSystem, file: string) =>
  Effect.flatMap(sizeOf(fs, file), (size) =>
    size === 0
      ? Effect.succeed(new Uint8Array())
      : Effect.orElseSucceed(fs.readFile(file), () => new Uint8Array())
  )

/** Fails once the file is longer than any speech. */
const untilTooLong = (fs: FileSystem.FileSystem, file: string) =>
  sizeOf(fs, file).pipe(Effect.repeat(Schedule.spaced("250 millis")), Effect.zipRight(Effect.never))
