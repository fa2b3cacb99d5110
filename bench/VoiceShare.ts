import { setTimeout as sleep } from "node:timers/promises"
import type { Figure } from "./Figure.ts"
import { median } from "./Numbers.ts"
import * as Server from "./Server.ts"
import * as Talker from "./Talker.ts"

const sessions = 100
const places = 2
/** How many times as long as the mean a session may wait. */
const mostTimes = 2
const settleMs = 5000

export interface Options {
  /** How long it is measured. Each session is answered about every 5 s. */
  readonly seconds: number
}

/** How a voice that speaks two sentences at a time is shared by a hundred sessions that all want to be heard. */
export const measure = async (provider: string, { seconds }: Options): Promise<Figure> => {
  const server = await Server.start(provider, {
    tts: {
      name: "openai_tts",
      settings: {
        base_url: `${provider}/v1`,
        file_extension: "wav",
        max_concurrency: places,
        timeout_seconds: 60
      }
    }
  })
  const talkers = await Promise.all(
    Array.from({ length: sessions }, (_, index) =>
      Talker.start({ url: server.url, understand: Talker.session, everyMs: 0, firstAfterMs: index * 10 })
    )
  )
  await sleep(settleMs)
  for (const talker of talkers) talker.forget()
  await sleep(seconds * 1000)
  const waits = talkers.map(({ times }) => [...times])
  const errors = [...new Set(talkers.flatMap((talker) => talker.errors()))]
  await Promise.all(talkers.map((talker) => talker.stop()))
  await server.stop()

  const means = waits.map(meanOf)
  const mean = meanOf(waits.flat())
  const worst = Math.max(...means) / mean
  return {
    title: `${sessions} sessions on one voice with max_concurrency ${places}: from text-input to the first sound; ${seconds} s`,
    rows: [
      { measure: "all waits: mean", value: mean, unit: "ms" },
      { measure: "all waits: p50", value: median(waits.flat()), unit: "ms" },
      {
        measure: "the session that waits longest, over the mean",
        value: worst,
        unit: "times",
        aim: { text: `at most ${mostTimes} times`, met: worst <= mostTimes }
      },
      {
        measure: "the longest single wait, over the mean",
        value: Math.max(...waits.flat()) / mean,
        unit: "times"
      },
      {
        measure: "fewest answers of a session",
        value: Math.min(...waits.map(({ length }) => length)),
        unit: ""
      },
      {
        measure: "most answers of a session",
        value: Math.max(...waits.map(({ length }) => length)),
        unit: ""
      }
    ],
    failures: errors.slice(0, 5)
  }
}

const meanOf = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
