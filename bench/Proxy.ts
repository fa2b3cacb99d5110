import type { WebSocket } from "ws"
import { pool, until, within } from "./Bounded.ts"
import * as Child from "./Child.ts"
import * as Client from "./Client.ts"
import type { Figure, Row } from "./Figure.ts"
import { median, percentile } from "./Numbers.ts"
import * as Server from "./Server.ts"

const audiences = [1, 100, 1000]
/** Each server in turn, so that both meet the same moods of the machine. The first ones are for the compiler. */
const warmUpRounds = 2
const rounds = 6
/** Broadcasts that are asked for at once when the rate is measured, and frames of a round in all. */
const burst = 16
const framesARound = 20_000
/** Broadcasts one after the other when the delay is measured. */
const singles = 40
const mostTimes = 1.5

const path = "/proxy-ws"
/** What is answered to everybody, by about 700 bytes. */
const question = JSON.stringify({ type: "request-init-config" })
const answer = Buffer.from('{"type":"set-model-and-conf"')

/** How fast and how cheaply one message goes to all viewers of a shared session. */
export const measure = async (provider: string): Promise<Figure> => {
  const server = await Server.start(provider)
  const frame = await sampleOf(server.url)
  const greeting = JSON.stringify({ type: "control", text: "start-mic" })
  const bare = await Child.startSibling("BroadcastServer.ts", greeting, frame)
  const perViewer = [await memory(server), await memory(bare)] as const
  const rows: Array<Row> = []
  for (const count of audiences) {
    const ours = await Audience.gather(server, count)
    const floor = await Audience.gather(bare, count)
    const measured = { ours: [] as Array<Round>, floor: [] as Array<Round> }
    for (let index = -warmUpRounds; index < rounds; index++) {
      const both = { ours: await round(ours), floor: await round(floor) }
      if (index < 0) continue
      measured.ours.push(both.ours)
      measured.floor.push(both.floor)
    }
    await Promise.all([ours.leave(), floor.leave()])
    rows.push(...rowsOf(count, measured.ours, measured.floor))
  }
  rows.push(row("memory per viewer (heap and buffers)", "kB", ...perViewer))
  await until(10_000, async () => (await server.left()).length === 0)
  const failures = await server.left()
  await Promise.all([server.stop(), bare.stop()])
  return {
    title: `A message to all viewers of /proxy-ws (${frame.length} bytes); median of ${rounds} rounds`,
    rows,
    failures: failures.map((what) => `${what} left`)
  }
}

interface Round {
  /** Frames that arrived per second. */
  readonly rate: number
  /** Of the server, per frame, in µs. */
  readonly cpu: number
  /** From the question to the answer's arrival, in ms: of half of the viewers, and of nearly all. */
  readonly half: number
  readonly most: number
}

const row = (measure: string, unit: string, value: number, bare: number): Row => ({
  measure,
  unit,
  value,
  bare,
  aim: { text: `at most ${mostTimes} of bare ws`, met: value <= bare * mostTimes }
})

const rowsOf = (
  count: number,
  ours: ReadonlyArray<Round>,
  floor: ReadonlyArray<Round>
): ReadonlyArray<Row> => {
  const of = (pick: (round: Round) => number) => [median(ours.map(pick)), median(floor.map(pick))] as const
  const [rate, bareRate] = of(({ rate }) => rate)
  const to = `${count} viewer${count === 1 ? "" : "s"}`
  return [
    {
      measure: `${to}: frames`,
      value: rate,
      unit: "/s",
      bare: bareRate,
      aim: { text: `at least 1/${mostTimes} of bare ws`, met: bareRate <= rate * mostTimes }
    },
    row(`${to}: server CPU per frame`, "µs", ...of(({ cpu }) => cpu)),
    row(`${to}: delay, p50`, "ms", ...of(({ half }) => half)),
    row(`${to}: delay, p99`, "ms", ...of(({ most }) => most))
  ]
}

/** Viewers of one server. */
class Audience {
  readonly server: Child.Child
  readonly sockets: ReadonlyArray<WebSocket>
  arrived = 0
  awaited = Infinity
  done = () => {}
  askedAt = 0
  delays: Array<number> | undefined

  private constructor(server: Child.Child, sockets: ReadonlyArray<WebSocket>) {
    this.server = server
    this.sockets = sockets
  }

  static async gather(server: Child.Child, count: number): Promise<Audience> {
    const sockets: Array<WebSocket> = []
    const audience = new Audience(server, sockets)
    await pool(count, 20, async () => {
      sockets.push(await Client.ready(server.url, (frame) => audience.take(frame), path))
    })
    return audience
  }

  take(frame: Buffer) {
    if (!Client.startsWith(frame, answer)) return
    this.delays?.push(performance.now() - this.askedAt)
    if (++this.arrived === this.awaited) this.done()
  }

  /** Asks so many times at once, and waits until everybody has all answers. */
  ask(times: number): Promise<void> {
    this.arrived = 0
    this.awaited = times * this.sockets.length
    const all = new Promise<void>((resolve) => (this.done = resolve))
    this.askedAt = performance.now()
    for (let count = 0; count < times; count++) this.sockets[0]!.send(question)
    return within(30_000, `${times} broadcasts to ${this.sockets.length}`, all)
  }

  async leave() {
    await Promise.all(
      this.sockets.map((socket) => {
        socket.close()
        return Client.closed(socket)
      })
    )
  }
}

const round = async (audience: Audience): Promise<Round> => {
  const count = audience.sockets.length
  const bursts = Math.max(2, Math.ceil(framesARound / (burst * count)))
  const cpuBefore = await audience.server.cpu()
  const start = performance.now()
  for (let index = 0; index < bursts; index++) await audience.ask(burst)
  const ms = performance.now() - start
  const cpu = (await audience.server.cpu()) - cpuBefore
  const frames = bursts * burst * count
  audience.delays = []
  for (let index = 0; index < singles; index++) await audience.ask(1)
  const delays = audience.delays
  audience.delays = undefined
  return {
    rate: (frames / ms) * 1000,
    cpu: (cpu / frames) * 1000,
    half: percentile(delays, 0.5),
    most: percentile(delays, 0.99)
  }
}

/** In kB (1000 bytes), after garbage collection. */
const memory = async (server: Child.Child) => {
  const count = 1000
  const gone = await Audience.gather(server, 200)
  // One stays, so that the session is not counted; what is made once has been made.
  const first = await Audience.gather(server, 1)
  await gone.leave()
  const before = await server.settledMemory()
  const others = await Audience.gather(server, count)
  const after = await server.settledMemory()
  await Promise.all([first.leave(), others.leave()])
  return (after.heapUsed + after.external - before.heapUsed - before.external) / count / 1000
}

/** What everybody is answered. */
const sampleOf = async (url: string): Promise<string> => {
  let sample = ""
  const socket = await Client.ready(
    url,
    (frame) => {
      if (Client.startsWith(frame, answer)) sample = frame.toString("utf8")
    },
    path
  )
  socket.close()
  await Client.closed(socket)
  return sample
}
