/**
 * An MCP server over stdio for tests. Arguments: `stubborn` (ignores SIGTERM and the end of its input), `child` (has a process
 * of its own, as stubborn), `pages` (lists its tools one a page), `crash` (ends at once with status 7), `chatty` (writes lines
 * that are no messages), `journal=FILE` (appends what happens to it).
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { appendFileSync, closeSync } from "node:fs"
import { Server } from "@modelcontextprotocol/sdk/server/index.js"
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js"
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js"

const args = process.argv.slice(2)
const has = (word) => args.includes(word)
const file = args.find((arg) => arg.startsWith("journal="))?.slice("journal=".length)
const note = (line) => file !== undefined && appendFileSync(file, `${line}\n`)

note(`started ${process.pid}`)
if (has("crash")) {
  console.error("no key: set KEY")
  process.exit(7)
}
const stay = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"
const child = has("child") ? spawn(process.execPath, ["-e", stay], { stdio: "ignore" }) : undefined
if (has("stubborn")) {
  process.on("SIGTERM", () => note("SIGTERM"))
  setInterval(() => {}, 1000)
} else {
  process.stdin.on("end", () => process.exit(0))
}
if (has("chatty")) console.log("Welcome to this server!")

const server = new Server(
  { name: "test", version: "1" },
  { capabilities: { tools: { listChanged: true }, logging: {} } }
)
const text = (words) => ({ content: [{ type: "text", text: words }] })
const pause = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener("abort", () => {
      clearTimeout(timer)
      reject(new Error("cancelled"))
    })
  })

const tools = {
  pids: () => text(JSON.stringify([process.pid, ...(child === undefined ? [] : [child.pid])])),
  where: () => text(process.cwd()),
  environment: () => text(JSON.stringify(process.env)),
  hang: async (_, { signal }) => {
    note("hang")
    try {
      await pause(60_000, signal)
    } catch {
      note("cancelled")
    }
    return text("too late")
  },
  steps: async ({ count }, { _meta, sendNotification, signal }) => {
    for (let progress = 1; progress <= count; progress++) {
      await pause(150, signal)
      if (_meta?.progressToken !== undefined)
        await sendNotification({
          method: "notifications/progress",
          params: { progressToken: _meta.progressToken, progress, total: count }
        })
    }
    return text(`${count} steps`)
  },
  long: ({ length }) => text("x".repeat(length)),
  endless: () => text("x".repeat(9 * 2 ** 20)),
  learn: async ({ name }) => {
    tools[name] = () => text(`I am ${name}`)
    await server.sendToolListChanged()
    return text("learnt")
  },
  exit: () => process.exit(3),
  mute: () => {
    closeSync(1)
    return new Promise(() => {})
  },
  deafen: () => {
    process.stdin.pause()
    return text("What?")
  },
  // Asks without end, and reads no answer.
  flood: async () => {
    process.stdin.pause()
    for (let id = 0; ; id++) {
      if (id % 1000 === 0) note(`asked ${id}`)
      const ping = JSON.stringify({ jsonrpc: "2.0", id, method: "ping" })
      if (!process.stdout.write(`${ping}\n`)) await once(process.stdout, "drain")
    }
  },
  watch: () =>
    text(
      `Opened: ${JSON.stringify({
        sessionId: "s1",
        liveViewUrls: {
          debuggerFullscreenUrl: "https://watch.example/full",
          debuggerUrl: "https://watch.example"
        }
      })}`
    ),
  sound: () => ({ content: [{ type: "audio", data: "UklGRg==", mimeType: "audio/wav" }] }),
  "dots.and/slashes": () => text("fine")
}

server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
  const all = Object.keys(tools).map((name) => ({ name, inputSchema: { type: "object" } }))
  const at = Number(params?.cursor ?? 0)
  return has("pages")
    ? { tools: all.slice(at, at + 1), ...(at + 1 < all.length ? { nextCursor: String(at + 1) } : {}) }
    : { tools: all }
})
server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
  const tool = tools[params.name]
  if (tool === undefined) throw Object.assign(new Error(`no tool ${params.name}`), { code: -32602 })
  return tool(params.arguments ?? {}, extra)
})
await server.connect(new StdioServerTransport())
