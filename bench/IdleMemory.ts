import type { WebSocket } from "ws"
import * as Bare from "./Bare.ts"
import { pool, until } from "./Bounded.ts"
import type { Child } from "./Child.ts"
import * as Client from "./Client.ts"
import * as Figure from "./Figure.ts"
import type { Memory } from "./Inspector.ts"
import * as Server from "./Server.ts"

const sessions = 500
/** Connected and gone before the first measurement, so that what is made once is not counted. */
const warmUp = 200
const aim = 60

/** What a session costs that does nothing, after garbage collection. */
export const measure = async (provider: string): Promise<Figure.Figure> => {
  const server = await Server.start(provider)
  const bare = await Bare.start(server.url)
  const ours = await perSession(server, async () => (await server.left()).length === 0)
  const floor = await perSession(bare)
  await Promise.all([server.stop(), bare.stop()])
  return {
    title: `Memory of an idle session: ${sessions} connected, warmed up and left alone, after garbage collection`,
    rows: [
      {
        measure: "heap per session",
        value: ours.heapUsed,
        unit: "kB",
        bare: floor.heapUsed,
        aim: Figure.atMost(aim, "kB", ours.heapUsed)
      },
      { measure: "outside the heap per session", value: ours.external, unit: "kB", bare: floor.external },
      {
        measure: "resident (RSS) per session",
        value: ours.rss,
        unit: "kB",
        bare: floor.rss,
        aim: Figure.atMost(aim, "kB", ours.rss)
      }
    ],
    failures: []
  }
}

/** In kB (1000 bytes). */
const perSession = async (child: Child, isEmpty = async () => true): Promise<Memory> => {
  await leave(await connect(child.url, warmUp))
  await until(10_000, isEmpty)
  const before = await child.settledMemory()
  const sockets = await connect(child.url, sessions)
  const after = await child.settledMemory()
  await leave(sockets)
  const each = (now: number, then: number) => (now - then) / sessions / 1000
  return {
    rss: each(after.rss, before.rss),
    heapUsed: each(after.heapUsed, before.heapUsed),
    external: each(after.external, before.external)
  }
}

const connect = async (url: string, count: number): Promise<ReadonlyArray<WebSocket>> => {
  const sockets: Array<WebSocket> = []
  await pool(count, 20, async () => {
    sockets.push(await Client.ready(url))
  })
  return sockets
}

const leave = (sockets: ReadonlyArray<WebSocket>) =>
  Promise.all(
    sockets.map((socket) => {
      socket.close()
      return Client.closed(socket)
    })
  )
