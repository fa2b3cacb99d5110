import * as Http from "node:http"
import { setTimeout as sleep } from "node:timers/promises"

/** Asks the providers directly what a turn asks of them, to know how long they take by themselves. */
export interface Probe {
  /** First piece of an answer plus one sentence's speech, in ms, of every question since `forget`. */
  readonly times: ReadonlyArray<number>
  readonly forget: () => void
  readonly stop: () => Promise<void>
}

const everyMs = 100

export const start = (provider: string): Probe => {
  const agent = new Http.Agent({ keepAlive: true })
  const times: Array<number> = []
  const stopped = new AbortController()

  const ask = async () => {
    const start = performance.now()
    await post(agent, `${provider}/v1/chat/completions`, chat, "first")
    const first = performance.now() - start
    const again = performance.now()
    await post(agent, `${provider}/v1/audio/speech`, speech, "whole")
    times.push(first + (performance.now() - again))
  }
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      await ask()
      await sleep(everyMs)
    }
  })()

  return {
    times,
    forget: () => {
      times.length = 0
    },
    stop: async () => {
      stopped.abort()
      await loop
      agent.destroy()
    }
  }
}

const chat = JSON.stringify({
  model: "stub",
  stream: true,
  messages: [
    { role: "system", content: "You are Hana, a cheerful radio host. Answer in one or two short sentences." },
    { role: "user", content: "What do you think of tea and of rain?" }
  ]
})
const speech = JSON.stringify({
  model: "stub",
  voice: "stub",
  input: "That is a fine thing to say about tea.",
  response_format: "wav"
})

/** Resolves with the first bytes of the answer, or with its end. */
const post = (agent: Http.Agent, url: string, body: string, until: "first" | "whole") =>
  new Promise<void>((resolve, reject) => {
    const request = Http.request(
      url,
      { agent, method: "POST", timeout: 10_000, headers: { "content-type": "application/json" } },
      (response) => {
        response.on("data", () => until === "first" && resolve())
        response.once("end", () => resolve())
        response.once("error", reject)
      }
    )
    request.once("timeout", () => request.destroy(new Error("the provider does not answer")))
    request.once("error", reject)
    request.end(body)
  })
