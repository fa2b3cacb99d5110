import { Effect } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Arrivals } from "./Arrivals.ts"
import * as ChatAnswer from "./ChatAnswer.ts"
import type { ChatScript } from "./ChatAnswer.ts"
import { exchangeOf, lastUserText, textOf } from "./StubServer.ts"
import type { ChatRecord } from "./StubServer.ts"

export interface Heard extends ChatRecord {
  readonly path: string | undefined
  readonly key: unknown
}

export interface Options {
  readonly chat?: (request: Heard, index: number) => ChatScript
}

/** A server of Anthropic's `/v1/messages` that says "Good day." or what the script says, closed with the scope. */
export const open = (options: Options = {}) =>
  Effect.acquireRelease(
    Effect.promise(() => start(options)),
    ({ close }) => Effect.sync(close)
  )

const start = async ({ chat = () => ({}) }: Options) => {
  const requests = new Arrivals<Heard>()
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await textOf(request))
    const heard = Object.assign(exchangeOf(request, response), {
      path: request.url,
      key: request.headers["x-api-key"],
      body,
      text: lastUserText(body.messages)
    })
    const script = chat(heard, requests.push(heard) - 1)
    const answer = script.calls === undefined ? { chunks: ["Good ", "day."], ...script } : script
    await ChatAnswer.give(response, heard, answer, ChatAnswer.anthropic(body.model)).catch(() =>
      response.destroy()
    )
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close }
}
