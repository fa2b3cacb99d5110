import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import type { AgentEvent, AgentInput } from "../../src/agent/Agent.ts"
import { ToolFailed } from "../../src/mcp/McpClient.ts"
import type { McpClient } from "../../src/mcp/McpClient.ts"
import { ask, end, played, ready, says, start, tick } from "../support/Talk.ts"
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

/** An agent that asks before it says anything. */
const asking = (input: AgentInput) =>
  Stream.fromEffect(input.consent!({ id: "t1", tool: "door", input: { open: true } })).pipe(
    Stream.flatMap((allowed) => says(allowed ? "It is open." : "I may not."))
  )

const wanted = { type: "use-extensions", tool_consent: true } as const
const consent = (allowed: boolean, tool_id = "t1") => ({ type: "tool-consent", tool_id, allowed }) as const
const texts = (client: World.Connected) =>
  client.received.flatMap((message) => (message.type === "audio" ? [message.display_text?.text] : []))

describe("tool-consent", () => {
  it.effect("is asked of the person, and the turn goes on with the answer", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = asking
        const client = yield* ready
        yield* client.send(wanted)
        client.received.length = 0
        for (const allowed of [true, false]) {
          yield* client.send(ask("open the door"))
          yield* tick
          expect(client.received.at(-1)).toEqual({
            type: "tool-consent-request",
            tool_id: "t1",
            tool_name: "door",
            name: "a",
            arguments: { open: true },
            expires_in: 60
          })
          yield* client.send(consent(allowed))
          yield* tick
          yield* client.send(played)
          yield* tick
        }
        expect(texts(client)).toEqual(["It is open.", "I may not."])
        yield* client.leave
      })
    )
  )

  it.effect("is a no when it does not come in time; what comes later is told so", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = asking
        const client = yield* ready
        yield* client.send(wanted)
        yield* client.send(ask("open the door"))
        yield* TestClock.adjust("60 seconds")
        expect(texts(client)).toEqual(["I may not."])
        yield* client.send(consent(true))
        expect(client.received.at(-1)).toMatchObject({
          type: "error",
          message: expect.stringMatching(/nothing waits/u)
        })
        yield* client.leave
      })
    )
  )

  it.effect("is asked for one call at a time, and each answer counts for its own", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = ({ consent }) =>
          Stream.fromEffect(
            Effect.all(
              ["t1", "t2"].map((id) => consent!({ id, tool: id, input: {} })),
              { concurrency: "unbounded" }
            )
          ).pipe(Stream.flatMap((allowed) => says(`${allowed.join(" ")}.`)))
        const client = yield* ready
        yield* client.send(wanted)
        yield* client.send(ask("both"))
        yield* tick
        const asked = () =>
          client.received.flatMap((message) =>
            message.type === "tool-consent-request" ? [message.tool_id] : []
          )
        expect(asked()).toEqual(["t1"])
        yield* client.send(consent(true, "t2"))
        expect(client.received.at(-1)).toMatchObject({ type: "error" })
        yield* client.send(consent(true, "t1"))
        yield* tick
        expect(asked()).toEqual(["t1", "t2"])
        yield* client.send(consent(false, "t2"))
        yield* tick
        expect(texts(client)).toEqual(["true false."])
        yield* client.leave
      })
    )
  )

  it.effect("is taken back when the turn is interrupted", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = asking
        const client = yield* ready
        yield* client.send(wanted)
        yield* client.send(ask("open the door"))
        yield* tick
        yield* client.send({ type: "interrupt-signal", text: "" })
        yield* client.send(consent(true))
        expect(client.received.at(-1)).toMatchObject({ type: "error" })
        const before = client.received.length
        yield* client.send(consent(false))
        expect(client.received).toHaveLength(before)
        expect(texts(client)).toEqual([])
        yield* client.leave
      })
    )
  )

  it.effect("is a no, unasked, for a client that knows nothing of it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = asking
        const client = yield* ready
        yield* client.send(ask("open the door"))
        yield* tick
        expect(texts(client)).toEqual(["I may not."])
        expect(client.received.some(({ type }) => type === "tool-consent-request")).toBe(false)
        yield* client.leave
      })
    )
  )
})

describe("tool_call_status", () => {
  it.effect("goes out in its place among the sentences, with pictures and a browser to watch", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const call = { id: "t1", tool: "camera" }
        world.reply = () =>
          Stream.make<Array<AgentEvent>>(
            { _tag: "Text", text: "Let me look." },
            { _tag: "Tool", call: { ...call, status: "running", content: "Input: {}" } },
            {
              _tag: "Tool",
              call: {
                ...call,
                status: "completed",
                content: "a picture",
                images: [{ mimeType: "image/png", base64: "AAAA" }],
                browserView: { debuggerFullscreenUrl: "https://example.org/watch" }
              }
            },
            { _tag: "Text", text: "A cat." }
          )
        const client = yield* ready
        yield* client.send(ask("look"))
        yield* tick
        yield* client.send(played)
        yield* tick
        expect(client.received.map(({ type }) => type).join(" ")).toBe(
          "control full-text audio tool_call_status tool_call_status audio backend-synth-complete force-new-message control"
        )
        expect(client.received[4]).toEqual({
          type: "tool_call_status",
          tool_id: "t1",
          tool_name: "camera",
          name: "a",
          status: "completed",
          content: "a picture",
          timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/u),
          images: [{ mime_type: "image/png", data: "data:image/png;base64,AAAA" }],
          browser_view: { debuggerFullscreenUrl: "https://example.org/watch" }
        })
        expect(client.seen().slice(0, 2)).toEqual(start)
        expect(client.seen().slice(-3)).toEqual(end)
        yield* client.leave
      })
    )
  )
})
