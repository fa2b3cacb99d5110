import { setTimeout as sleep } from "node:timers/promises"
import { pool, until, within } from "./Bounded.ts"
import * as Client from "./Client.ts"
import type { Figure, Row } from "./Figure.ts"
import * as Numbers from "./Numbers.ts"
import * as Server from "./Server.ts"

const atOnce = 50
/** The run stops so often, waits until the server should be empty, and measures. */
const stages = 5
const emptyTime = 10_000
/** Then idle engines are unloaded and idle connections to the providers closed. */
const quietTime = 6000
/**
 * Growth of the number of objects from the first stage to the last that is taken as none: one session has hundreds.
 * The heap's bytes say less, because compiled code goes on growing for a long time.
 */
const flat = 1000

export interface Options {
  readonly cycles: number
  readonly seed: number
}

/** Clients that leave at every moment: does anything stay? */
export const measure = async (provider: string, { cycles, seed }: Options): Promise<Figure> => {
  const server = await Server.start(provider)
  const random = Numbers.random(seed)
  const rows: Array<Row> = []
  const failures: Array<string> = []
  const counts: Array<number> = []
  let done = 0
  let refused = 0

  for (let stage = 1; stage <= stages && failures.length === 0; stage++) {
    const goal = Math.round((cycles * stage) / stages)
    const run = pool(goal - done, atOnce, async () => {
      if (!(await cycle(server.url, random))) refused++
    })
    await within(10 * 60_000, "a stage of the leak run", run)
    done = goal
    if (!(await until(emptyTime, async () => (await server.left()).length === 0))) {
      const left = (await server.left()).join(", ")
      failures.push(`${emptyTime / 1000} s after cycle ${done} there is left: ${left}`)
    }
    await sleep(quietTime)
    const { heapUsed, rss } = await server.settledMemory()
    const objects = await server.objects()
    counts.push(objects)
    rows.push(
      { measure: `objects after ${done} cycles`, value: objects, unit: "" },
      { measure: `heap after ${done} cycles`, value: heapUsed / 1e6, unit: "MB" },
      { measure: `RSS after ${done} cycles`, value: rss / 1e6, unit: "MB" }
    )
  }
  await server.stop()

  if (refused > 0) failures.push(`${refused} of ${done} connections were not accepted`)
  const growth = counts.at(-1)! - counts[0]!
  rows.push({
    measure: "objects more than after the first stage",
    value: growth,
    unit: "",
    aim: { text: `at most ${flat}`, met: growth <= flat }
  })
  return {
    title: `Leaks: ${done} connections that end at random moments, ${atOnce} at once, seed ${seed}`,
    rows,
    failures
  }
}

type Random = () => number

/** One client; answers whether it was let in (one that drops at once doesn't wait to see). */
const cycle = async (url: string, random: Random): Promise<boolean> => {
  const kind = Math.floor(random() * 4)
  const abrupt = random() < 0.5
  const moment = random()
  if (kind === 0) return dropAtOnce(url, moment)
  if (kind === 1) return dropDuringWarmUp(url, moment, abrupt)
  let socket: Awaited<ReturnType<typeof Client.ready>>
  try {
    socket = await Client.ready(url)
  } catch {
    return false
  }
  const message =
    kind === 2
      ? { type: "text-input", text: "What do you think of tea?" }
      : { type: "switch-config", file: Server.otherCharacter }
  socket.send(JSON.stringify(message))
  // A turn takes some 250 ms until it waits for playback, a switch some 50 ms.
  await sleep(moment * (kind === 2 ? 300 : 100))
  await leave(socket, abrupt)
  return true
}

/** During the handshake, or just after it. */
const dropAtOnce = async (url: string, moment: number): Promise<boolean> => {
  const socket = Client.open(url, () => {})
  const gone = Client.closed(socket)
  if (moment < 0.5) socket.once("open", () => socket.terminate())
  else setTimeout(() => socket.terminate(), (moment - 0.5) * 10)
  await gone
  return true
}

/** Between the first frame and a few ms later. */
const dropDuringWarmUp = (url: string, moment: number, abrupt: boolean): Promise<boolean> => {
  let begun = false
  const socket = Client.open(url, () => {
    if (begun) return
    begun = true
    setTimeout(() => (abrupt ? socket.terminate() : socket.close()), moment * 5)
  })
  return Client.closed(socket).then(() => begun)
}

const leave = (socket: ReturnType<typeof Client.open>, abrupt: boolean) => {
  const gone = Client.closed(socket)
  if (abrupt) socket.terminate()
  else socket.close()
  return gone
}
