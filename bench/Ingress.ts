import * as Bare from "./Bare.ts"
import type { Child } from "./Child.ts"
import * as Client from "./Client.ts"
import type { Figure, Row } from "./Figure.ts"
import * as Models from "./Models.ts"
import * as OpenMicrophone from "./OpenMicrophone.ts"
import * as Processes from "./Processes.ts"
import * as Pulse from "./Pulse.ts"
import * as Server from "./Server.ts"
import * as Sound from "./Sound.ts"

/** Length of an utterance; the longest that there may be is 120 s. */
const utteranceSeconds = 100
const warmUpUtterances = 2
const upstream = "Open-LLM-VTuber: 12 MB/s, 37 times real time, heartbeats up to 400 ms"

/** Utterances that each open microphone sends. */
const times = { 1: 24, 10: 6 } as const

export interface Options {
  /** How long each way to send is measured. */
  readonly seconds: number
}

/** How fast the server takes audio in, and how it answers others meanwhile. */
export const measure = async (provider: string, { seconds }: Options): Promise<Figure> => {
  const server = await Server.start(provider, { vad: Models.silero })
  const bare = await Bare.start(server.url)
  const pulse = await Pulse.start(server.url, bare.url)
  const noise = Sound.softNoise(utteranceSeconds * Sound.sampleRate)
  const ways = [
    { name: "number[]", frames: Sound.asNumbers(noise), note: upstream },
    { name: "binary", frames: Sound.asBinary(noise), note: undefined }
  ]
  const rows: Array<Row> = []
  for (const { frames, name, note } of ways) {
    await send(server, frames, warmUpUtterances, 0)
    await pulse.take()
    const ours = await send(server, frames, 1, seconds * 1000)
    const times = await pulse.take()
    const floor = await send(bare, frames, warmUpUtterances, (seconds * 1000) / 4)
    const each = { megabytes: Sound.bytesOf(frames) / 1e6, length: utteranceSeconds }
    rows.push(
      {
        measure: `mic-audio-data, ${name}: on the wire`,
        value: each.megabytes * ours.rate,
        unit: "MB/s",
        bare: each.megabytes * floor.rate,
        ...(note === undefined ? {} : { note })
      },
      {
        measure: `mic-audio-data, ${name}: times real time`,
        value: each.length * ours.rate,
        unit: "",
        bare: each.length * floor.rate
      },
      { measure: "  clients' own CPU", value: ours.clients * 100, unit: "% of a core" },
      ...Pulse.rows("  meanwhile", times)
    )
  }
  const utterance = await Sound.utterance()
  for (const sessions of [1, 10] as const) rows.push(...(await raw(server, pulse, sessions, utterance)))
  await Promise.all([pulse.stop(), server.stop(), bare.stop()])
  return {
    title: `Audio in: utterances of ${utteranceSeconds} s as fast as they are taken, ${seconds} s each way; then open microphones`,
    rows,
    failures: []
  }
}

/** Utterances a second, at least `least` of them and for at least `ms`; too soft for words, so that none starts a turn. */
const send = async (child: Child, frames: ReadonlyArray<string | Buffer>, least: number, ms: number) => {
  const socket = await Client.ready(child.url)
  if (typeof frames[0] !== "string") await OpenMicrophone.use(socket, "mic-audio-data")
  const busyBefore = process.cpuUsage()
  const start = performance.now()
  let count = 0
  while (count < least || performance.now() - start < ms) {
    await Client.sendAll(socket, frames)
    // Ours says that nothing was heard.
    const done = Client.next(socket, [Client.head.turnEnd, Client.head.utteranceEnd])
    socket.send(Sound.end)
    await done
    count++
  }
  const took = performance.now() - start
  const busy = process.cpuUsage(busyBefore)
  const gone = Client.closed(socket)
  socket.close()
  await gone
  return { rate: count / (took / 1000), clients: (busy.user + busy.system) / 1000 / took }
}

/** Open microphones, listened to as fast as the engine can. */
const raw = async (
  server: Server.Server,
  pulse: Pulse.Pulse,
  sessions: 1 | 10,
  utterance: Float32Array
): Promise<ReadonlyArray<Row>> => {
  const microphones = await Promise.all(
    Array.from({ length: sessions }, () => OpenMicrophone.open(server.url, utterance))
  )
  await Promise.all(microphones.map(({ say }) => say(1)))
  await pulse.take()
  const cpu = { server: Processes.cpu(server.pid), engine: engineCpu(server.pid) }
  const start = performance.now()
  await Promise.all(microphones.map(({ say }) => say(times[sessions])))
  const took = performance.now() - start
  const pulses = await pulse.take()
  const sound = sessions * times[sessions] * OpenMicrophone.secondsOf(utterance)
  const share = {
    server: (Processes.cpu(server.pid) - cpu.server) / sound / 10,
    engine: (engineCpu(server.pid) - cpu.engine) / sound / 10
  }
  await Promise.all(microphones.map(({ close }) => close()))
  return [
    {
      measure: `raw-audio-data, ${sessions} ${sessions === 1 ? "session" : "sessions"}: times real time, all together`,
      value: sound / (took / 1000),
      unit: ""
    },
    { measure: "  server's CPU for an open microphone", value: share.server, unit: "% of a core" },
    { measure: "  engine's CPU for an open microphone", value: share.engine, unit: "% of a core" },
    ...Pulse.rows("  meanwhile", pulses)
  ]
}

const engineCpu = (server: number): number => Processes.cpu(Processes.engine(server, "SileroVadWorker"))
