import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { Arrivals } from "./Arrivals.ts"
import * as ServiceServer from "./ServiceServer.ts"

type Asked = ServiceServer.Asked
type Answer = ServiceServer.Answer

interface GradioAnswer extends Answer {
  /** What the function says when it fails in the middle of its stream. */
  readonly fails?: string
}

/** An answer that is a function's failure; its body is what the program says of it, if it is set to. */
export const failure = (said?: string): Answer => ({
  headers: { "content-type": "x-failure" },
  chunks: said === undefined ? [] : [said]
})

export interface Program {
  /** Of Gradio: 5 puts `/gradio_api` before its paths, and makes one file of a stream when it is over. */
  readonly version: 4 | 5
  /** Parameters of its functions, by their names; some have a default. */
  readonly functions: Readonly<Record<string, ReadonlyArray<string | readonly [string, unknown]>>>
  /** "stream": the function yields pieces for a component that streams. "file": it gives a file. */
  readonly output: "stream" | "file"
  /** Paths that were asked for, and what came with them. */
  readonly seen?: Array<{ readonly path: string; readonly body: string }>
}

/**
 * A program with a page by Gradio, with the answers of `ServiceServer`: what it remembers is the calls of functions, whose
 * body is the function's arguments, and which are over when their sound has been read. Shapes: as versions 4.32.2 and 5.18.0
 * answer.
 */
export const listenFor =
  ({ functions, output, seen = [], version }: Program): typeof ServiceServer.listen =>
  async (answer) => {
    const log = new Arrivals<Asked>()
    const prefix = version === 5 ? "/gradio_api" : ""
    const calls: Array<Call> = []
    const server = Http.createServer((request, response) => {
      const handle = async () => {
        const parts: Array<Buffer> = []
        for await (const part of request) parts.push(part as Buffer)
        const body = Buffer.concat(parts)
        const url = request.url ?? ""
        seen.push({ path: url, body: body.toString() })
        const give = (status: number, value: unknown) =>
          response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))
        if (!url.startsWith(prefix)) return void give(404, { detail: "Not Found" })
        const path = url.slice(prefix.length)

        if (path === "/info") return void give(200, infoOf(functions))
        if (path === "/upload") return void give(200, ["/tmp/gradio/0123/sample.wav"])
        if (request.method === "POST" && /^\/call\/\w+$/.test(path)) {
          const call = new Call(request, body)
          const index = log.push(call.asked) - 1
          const given = await answer(call.asked, index)
          // A refusal, or an answer that never comes.
          if (
            (given.status ?? 200) >= 300 ||
            (given.afterwards === "nothing" && given.chunks === undefined)
          ) {
            call.follow(response, true)
            return await ServiceServer.give(response, given)
          }
          call.answer = given
          calls.push(call)
          return void give(200, { event_id: `e${calls.length - 1}` })
        }
        const event = /^\/call\/\w+\/e(\d+)$/.exec(path)
        const called = event === null ? undefined : calls[Number(event[1])]
        if (called !== undefined) {
          called.follow(response, false)
          return await tell(response, called, `e${event![1]}`, version, output)
        }
        const sound = /^\/(?:stream\/|file=\/tmp\/)e(\d+)\//.exec(path)
        const heard = sound === null ? undefined : calls[Number(sound[1])]
        if (heard === undefined) return void give(404, { detail: "Not Found" })
        heard.follow(response, true)
        heard.soundBegins()
        await ServiceServer.give(response, heard.answer)
      }
      // A client that goes away is an ordinary event here.
      handle().catch(() => response.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      log,
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        })
    }
  }

/** A call of a function, over several requests. */
class Call {
  readonly asked: Asked
  answer: GradioAnswer = {}
  soundBegins: () => void = () => undefined
  readonly soundBegun = new Promise<void>((resolve) => (this.soundBegins = resolve))
  private settle: () => void = () => undefined

  constructor(request: Http.IncomingMessage, body: Buffer) {
    const over = new Promise<void>((resolve) => (this.settle = resolve))
    this.asked = {
      method: request.method ?? "",
      port: request.socket.remotePort,
      path: request.url ?? "",
      headers: request.headers,
      body,
      aborted: false,
      over
    }
  }

  /** `isLast`: the call is over with this response; else only if it breaks off. */
  follow(response: Http.ServerResponse, isLast: boolean) {
    response.once("close", () => {
      if (response.writableFinished && !isLast) return
      this.asked.aborted ||= !response.writableFinished
      this.settle()
    })
  }

  fail() {
    this.settle()
  }
}

const infoOf = (functions: Program["functions"]) => ({
  named_endpoints: Object.fromEntries(
    Object.entries(functions).map(([name, parameters]) => [
      name,
      {
        parameters: parameters.map((parameter) => {
          const [parameter_name, parameter_default] =
            typeof parameter === "string" ? [parameter, null] : parameter
          return { label: "parameter_1", parameter_name, parameter_has_default: true, parameter_default }
        }),
        returns: [{ label: "value_1", component: "Audio" }],
        show_api: true
      }
    ])
  ),
  unnamed_endpoints: {}
})

const tell = async (
  response: Http.ServerResponse,
  call: Call,
  id: string,
  version: 4 | 5,
  output: "stream" | "file"
) => {
  const send = (name: string, value: unknown) =>
    response.write(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`)
  response.writeHead(200, { "content-type": "text/event-stream" })
  send("heartbeat", null)
  const { afterwards = "end", chunks = [], headers = {} } = call.answer
  if (headers["content-type"] === "x-failure") {
    send("error", chunks.length === 0 ? null : { error: String(chunks[0]) })
    if (afterwards !== "nothing") response.end()
    return call.fail()
  }
  const isStream = output === "stream"
  const path = !isStream ? `/tmp/${id}/audio.wav` : `${id}/139779/12${version === 5 ? "/playlist.m3u8" : ""}`
  const file = {
    path,
    // As a proxy or the program itself gets it wrong.
    url: `http://127.0.0.1:1/call/gen/stream/${path}`,
    size: null,
    orig_name: "audio.wav",
    mime_type: null,
    is_stream: isStream,
    meta: { _type: "gradio.FileData" }
  }
  if (isStream) for (let piece = 0; piece < 2; piece++) send("generating", [file])
  const { fails } = call.answer
  if (fails !== undefined) {
    await call.soundBegun
    send("error", { error: fails })
    return void response.end()
  }
  // A stream that stands still is one whose function has not come to its end.
  if (isStream && version === 4 && afterwards !== "end") return
  send("complete", [file])
  response.end()
}
