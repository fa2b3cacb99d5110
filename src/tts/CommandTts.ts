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
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** What a voice by a program is called, and what people look at when it fails. */
export interface Called {
  readonly engine: string
  /** The key that names the program. */
  readonly key: string
  /** Advice about what the program did wrong, a whole sentence. */
  readonly see: Words
}

const section = "tts_config.command_tts"
const key = `${section}.command`
const called: Called = { engine: "command_tts", key, see: say("speech.seeCommand", key) }
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
  id: `${called.engine}:${JSON.stringify(config)}`,
  load: Effect.suspend(() => {
    const [program = "", ...args] = config.command
    if (program.trim() === "") {
      return unavailable(say("speech.commandEmpty"), say("speech.commandAsList"))
    }
    return args.some((arg) => arg.includes("{text}"))
      ? unavailable(say("speech.textIsInput"), say("speech.leaveTextOut"))
      : Effect.sync(() => FairShare.make(config.max_concurrency))
  })
})

const unavailable = (reason: Words, advice: Words) =>
  new EngineUnavailable({ kind: "tts", engine: called.engine, reason: say("engine.of", key, reason), advice })

/** One session's voice: a process for each sentence. A text without anything to say starts none. */
export const voice = (
  services: Services,
  share: FairShare.FairShare,
  config: CommandTtsConfig,
  as: Called = called
): Tts => {
  const member = share.join()
  return {
    engine: as.engine,
    synthesize: Effect.fn("CommandTts.synthesize")((text: string) =>
      SpeechPieces.isSpeakable(text)
        ? member.run(speak(services, config, as, text))
        : Effect.succeed(Speech.nothing)
    )
  }
}

const speak = (services: Services, config: CommandTtsConfig, { engine, key, see }: Called, text: string) => {
  const failed = (detail: Words, advice: Words) => new SynthesisFailed({ engine, detail, advice })
  return sound(services, config, text).pipe(
    Effect.mapError(({ problem, reason }) => {
      const advice =
        reason === "missing"
          ? say("speech.installProgram", key)
          : reason === "exit"
            ? say("engine.sentences", [say("speech.logHasWords"), see])
            : see
      return failed(HostPaths.withoutIn(problem), advice)
    }),
    Effect.timeoutFail({
      duration: Duration.seconds(config.timeout_seconds),
      onTimeout: () =>
        failed(
          say("speech.programTooSlow", config.timeout_seconds),
          say("speech.setHigher", `tts_config.${engine}.timeout_seconds`)
        )
    }),
    Effect.filterOrFail(
      (bytes) => bytes.length > 0,
      () => failed(say("speech.programNoSound"), see)
    ),
    Effect.flatMap((bytes) =>
      Effect.mapError(services.decode.decode(bytes), ({ reason }) =>
        failed(say("speech.programWrongSound", reason), say("speech.writeWav"))
      )
    )
  )
}

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
    problem: say("speech.noTemporaryFile")
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
