// A voice for command_tts: a tone as long as the text on standard input. What it is to do wrong is its first argument.
import { spawn } from "node:child_process"
import { readFileSync, truncateSync, writeFileSync } from "node:fs"

const [way, file] = process.argv.slice(2)
const text = readFileSync(0, "utf8")

const wav = (ms) => {
  const count = ms * 16
  const bytes = Buffer.alloc(44 + 2 * count)
  bytes.write("RIFF", 0)
  bytes.writeUInt32LE(36 + 2 * count, 4)
  bytes.write("WAVEfmt ", 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(16_000, 24)
  bytes.writeUInt32LE(32_000, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write("data", 36)
  bytes.writeUInt32LE(2 * count, 40)
  for (let at = 0; at < count; at++) bytes.writeInt16LE(Math.round(8000 * Math.sin(at / 6)), 44 + 2 * at)
  return bytes
}

const endlessly = () => process.stdout.write(Buffer.alloc(2 ** 20), endlessly)

const stay = () => setInterval(() => {}, 1000)

switch (way) {
  case "speak":
    // A long text takes its time.
    if (text.length > 500) stay()
    else process.stdout.write(wav(60 * text.length))
    break
  case "to-file":
    writeFileSync(file, wav(60 * text.length))
    break
  case "hang":
    // With a child that hears no polite signal.
    spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], {
      stdio: "inherit"
    })
    process.on("SIGTERM", () => {})
    stay()
    break
  case "leave-a-child":
    spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" }).unref()
    // Long enough for both to be seen.
    setTimeout(() => process.stdout.write(wav(300)), 500)
    break
  case "complain":
    process.stderr.write("first line\nno voice in /home/somebody/voices/joe.onnx: not found\n")
    process.exitCode = 3
    break
  case "say-nothing":
    break
  case "babble":
    process.stdout.write("<html>this is no sound</html>")
    break
  case "never-end":
    process.stdout.on("error", () => process.exit())
    endlessly()
    break
  case "fill-at-once":
    writeFileSync(file, "")
    truncateSync(file, 2 ** 26 + 1)
    break
  case "fill-file": {
    const more = () => {
      writeFileSync(file, Buffer.alloc(2 ** 23), { flag: "a" })
      setImmediate(more)
    }
    more()
  }
}
