import { setTimeout as sleep } from "node:timers/promises"
import * as Bare from "./Bare.ts"
import type { Figure, Row } from "./Figure.ts"
import * as Models from "./Models.ts"
import * as Processes from "./Processes.ts"
import * as Pulse from "./Pulse.ts"
import * as Server from "./Server.ts"
import * as Sound from "./Sound.ts"
import * as Talker from "./Talker.ts"

/** Sessions that are spoken to and answer aloud, again and again. */
const sessions = 4
const aim = 20
const settleMs = 2000

const voices = [
  { name: "piper-joe in a process", engine: Models.piper },
  { name: "flite in a thread", engine: Models.flite }
]

export interface Options {
  /** How long is measured, with and without load. */
  readonly seconds: number
}

/** How soon a heartbeat is answered while the engines work as much as they can. */
export const measure = async (provider: string, { seconds }: Options): Promise<Figure> => {
  await Models.pull()
  const question = [...Sound.asNumbers(await Sound.utterance()), Sound.end]
  const rows: Array<Row> = []
  const failures: Array<string> = []
  for (const { engine, name } of voices) {
    const server = await Server.start(provider, { asr: Models.whisperBase, tts: engine })
    const bare = await Bare.start(server.url)
    const pulse = await Pulse.start(server.url, bare.url)
    const talkers = await Promise.all(
      Array.from({ length: sessions }, () =>
        Talker.start({ url: server.url, question, everyMs: 0, firstAfterMs: 0, understand: Talker.spokenTo })
      )
    )
    await Promise.all(talkers.map(Talker.answered))
    await sleep(settleMs)
    const loaded = await listen(server.pid, pulse, seconds * 1000, talkers)
    await Promise.all(talkers.map(({ stop }) => stop()))
    await sleep(settleMs)
    const idle = await listen(server.pid, pulse, seconds * 1000, [])
    await Promise.all([pulse.stop(), server.stop(), bare.stop()])
    failures.push(...new Set(talkers.flatMap(({ errors }) => errors())))
    rows.push(
      ...Pulse.rows(`${name}, nothing to do`, idle.times),
      ...Pulse.rows(`${name}, full load`, loaded.times, aim),
      { measure: "  turns heard and spoken", value: loaded.turns / seconds, unit: "/s" },
      { measure: "  engines' CPU", value: loaded.engines * 100, unit: "% of a core" },
      { measure: "  server's own CPU", value: loaded.main * 100, unit: "% of a core" }
    )
  }
  return {
    title: `Heartbeats while ${sessions} sessions are heard by whisper-base and answer aloud without a pause; ${seconds} s each`,
    rows,
    failures: failures.slice(0, 5)
  }
}

/** CPU of the engines and of the event loop by time that passed; the engines' threads count as theirs. */
const listen = async (
  server: number,
  pulse: Pulse.Pulse,
  ms: number,
  talkers: ReadonlyArray<Talker.Talker>
) => {
  const engines = Processes.ofEngines(server).map(({ pid }) => pid)
  const engineCpu = () =>
    engines.reduce((sum, pid) => sum + Processes.cpu(pid), Processes.cpuBesideMain(server))
  const main = () => Processes.cpu(server) - Processes.cpuBesideMain(server)
  for (const talker of talkers) talker.forget()
  await pulse.take()
  const before = { at: performance.now(), engines: engineCpu(), main: main() }
  await sleep(ms)
  const times = await pulse.take()
  const took = performance.now() - before.at
  return {
    times,
    engines: (engineCpu() - before.engines) / took,
    main: (main() - before.main) / took,
    turns: talkers.reduce((sum, talker) => sum + talker.turns(), 0)
  }
}
