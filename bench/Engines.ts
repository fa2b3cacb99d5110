import * as Figure from "./Figure.ts"
import * as Models from "./Models.ts"
import * as OpenMicrophone from "./OpenMicrophone.ts"
import * as Processes from "./Processes.ts"
import * as Server from "./Server.ts"
import * as Sound from "./Sound.ts"
import * as Talker from "./Talker.ts"
import * as Voice from "./Voice.ts"
import { setTimeout as sleep } from "node:timers/promises"

export interface Options {
  /** How long each engine is measured. */
  readonly seconds: number
}

/** What an engine needs for a second of sound, in seconds: of CPU time, and of waiting with nobody else there. */
interface Cost {
  readonly cpu: number
  readonly wall: number
  readonly failures: ReadonlyArray<string>
}

/** How much faster than the sound each local engine is. */
export const measure = async (provider: string, { seconds }: Options): Promise<Figure.Figure> => {
  await Models.pull()
  const ms = seconds * 1000
  const utterance = await Sound.utterance()
  const measured: ReadonlyArray<readonly [string, Cost]> = [
    ["flite_tts (slt)", await speaking(provider, Models.flite, ms)],
    ["piper_tts (piper-joe)", await speaking(provider, Models.piper, ms)],
    ["sherpa_onnx_asr (whisper-tiny.en)", await hearing(provider, Models.whisperTiny, utterance, ms)],
    ["sherpa_onnx_asr (whisper-base)", await hearing(provider, Models.whisperBase, utterance, ms)]
  ]
  const vad = await listening(provider, utterance)
  return {
    title: `Engines: real-time factor, in seconds for a second of sound; ${seconds} s each, one session`,
    rows: [
      ...measured.flatMap(([name, { cpu, wall }]) => [
        { measure: `${name}: CPU`, value: cpu, unit: "s/s" },
        { measure: `${name}: until it is there`, value: wall, unit: "s/s" }
      ]),
      {
        measure: "silero_vad: CPU of a window of 32 ms",
        value: vad.engine,
        unit: "ms",
        aim: Figure.atMost(1, "ms", vad.engine)
      },
      { measure: "  of the server, beside the engine", value: vad.server, unit: "ms" }
    ],
    failures: measured.flatMap(([name, { failures }]) => failures.map((failure) => `${name}: ${failure}`))
  }
}

const sentences = [
  "The weather will be sunny in the morning, with a little rain after lunch.",
  "I made a pot of tea and found an old book about trains.",
  "Could you tell me what you would like to hear next?",
  "Let me know when the bus comes, and do not forget your umbrella."
]

/** A thread of the server is all that it does here, nearly: its event loop's own is not counted. */
const speaking = async (provider: string, tts: Server.Engine, ms: number): Promise<Cost> => {
  const server = await Server.start(provider, { tts })
  const voice = await Voice.open(server.url)
  for (const sentence of sentences) await voice.speak(sentence)
  const total = { sound: 0, wall: 0 }
  const cpu = cpuOf(server.pid, tts === Models.flite ? undefined : "SherpaTtsWorker")
  const before = cpu()
  const end = performance.now() + ms
  for (let index = 0; performance.now() < end; index++) {
    const spoken = await voice.speak(sentences[index % sentences.length]!)
    total.sound += spoken.seconds
    total.wall += spoken.ms / 1000
  }
  const used = (cpu() - before) / 1000
  voice.close()
  await server.stop()
  return { cpu: used / total.sound, wall: total.wall / total.sound, failures: [] }
}

const hearing = async (
  provider: string,
  asr: Server.Engine,
  utterance: Float32Array,
  ms: number
): Promise<Cost> => {
  const server = await Server.start(provider, { asr })
  const talker = await Talker.start({
    url: server.url,
    question: [...Sound.asNumbers(utterance), Sound.end],
    everyMs: 0,
    firstAfterMs: 0,
    understand: Talker.spokenTo
  })
  await Talker.answered(talker)
  const cpu = cpuOf(server.pid, "SherpaAsrWorker")
  talker.forget()
  const before = cpu()
  await sleep(ms)
  const { times } = talker
  const used = (cpu() - before) / 1000
  const heard = (times.length * utterance.length) / Sound.sampleRate
  const wall = times.reduce((sum, time) => sum + time, 0) / 1000
  await talker.stop()
  await server.stop()
  return { cpu: used / heard, wall: wall / heard, failures: talker.errors() }
}

/** Speech and pauses of an open microphone. */
const listening = async (provider: string, utterance: Float32Array) => {
  const server = await Server.start(provider, { vad: Models.silero })
  const microphone = await OpenMicrophone.open(server.url, utterance)
  await microphone.say(1)
  const times = Math.ceil(120 / OpenMicrophone.secondsOf(utterance))
  const engine = cpuOf(server.pid, "SileroVadWorker")
  const before = { engine: engine(), server: Processes.cpu(server.pid) }
  await microphone.say(times)
  const windows = (times * OpenMicrophone.secondsOf(utterance) * Sound.sampleRate) / 512
  const used = { engine: engine() - before.engine, server: Processes.cpu(server.pid) - before.server }
  await microphone.close()
  await server.stop()
  return { engine: used.engine / windows, server: used.server / windows }
}

/** CPU time so far (ms) of an engine's process, or of the server's threads beside the first one. */
const cpuOf = (server: number, module: string | undefined): (() => number) => {
  if (module === undefined) return () => Processes.cpuBesideMain(server)
  const pid = Processes.engine(server, module)
  return () => Processes.cpu(pid)
}
