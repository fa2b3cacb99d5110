import { expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import * as ToolLoop from "../../src/agent/ToolLoop.ts"
import type { McpClient } from "../../src/mcp/McpClient.ts"
import * as ScriptedLlm from "../support/ScriptedLlm.ts"
import { call } from "../support/ScriptedLlm.ts"
import { english } from "../../src/language/Text.ts"

/** `slow` takes a second, `stuck` never ends, `quick` takes no time. */
const toolbox = () => {
  const called: Array<string> = []
  const mcp: McpClient = {
    tools: Effect.succeed(
      ["slow", "stuck", "quick"].map((name) => ({
        server: "s",
        name,
        description: "",
        inputSchema: { type: "object" },
        confirm: false,
        clientMayCall: false
      }))
    ),
    call: (name) =>
      Effect.suspend(() => {
        called.push(name)
        const takes = name === "slow" ? Effect.sleep("1 second") : Effect.void
        return Effect.as(name === "stuck" ? Effect.never : takes, { text: "done", images: [], failed: false })
      }).pipe(Effect.onInterrupt(() => Effect.sync(() => called.push(`${name} cancelled`))))
  }
  return { called, mcp }
}

it.effect("stops tools that take longer, all together, than the tools of an answer may", () =>
  Effect.gen(function* () {
    const { called, mcp } = toolbox()
    const { llm, requests } = ScriptedLlm.make([
      [call("1", "slow"), call("2", "slow")],
      [call("3", "stuck")],
      [call("4", "quick")],
      ["Sorry."]
    ])
    const request = { system: "", messages: [{ role: "user" as const, text: "Do it." }] }
    const seen: Array<string> = []
    const answering = yield* Effect.fork(
      Stream.runForEach(
        ToolLoop.reply({ llm, mcp, mostSteps: 8, mostSeconds: 3 }, request, undefined),
        (event) =>
          Effect.sync(() => {
            if (event._tag === "Tool" && event.call.status !== "running")
              seen.push(english(event.call.content))
            if (event._tag === "Text") seen.push(event.text)
          })
      )
    )
    yield* TestClock.adjust("1 second")
    yield* TestClock.adjust("2 seconds")
    yield* Fiber.join(answering)
    const stopped =
      "stopped: the tools of one answer have 3 seconds together (basic_memory_agent.tool_seconds)"
    expect(seen).toEqual(["done", "done", `Error: ${stopped}`, `Error: ${stopped}`, "Sorry."])
    expect(called).toEqual(["slow", "slow", "stuck", "stuck cancelled"])
    expect(requests[2]?.messages.at(-1)).toMatchObject({ outcomes: [{ text: stopped, failed: true }] })
  })
)
