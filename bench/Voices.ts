import type { WebSocket } from "ws"
import * as Garbage from "../test/support/Garbage.ts"
import { startStub } from "../test/support/StubServer.ts"
import { within } from "./Bounded.ts"
import * as Child from "./Child.ts"
import * as Client from "./Client.ts"
import * as Figure from "./Figure.ts"
import { percentile } from "./Numbers.ts"
import * as Server from "./Server.ts"
import * as VoiceServices from "./VoiceServices.ts"

const mostAdded = 5
/** Turns of each engine before anything is measured, for the compiler, and at least afterwards: the slowest hundredth is six of them. */
const warmUpTurns = 300
const fewestTurns = 600
/** After so many turns this process collects its garbage: in the middle of one it would count as the server's time. */
const turnsOfGarbage = 20
const turnMs = 10_000

const question = JSON.stringify({ type: "text-input", text: "What do you think of tea?" })
const playbackComplete = JSON.stringify({ type: "frontend-playback-complete" })
const greeting = JSON.stringify({ type: "control", text: "start-mic" })
const ping = JSON.stringify({ type: "ping" })

export interface Options {
  /** How long each engine is measured at least. */
  readonly seconds: number
}

/**
 * The time that passes here between the first sound of a service and the first sound at the client, by each engine that
 * asks a service. Services, model and client are this process, whose clock is the only one.
 */
export const measure = async ({ seconds }: Options): Promise<Figure.Figure> => {
  const stub = await startStub({ chat: (_, index) => ({ chunks: [`This is remark ${index} about tea.`] }) })
  const bare = await Child.startSibling("BareServer.ts", JSON.stringify([greeting]))
  const measured: Array<Measured> = []
  for (const [name, start] of Object.entries(VoiceServices.all)) {
    const times: Times = { sentAt: undefined }
    const service = await start(() => (times.sentAt = performance.now()))
    // It keeps a record of every request, which nobody reads here.
    stub.log.chats.length = 0
    const server = await Server.start(stub.url, { tts: service.engine })
    measured.push({ name, ...(await turns({ server, bare, times, ms: seconds * 1000 })) })
    await server.stop()
    await service.close()
  }
  await bare.stop()
  await stub.close()
  return {
    title:
      "Time that an engine adds to its service's: from the service's chunk with the first word and a pause to the first " +
      `sound at the client; ${seconds} s each, bare ws: an echo after each turn`,
    rows: measured.flatMap(rowsOf),
    failures: measured.flatMap(({ failures, name }) => failures.map((failure) => `${name}: ${failure}`))
  }
}

interface Times {
  /** When the service sent its first sound of this turn. */
  sentAt: number | undefined
}

interface Turns {
  /** ms, of each turn. */
  readonly added: ReadonlyArray<number>
  readonly echo: ReadonlyArray<number>
  readonly failures: ReadonlyArray<string>
}

interface Measured extends Turns {
  readonly name: string
}

interface World {
  readonly server: Child.Child
  readonly bare: Child.Child
  readonly times: Times
  readonly ms: number
}

/** One session's turns, one after the other, and an echo after each. */
const turns = async ({ bare, ms, server, times }: World): Promise<Turns> => {
  const added: Array<number> = []
  const echo: Array<number> = []
  const failures = new Set<string>()
  let heardAt: number | undefined
  const session = await Client.ready(server.url, (frame, socket) => {
    if (Client.startsWith(frame, Client.head.sound)) heardAt ??= performance.now()
    if (Client.startsWith(frame, Client.head.synthesised)) socket.send(playbackComplete)
    if (Client.startsWith(frame, Client.head.error)) failures.add(frame.toString("utf8"))
  })
  const echoing = await Client.ready(bare.url)

  let end = Number.POSITIVE_INFINITY
  for (let turn = -warmUpTurns; turn < fewestTurns || performance.now() < end; turn++) {
    if (turn % turnsOfGarbage === 0) Garbage.collect()
    if (turn === 0) end = performance.now() + ms
    times.sentAt = undefined
    heardAt = undefined
    session.send(question)
    await Client.next(session, [Client.head.turnEnd], turnMs)
    const took = await echoOf(echoing)
    if (times.sentAt === undefined || heardAt === undefined) failures.add("a turn without sound")
    else if (turn >= 0) {
      added.push(heardAt - times.sentAt)
      echo.push(took)
    }
  }
  for (const socket of [session, echoing]) {
    const gone = Client.closed(socket)
    socket.close()
    await gone
  }
  return { added, echo, failures: [...failures].slice(0, 5) }
}

const echoOf = async (socket: WebSocket): Promise<number> => {
  const start = performance.now()
  const back = new Promise<number>((resolve) =>
    socket.once("message", () => resolve(performance.now() - start))
  )
  socket.send(ping)
  return within(turnMs, "an echo", back)
}

const rowsOf = ({ added, echo, name }: Measured): ReadonlyArray<Figure.Row> =>
  ([0.5, 0.99] as const).map((share) => {
    const value = percentile(added, share)
    return {
      measure: `${name}: added, p${share * 100}`,
      value,
      unit: "ms",
      bare: percentile(echo, share),
      ...(share === 0.99 ? { aim: Figure.atMost(mostAdded, "ms", value) } : { note: `${added.length} turns` })
    }
  })
