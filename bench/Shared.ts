import type { WebSocket } from "ws"
import { pool } from "./Bounded.ts"
import * as Client from "./Client.ts"
import type { Figure, Row } from "./Figure.ts"
import * as Models from "./Models.ts"
import * as OpenMicrophone from "./OpenMicrophone.ts"
import * as Processes from "./Processes.ts"
import * as Server from "./Server.ts"
import * as Sound from "./Sound.ts"
import * as Talker from "./Talker.ts"

const sessions = 50
const atOnce = 4
/** Gone before the first measurement: the engines' own buffers grow with their first jobs. */
const warmUp = 12
/** Of a session with its engines, in MB, beyond what the first one needs. */
const aim = 1

/** MB by process: the server's, and each engine's. */
type Memory = Readonly<Record<string, number>>

/** What further sessions cost that use the same engines. */
export const measure = async (provider: string): Promise<Figure> => {
  await Models.pull()
  const server = await Server.start(provider, {
    asr: Models.whisperTiny,
    tts: Models.piper,
    vad: Models.silero
  })
  const utterance = await Sound.utterance()
  // The voice activity detection has to hear the end.
  const speech = new Float32Array(utterance.length + 2 * Sound.sampleRate)
  speech.set(utterance)
  const frames = Sound.asBinary(speech)
  await leave(await use(server, frames, warmUp))
  const first = await use(server, frames, 1)
  const one = await memory(server)
  const others = await use(server, frames, sessions - 1)
  const all = await memory(server)
  await leave([...first, ...others])
  await server.stop()

  const each = (sum(all) - sum(one)) / (sessions - 1)
  return {
    title: `Shared engines: resident memory with 1 and ${sessions} sessions that have each been heard and answered`,
    rows: [
      { measure: "1 session: server and engines", value: sum(one), unit: "MB" },
      { measure: `${sessions} sessions: server and engines`, value: sum(all), unit: "MB" },
      {
        measure: "for each further session",
        value: each,
        unit: "MB",
        aim: { text: `at most ${aim} MB`, met: each <= aim }
      },
      ...Object.entries(one).map(([name, megabytes]): Row => ({
        measure: `  of that in ${name}, which has ${Math.round(megabytes)} MB with 1 session`,
        value: (all[name]! - megabytes) / (sessions - 1),
        unit: "MB"
      }))
    ],
    failures: []
  }
}

/** In the server after garbage collection; an engine's process is left as it is. */
const memory = async (server: Server.Server): Promise<Memory> => ({
  "the server": (await server.settledMemory()).rss / 1e6,
  ...Object.fromEntries(
    Processes.ofEngines(server.pid).map(({ name, pid }) => [name, Processes.rss(pid) / 1e6])
  )
})

const sum = (memory: Memory): number => Object.values(memory).reduce((total, part) => total + part, 0)

/** Clients that stay, each of which has used all engines. */
const use = async (server: Server.Server, frames: ReadonlyArray<Buffer>, count: number) => {
  const sockets: Array<WebSocket> = []
  await pool(count, atOnce, async () => {
    const socket = await Client.ready(server.url, Talker.session)
    sockets.push(socket)
    await OpenMicrophone.use(socket, "raw-audio-data")
    const heard = Client.next(socket, [Client.head.speechEnd])
    await Client.sendAll(socket, frames)
    await heard
    const answered = Client.next(socket, [Client.head.turnEnd])
    socket.send(Sound.end)
    await answered
  })
  return sockets
}

const leave = (sockets: ReadonlyArray<WebSocket>) =>
  Promise.all(
    sockets.map((socket) => {
      const gone = Client.closed(socket)
      socket.close()
      return gone
    })
  )
