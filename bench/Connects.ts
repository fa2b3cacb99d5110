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

/** How many clients a second can connect, get the opening sequence and leave. */
export const measure = async (provider: string): Promise<Figure> => {
  const server = await Server.start(provider)
  const bare = await Bare.start(server.url)
  const ours: Array<Round> = []
  const floor: Array<Round> = []
  for (let index = -warmUpRounds; index < rounds; index++) {
    const ourRound = await round(server)
    const floorRound = await round(bare)
    if (index < 0) continue
    ours.push(ourRound)
    floor.push(floorRound)
  }
  await Promise.all([server.stop(), bare.stop()])

  const rate = median(ours.map(({ rate }) => rate))
  const bareRate = median(floor.map(({ rate }) => rate))
  return {
    title: `Connects: open, wait for start-mic, close; ${atOnce} at once, median of ${rounds} rounds of ${connectsARound}`,
    rows: [
      {
        measure: "connects",
        value: rate,
        unit: "/s",
        bare: bareRate,
        aim: {
          text: `at least 1/${mostTimesSlower} of bare ws (ratio ${(1 / mostTimesSlower).toFixed(2)})`,
          met: bareRate <= rate * mostTimesSlower
        }
      },
      {
        measure: "server CPU per connect",
        value: median(ours.map(({ cpu }) => cpu)),
        unit: "ms",
        bare: median(floor.map(({ cpu }) => cpu))
      }
    ],
    failures: []
  }
}

const round = async (child: Child): Promise<Round> => {
  const cpuBefore = await child.cpu()
  const start = performance.now()
  await within(
    60_000,
    "a round of connects",
    pool(connectsARound, atOnce, () => connect(child.url))
  )
  const seconds = (performance.now() - start) / 1000
  const cpu = (await child.cpu()) - cpuBefore
  return { rate: connectsARound / seconds, cpu: cpu / connectsARound }
}

const connect = (url: string) =>
  new Promise<void>((resolve, reject) => {
    let complete = false
    const socket = Client.open(url, (frame) => {
      if (!Client.startsWith(frame, Client.head.startMic)) return
      complete = true
      socket.close()
    })
    socket.once("close", () => {
      if (complete) resolve()
      else reject(new Error("a connection closed before its opening sequence was complete"))
    })
  })
