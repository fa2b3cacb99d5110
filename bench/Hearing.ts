import { setTimeout as sleep } from "node:timers/promises"
import type { Figure, Row } from "./Figure.ts"
import * as Models from "./Models.ts"
import * as Numbers from "./Numbers.ts"
import * as Server from "./Server.ts"
import * as Sound from "./Sound.ts"
import * as Talker from "./Talker.ts"

const recognisers = [
  { name: "whisper-tiny.en", engine: Models.whisperTiny },
  { name: "whisper-base", engine: Models.whisperBase }
]
/** Sessions that speak again as soon as they have been answered. */
const levels = [1, 4]
const warmUpMs = 5000

export interface Options {
  /** How long each level is measured. */
  readonly seconds: number
}

/** From `mic-audio-end` to the transcript. */
export const measure = async (provider: string, { seconds }: Options): Promise<Figure> => {
  await Models.pull()
  const utterance = await Sound.utterance()
  const question = [...Sound.asNumbers(utterance), Sound.end]
  const rows: Array<Row> = []
  const failures: Array<string> = []
  for (const { engine, name } of recognisers) {
    const server = await Server.start(provider, { asr: engine })
    await speak(server.url, question, 1, warmUpMs)
    for (const sessions of levels) {
      const spoken = await speak(server.url, question, sessions, seconds * 1000)
      const who = sessions === 1 ? "one session" : `${sessions} sessions at once`
      rows.push(
        { measure: `${name}, ${who}: p50`, value: Numbers.median(spoken.times), unit: "ms" },
        { measure: `${name}, ${who}: p99`, value: Numbers.percentile(spoken.times, 0.99), unit: "ms" },
        { measure: "  utterances", value: spoken.times.length, unit: "" }
      )
      failures.push(...spoken.errors.map((error) => `${name}, ${who}: ${error}`))
    }
    await server.stop()
  }
  const length = (utterance.length / Sound.sampleRate).toFixed(1)
  return {
    title: `Hearing: from mic-audio-end to the transcript of ${length} s of speech, again and again; ${seconds} s each`,
    rows,
    failures
  }
}

const speak = async (url: string, question: ReadonlyArray<string>, sessions: number, ms: number) => {
  const talkers = await Promise.all(
    Array.from({ length: sessions }, () =>
      Talker.start({ url, question, everyMs: 0, firstAfterMs: 0, understand: Talker.spokenTo })
    )
  )
  // The first one may have waited for the model to load.
  await Promise.all(talkers.map((talker) => Talker.answered(talker)))
  for (const talker of talkers) talker.forget()
  await sleep(ms)
  await Promise.all(talkers.map(({ stop }) => stop()))
  return {
    times: talkers.flatMap(({ times }) => times),
    errors: [...new Set(talkers.flatMap(({ errors }) => errors()))].slice(0, 5)
  }
}
