import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { ToolFailed } from "../../src/mcp/McpClient.ts"
import type { McpClient } from "../../src/mcp/McpClient.ts"
import { ask, played, ready, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

const tool = (name: string, clientMayCall: boolean) => ({
  server: "s",
  name,
  description: "",
  inputSchema: {},
  confirm: false,
  clientMayCall
})

/** `lamp` and `slow` may be called by clients, `door` may not. */
const toolbox = (journal: Array<string>): McpClient => ({
  tools: Effect.succeed([
    tool("lamp", true),
    tool("slow", true),
    tool("broken", true),
    tool("deadly", true),
    tool("door", false)
  ]),
  call: (name, input) => {
    journal.push(`${name} ${JSON.stringify(input)}`)
    if (name === "deadly") return Effect.die("inside")
    if (name === "broken")
      return new ToolFailed({ tool: name, reason: "timed-out", detail: "no answer", advice: "Try again." })
    const result = {
      text: `${name} is on`,
      images: [{ mimeType: "image/png", base64: "AAAA" }],
      failed: false
    }
    return Effect.as(Effect.sleep(name === "slow" ? "10 seconds" : 0), result).pipe(
      Effect.onInterrupt(() => Effect.sync(() => journal.push(`${name} cancelled`)))
    )
  }
})

const toolCall = (tool_name: string) =>
  ({ type: "mcp-tool-call", tool_name, arguments: { on: true } }) as const

const responses = (client: World.Connected) =>
  client.received.filter((message) => message.type === "mcp-tool-response")

describe("mcp-tool-call", () => {
  it.effect("runs a tool that clients may call, beside a turn", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.mcp = toolbox(world.journal)
        const client = yield* ready
        yield* client.send(ask("hello"))
        yield* client.send(toolCall("slow"))
        yield* client.send(toolCall("lamp"))
        yield* tick
        expect(responses(client)).toEqual([
          {
            type: "mcp-tool-response",
            tool_name: "lamp",
            result: {
              content: [
                { type: "text", text: "lamp is on" },
                { type: "image", data: "AAAA", mimeType: "image/png" }
              ]
            }
          }
        ])
        yield* client.send(played)
        yield* TestClock.adjust("10 seconds")
        expect(responses(client)).toHaveLength(2)
        expect(world.journal).toContain('lamp {"on":true}')
        yield* client.leave
      })
    )
  )

  it.effect("is refused for every other tool, with what may be called", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.mcp = toolbox(world.journal)
        const client = yield* ready
        for (const name of ["door", "nothing", "broken"]) yield* client.send(toolCall(name))
        yield* tick
        expect(responses(client)).toEqual([
          {
            type: "mcp-tool-response",
            tool_name: "door",
            error:
              "door: clients may not call such a tool. They may call lamp, slow, broken, deadly; client_calls in mcp_servers.json lists more."
          },
          expect.objectContaining({ tool_name: "nothing" }),
          { type: "mcp-tool-response", tool_name: "broken", error: "broken: no answer. Try again." }
        ])
        expect(world.journal.filter((line) => /^(?:door|nothing)/u.test(line))).toEqual([])
        yield* client.leave
      })
    )
  )

  it.effect("may be made again and again: those that are done count no more", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.mcp = toolbox(world.journal)
        const client = yield* ready
        for (const name of ["lamp", "broken", "door", "lamp", "deadly", "lamp", "lamp"]) {
          yield* client.send(toolCall(name))
          yield* tick
        }
        const errors = responses(client).map((message) => ("error" in message ? message.error : undefined))
        expect(errors).toHaveLength(7)
        expect(errors.at(-1)).toBeUndefined()
        expect(errors[4]).toMatch(/^deadly: something went wrong inside/u)
        yield* client.leave
      })
    )
  )

  it.effect("is given up when another character takes the seat, and the client is told", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.mcp = toolbox(world.journal)
        const client = yield* ready
        yield* client.send(toolCall("slow"))
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust("5 seconds")
        expect(world.journal).toContain("slow cancelled")
        expect(responses(client)).toEqual([
          expect.objectContaining({ error: expect.stringMatching(/^slow: the call was given up/u) })
        ])
        yield* client.leave
      })
    )
  )

  it.effect("is refused when many run already, and stops when the client leaves", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.mcp = toolbox(world.journal)
        const client = yield* ready
        for (let count = 0; count < 5; count++) yield* client.send(toolCall("slow"))
        yield* tick
        expect(responses(client)).toEqual([
          {
            type: "mcp-tool-response",
            tool_name: "slow",
            error: "4 tools are running for this client already: wait until one of them is done."
          }
        ])
        yield* client.leave
        expect(world.journal.filter((line) => line === "slow cancelled")).toHaveLength(4)
      })
    )
  )

  it.effect("says so when the character has no tools at all", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send(toolCall("lamp"))
        yield* tick
        expect(responses(client)).toEqual([
          expect.objectContaining({ error: expect.stringMatching(/List it as client_calls/u) })
        ])
        yield* client.leave
      })
    )
  )
})
