import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Undici from "@effect/platform-node/Undici"
import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"
import * as Loudness from "../src/audio/Loudness.ts"
import * as Wav from "../src/audio/Wav.ts"

/**
 * The least that answering aloud takes, as short as it can be written: the same frames, the same requests, as many sentences at once.
 * Nothing is checked, stored, limited or made up for, and no turn can be stopped.
 */
const opening = JSON.parse(process.argv[2] ?? "[]") as ReadonlyArray<string>
const provider = process.argv[3] ?? ""

interface Message {
  readonly role: "system" | "user" | "assistant"
  readonly content: string
}
const persona: Message = { role: "system", content: "You are Hana, a cheerful radio host." }
/** Messages that the model is told again. */
const mostRemembered = 20

const post = (path: string, body: object) =>
  Undici.request(`${provider}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body)
  })

const speak = async (input: string): Promise<Buffer> => {
  const { body } = await post("/v1/audio/speech", {
    model: "tts-1",
    voice: "alloy",
    input,
    response_format: "wav"
  })
  return Buffer.from(await body.arrayBuffer())
}

/** The `audio` message of a sentence. */
const spoken = (sentence: string, wav: Buffer) => {
  const sound = Wav.decodePlain(wav)
  if (sound === undefined) throw new Error("the provider's sound is no plain WAV file")
  return {
    type: "audio",
    audio: wav.toString("base64"),
    volumes: Loudness.volumes(sound),
    slice_length: 20,
    display_text: { text: sentence, name: "Hana", avatar: "" },
    actions: {},
    forwarded: false
  }
}

/** The pieces of an answer as they come. */
async function* answerTo(messages: ReadonlyArray<Message>): AsyncGenerator<string> {
  const { body } = await post("/v1/chat/completions", { model: "stub", stream: true, messages })
  let rest = ""
  for await (const chunk of body.setEncoding("utf8")) {
    const lines = (rest + String(chunk)).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) {
      if (!line.startsWith("data: {")) continue
      const content: unknown = JSON.parse(line.slice("data: ".length)).choices?.[0]?.delta?.content
      if (typeof content === "string") yield content
    }
  }
}

const turn = async (socket: WebSocket, remembered: Array<Message>, text: string, played: Promise<void>) => {
  const send = (message: object) => socket.send(JSON.stringify(message))
  send({ type: "control", text: "conversation-chain-start" })
  send({ type: "full-text", text: "Thinking..." })
  remembered.push({ role: "user", content: text })

  let said = ""
  let pending = ""
  let delivered = Promise.resolve()
  const deliver = () => {
    const sentence = pending
    pending = ""
    said += sentence
    const [sound, before] = [speak(sentence), delivered]
    delivered = before.then(async () => {
      send(spoken(sentence, await sound))
    })
  }
  for await (const piece of answerTo([persona, ...remembered.slice(-mostRemembered)])) {
    pending += piece
    // The first one ends early, as that of the server does.
    if (/[.!?]\s$/u.test(pending) || (said === "" && /[,:]\s$/u.test(pending))) deliver()
  }
  if (pending !== "") deliver()
  await delivered
  remembered.push({ role: "assistant", content: said })
  send({ type: "backend-synth-complete" })
  await played
  send({ type: "force-new-message" })
  send({ type: "control", text: "conversation-chain-end" })
}

const serve = (socket: WebSocket) => {
  const remembered: Array<Message> = []
  let played = () => {}
  socket.on("error", () => {})
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as { readonly type: string; readonly text?: string }
    if (message.type === "frontend-playback-complete") played()
    if (message.type === "text-input")
      void turn(socket, remembered, message.text ?? "", new Promise((resolve) => (played = resolve)))
  })
  for (const frame of opening) socket.send(frame)
}

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
const http = createServer()
http.on("upgrade", (request, socket, head) => {
  socket.on("error", () => socket.destroy())
  sockets.handleUpgrade(request, socket, head, serve)
})
http.listen(0, "127.0.0.1", () =>
  console.log(`serving at http://127.0.0.1:${(http.address() as AddressInfo).port}`)
)

process.stdin.resume().once("end", () => process.exit())
