import { setTimeout as sleep } from "node:timers/promises"
import * as Bare from "./Bare.ts"
import * as Child from "./Child.ts"
import * as Client from "./Client.ts"
import * as Figure from "./Figure.ts"
import * as Garbage from "./Garbage.ts"
import * as Numbers from "./Numbers.ts"
import * as Provider from "./Provider.ts"
import * as Server from "./Server.ts"
import * as Talker from "./Talker.ts"

/** Sessions that talk at the same time, and how often each of them asks. */
const levels = [
  { sessions: 1, everyMs: 250 },
  { sessions: 20, everyMs: 2000 },
  { sessions: 100, everyMs: 2000 },
  { sessions: 200, everyMs: 2000 }
]
const aimed = { sessions: 100, p99: 20, cpu: 8 }
/**
 * Before anything is measured, until the compiler has little left to do: who talks for weeks meets a server that is warm. And before
 * each level, until its questions are spread.
 */
const warmUp = { sessions: 20, everyMs: 250 }
const warmUpMs = 60_000
const settleMs = 3000

export interface Options {
  /** How long each level is measured. */
  readonly seconds: number
  readonly seed: number
}

interface Level {
  readonly sessions: number
  readonly everyMs: number
}

interface World {
  readonly server: Child.Child
  readonly bare: Child.Child
  readonly provider: string
  readonly random: () => number
}

/** Time from a question to the first sound beyond what the providers take, and what a turn costs. */
export const measure = async (provider: string, { seconds, seed }: Options): Promise<Figure.Figure> => {
  const leaveGarbage = Garbage.collectOften()
  const server = await Server.start(provider)
  const bare = await Bare.start(server.url)
  const world = { server, bare, provider, random: Numbers.random(seed) }
  await talk(world, warmUp, warmUpMs)
  const measured: Array<Talk> = []
  for (const level of levels) measured.push(await talk(world, level, seconds * 1000))
  await server.stop()
  const least = await leastOf(world, seconds * 1000)
  await bare.stop()
  leaveGarbage()
  return {
    title: `Added time to first audio: from text-input to the first sound, less what the providers take; ${seconds} s each`,
    rows: measured.flatMap((talk) => rowsOf(talk, least)),
    failures: [...measured, least].flatMap(({ failures }) => failures)
  }
}

/** The level with an aim, at a server that does no more than it has to. */
const leastOf = async (world: World, ms: number): Promise<Talk> => {
  const opening = JSON.stringify(await Client.openingSequence(world.bare.url))
  const plain = await Child.startSibling("PlainServer.ts", opening, world.provider)
  await talk({ ...world, server: plain }, warmUp, warmUpMs / 4)
  const level = levels.find(({ sessions }) => sessions === aimed.sessions)!
  const measured = await talk({ ...world, server: plain }, level, ms)
  await plain.stop()
  return measured
}

interface Talk extends Level {
  /** ms, of each turn, beyond what the providers took for it. */
  readonly added: ReadonlyArray<number>
  readonly echo: ReadonlyArray<number>
  readonly providers: ReadonlyArray<number>
  readonly turns: number
  /** CPU time of the server, in ms. */
  readonly cpu: number
  /** How busy this process was with being the clients, 0 to 1. */
  readonly clients: number
  readonly failures: ReadonlyArray<string>
}

/** Sessions and as many clients of the bare server, side by side. */
const talk = async (world: World, level: Level, ms: number): Promise<Talk> => {
  const { bare, provider, random, server } = world
  const start = (url: string, understand: Talker.Options["understand"]) =>
    Promise.all(
      Array.from({ length: level.sessions }, () =>
        Talker.start({ url, understand, everyMs: level.everyMs, firstAfterMs: random() * level.everyMs })
      )
    )
  const sessions = await start(server.url, Talker.session)
  const echoes = await start(bare.url, Talker.echo)
  await sleep(settleMs)

  for (const measured of [...sessions, ...echoes]) measured.forget()
  const cpuBefore = await server.cpu()
  const busyBefore = process.cpuUsage()
  const startedAt = performance.now()
  await sleep(ms)
  const cpu = (await server.cpu()) - cpuBefore
  const busy = process.cpuUsage(busyBefore)
  const took = performance.now() - startedAt
  const turns = sessions.reduce((sum, session) => sum + session.turns(), 0)

  await Promise.all([...sessions, ...echoes].map((measured) => measured.stop()))
  const errors = [...new Set([...sessions, ...echoes].flatMap((talker) => talker.errors()))]
  const atProviders = await Provider.took(provider)
  const answers = sessions.flatMap(({ marks, times }) =>
    times.map((ms, index) => {
      const providers = atProviders.get(marks[index]!)
      if (providers === undefined) throw new Error(`no provider was asked for question ${marks[index]}`)
      return { added: ms - providers, providers }
    })
  )
  return {
    ...level,
    added: answers.map(({ added }) => added),
    echo: echoes.flatMap(({ times }) => times),
    providers: answers.map(({ providers }) => providers),
    turns,
    cpu,
    clients: (busy.user + busy.system) / 1000 / took,
    failures: errors.slice(0, 5).map((error) => `${level.sessions} sessions: ${error}`)
  }
}

const shares = [0.5, 0.95, 0.99] as const

/** `least`: what the level with an aim comes to at the plain server. */
const rowsOf = (talk: Talk, least: Talk): ReadonlyArray<Figure.Row> => {
  const at = `${talk.sessions} sessions, a turn every ${talk.everyMs / 1000} s`
  const isAimed = talk.sessions === aimed.sessions
  const cpu = talk.cpu / talk.turns
  const added = shares.map((share): Figure.Row => {
    const value = Numbers.percentile(talk.added, share)
    return {
      measure: `${at}: added, p${share * 100}`,
      value,
      unit: "ms",
      bare: Numbers.percentile(talk.echo, share),
      ...(isAimed && share === 0.99 ? { aim: Figure.atMost(aimed.p99, "ms", value) } : {})
    }
  })
  return [
    ...added,
    { measure: "  turns measured", value: talk.turns, unit: "" },
    {
      measure: "  server CPU per turn",
      value: cpu,
      unit: "ms",
      ...(isAimed ? { bare: least.cpu / least.turns, aim: Figure.atMost(aimed.cpu, "ms", cpu) } : {})
    },
    ...(isAimed
      ? shares.map((share): Figure.Row => ({
          measure: `  a plain server: added, p${share * 100}`,
          value: Numbers.percentile(least.added, share),
          unit: "ms"
        }))
      : []),
    ...([0.5, 0.99] as const).map((share): Figure.Row => ({
      measure: `  what the providers take, p${share * 100}`,
      value: Numbers.percentile(talk.providers, share),
      unit: "ms"
    })),
    { measure: "  clients' own CPU", value: talk.clients * 100, unit: "% of a core" }
  ]
}
