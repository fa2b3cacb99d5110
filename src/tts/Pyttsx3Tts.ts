import { basename } from "node:path"
import { Duration, Effect } from "effect"
import type { Pyttsx3TtsConfig } from "../config/LocalTtsConfig.ts"
import * as EngineId from "../engine/EngineId.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as FairShare from "../engine/FairShare.ts"
import * as HostPaths from "../engine/HostPaths.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"
import * as CommandProgram from "./CommandProgram.ts"
import * as CommandTts from "./CommandTts.ts"
import type { Tts } from "./Tts.ts"

const engine = "pyttsx3_tts"
const section = `tts_config.${engine}`
const key = `${section}.python`
/** A cold disk takes its time to start Python. */
const longestStart = Duration.seconds(30)

/** Statuses of the program below. */
const noLibrary = 3
const noVoice = 4
const notThisVoice = 5

/** Speaks standard input into the file that it is given; without one, finds out whether it could. pyttsx3 itself takes any voice. */
const program = `
import sys
try:
    import pyttsx3
except ImportError as problem:
    print(problem, file=sys.stderr)
    sys.exit(${noLibrary})
try:
    engine = pyttsx3.init()
except Exception as problem:
    print(problem, file=sys.stderr)
    sys.exit(${noVoice})
voice, rate = sys.argv[1:3]
if voice:
    if voice not in [known.id for known in engine.getProperty("voices")]:
        sys.exit(${notThisVoice})
    engine.setProperty("voice", voice)
if len(sys.argv) > 3:
    if rate:
        engine.setProperty("rate", int(rate))
    engine.save_to_file(sys.stdin.buffer.read().decode("utf-8"), sys.argv[3])
    engine.runAndWait()
`

const called: CommandTts.Called = { engine, key, see: say("engine.checkSection", section) }

const unavailable = (reason: Words, advice: Words) =>
  new EngineUnavailable({ kind: "tts", engine, reason, advice })

/** What all sessions share: how many programs run at a time. Whether Python and pyttsx3 are there is found out first. */
export const spec = (folder: string, config: Pyttsx3TtsConfig): EngineSpec<FairShare.FairShare> => ({
  kind: "tts",
  id: EngineId.of(engine, config),
  load: CommandProgram.run({
    program: config.python,
    args: ["-c", program, ...settings(config)],
    folder,
    input: "",
    limit: 2 ** 20
  }).pipe(
    Effect.mapError(({ problem, reason, status }) => {
      const reasonOf = HostPaths.withoutIn(problem)
      if (reason === "missing") return unavailable(reasonOf, say("speech.installProgram", key))
      if (status === noLibrary)
        return unavailable(
          say("speech.pyttsx3Missing"),
          say("speech.pyttsx3Install", `${basename(config.python)} -m pip install pyttsx3`, key)
        )
      if (status === notThisVoice)
        return unavailable(say("speech.pyttsx3NotThisVoice"), say("engine.correct", `${section}.voice`))
      return status === noVoice
        ? unavailable(say("speech.pyttsx3NoVoice"), say("speech.pyttsx3Voice"))
        : unavailable(reasonOf, say("speech.logHasWords"))
    }),
    Effect.timeoutFail({
      duration: longestStart,
      onTimeout: () =>
        unavailable(
          say("speech.programTooSlow", Duration.toSeconds(longestStart)),
          say("engine.checkSection", section)
        )
    }),
    Effect.as(FairShare.make(config.max_concurrency))
  )
})

/** One session's voice: `command_tts` with a program of its own. */
export const voice = (
  services: CommandTts.Services,
  share: FairShare.FairShare,
  config: Pyttsx3TtsConfig
): Tts => {
  const command = [config.python, "-c", program, ...settings(config), "{output}"]
  return CommandTts.voice(services, share, { ...config, command }, called)
}

const settings = ({ rate, voice }: Pyttsx3TtsConfig) => [voice, String(rate ?? "")]
