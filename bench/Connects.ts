import * as Bare from "./Bare.ts"
import { pool, within } from "./Bounded.ts"
import type { Child } from "./Child.ts"
import * as Client from "./Client.ts"
import type { Figure } from "./Figure.ts"
import { median } from "./Numbers.ts"
import * as Server from "./Server.ts"

const atOnce = 20
const connectsARound = 400
/** Each server in turn, so that both meet the same moods of the machine. The first ones are for the compiler. */
const warmUpRounds = 3
const rounds = 10
const mostTimesSlower = 1.5

interface Round {
  /** Per second. */
  readonly rate: number
  /** Of the server, per connection, in ms. */
  readonly cpu: number
}

/**
 * How many clients a second can connect, get the opening sequence and leave, and how many if each says something before and
 * is answered: for those alone a session is opened, and engines are.
 */
export const measure = async (provider: string): Promise<Figure> => {
  const server = await Server.start(provider)
  const bare = await Bare.start(server.url)
  const passing = await compare(server, bare, pass)
  const talking = await compare(server, bare, talk)
  await Promise.all([server.stop(), bare.stop()])
  return {
    title: `Connects: open, wait for start-mic, close; ${atOnce} at once, median of ${rounds} rounds of ${connectsARound}`,
    rows: [
      {
        measure: "connects",
        ...passing.rate,
        aim: {
          text: `at least 1/${mostTimesSlower} of bare ws (ratio ${(1 / mostTimesSlower).toFixed(2)})`,
          met: passing.rate.bare <= passing.rate.value * mostTimesSlower
        }
      },
      { measure: "server CPU per connect", ...passing.cpu },
      { measure: "the same with a heartbeat before the close", ...talking.rate },
      { measure: "server CPU of each", ...talking.cpu }
    ],
    failures: []
  }
}

const compare = async (server: Child, bare: Child, client: (url: string) => Promise<void>) => {
  const ours: Array<Round> = []
  const floor: Array<Round> = []
  for (let index = -warmUpRounds; index < rounds; index++) {
    const ourRound = await round(server, client)
    const floorRound = await round(bare, client)
    if (index < 0) continue
    ours.push(ourRound)
    floor.push(floorRound)
  }
  const medians = (of: keyof Round) => ({
    value: median(ours.map((round) => round[of])),
    bare: median(floor.map((round) => round[of]))
  })
  return { rate: { ...medians("rate"), unit: "/s" }, cpu: { ...medians("cpu"), unit: "ms" } }
}

const round = async (child: Child, client: (url: string) => Promise<void>): Promise<Round> => {
  const cpuBefore = await child.cpu()
  const start = performance.now()
  await within(
    60_000,
    "a round of connects",
    pool(connectsARound, atOnce, () => client(child.url))
  )
  const seconds = (performance.now() - start) / 1000
  const cpu = (await child.cpu()) - cpuBefore
  return { rate: connectsARound / seconds, cpu: cpu / connectsARound }
}

/** Leaves when it has its opening sequence. */
const pass = (url: string) => connect(url, Client.head.startMic)

/** Says something then, and leaves when it is answered: `heartbeat-ack`, or its echo. */
const talk = (url: string) => connect(url, Buffer.from('{"type":"heartbeat'), '{"type":"heartbeat"}')

const connect = (url: string, last: Buffer, says?: string) =>
  new Promise<void>((resolve, reject) => {
    let complete = false
    const socket = Client.open(url, (frame) => {
      if (says !== undefined && Client.startsWith(frame, Client.head.startMic)) socket.send(says)
      if (!Client.startsWith(frame, last)) return
      complete = true
      socket.close()
    })
    socket.once("close", () => {
      if (complete) resolve()
      else reject(new Error("a connection closed before its opening sequence was complete"))
    })
  })
