import { Effect } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

export interface Heard {
  readonly path: string | undefined
  readonly key: unknown
  readonly body: { readonly messages: unknown }
}

/** A server of Anthropic's `/v1/messages` that says "Good day.", closed with the scope. */
export const open = Effect.suspend(() =>
  Effect.acquireRelease(Effect.promise(start), ({ close }) => Effect.sync(close))
)

const start = async () => {
  const requests: Array<Heard> = []
  const delta = (text: string) => ({
    type: "content_block_delta",
    index: 0,
    delta: { type: "text_delta", text }
  })
  const usage = { input_tokens: 1, output_tokens: 1 }
  const events = [
    {
      type: "message_start",
      message: { id: "m", type: "message", role: "assistant", model: "claude-x", content: [], usage }
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    delta("Good "),
    delta("day."),
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage },
    { type: "message_stop" }
  ]
  const server = createServer(async (request, response) => {
    const parts: Array<Buffer> = []
    for await (const part of request) parts.push(part as Buffer)
    const body = JSON.parse(Buffer.concat(parts).toString())
    requests.push({ path: request.url, key: request.headers["x-api-key"], body })
    response.writeHead(200, { "content-type": "text/event-stream" })
    response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close }
}
