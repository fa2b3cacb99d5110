// A server of the Wyoming protocol that only says that it has a voice. First argument: its address; without one it uses its pipes.
import { createServer } from "node:net"

const info = JSON.stringify({ asr: [], tts: [{ name: "mouth", voices: [{ name: "joe" }] }] })
const frame = `{"type": "info", "data_length": ${Buffer.byteLength(info)}}\n${info}`
const answer = (input, output) =>
  input.on("data", (bytes) => {
    if (String(bytes).includes('"describe"')) output.write(frame)
  })

const [uri] = process.argv.slice(2)
if (uri === undefined) answer(process.stdin, process.stdout)
else
  createServer((socket) => answer(socket, socket).on("error", () => {})).listen(
    Number(new URL(uri).port),
    "127.0.0.1"
  )
