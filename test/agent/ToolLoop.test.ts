import { describe, expect, it } from "@effect/vitest"
import { Chunk, Effect, Either, Fiber, Logger, LogLevel, Stream, TestClock } from "effect"
import type { AgentEvent, AgentInput } from "../../src/agent/Agent.ts"
import * as ToolLoop from "../../src/agent/ToolLoop.ts"
import type { LlmRequest } from "../../src/llm/Llm.ts"
import { ToolFailed } from "../../src/mcp/McpClient.ts"
import type { McpClient, Tool, ToolResult } from "../../src/mcp/McpClient.ts"
import * as ScriptedLlm from "../support/ScriptedLlm.ts"
import { call } from "../support/ScriptedLlm.ts"
import { english } from "../../src/language/Text.ts"

const tool = (name: string, changes: Partial<Tool> = {}): Tool => ({
  server: "s",
  name,
  description: `Does ${name}.`,
  inputSchema: { type: "object" },
  confirm: false,
  clientMayCall: false,
  ...changes
})

const says = (text: string): ToolResult => ({ text, images: [], failed: false })

/** Tools on the test's clock: `slow` takes a second, `broken` fails, `sulky` says that it failed. */
const toolbox = () => {
  const called: Array<string> = []
  const mcp: McpClient = {
    tools: Effect.succeed([
      ...["quick", "slow", "broken", "sulky", "camera", "deadly", "chatty"].map((name) => tool(name)),
      tool("risky", { confirm: true })
    ]),
    call: (name, input) => {
      const results: Readonly<Record<string, Effect.Effect<ToolResult, ToolFailed>>> = {
        slow: Effect.as(Effect.sleep("1 second"), says("slow done")),
        broken: new ToolFailed({
          tool: name,
          reason: "server-down",
          detail: "its server has ended",
          advice: "Ask again."
        }),
        sulky: Effect.succeed({ ...says("no such city"), failed: true }),
        deadly: Effect.die("inside"),
        chatty: Effect.succeed(says("x".repeat(10_000))),
        camera: Effect.succeed({ ...says("a picture"), images: [{ mimeType: "image/png", base64: "AAAA" }] })
      }
      return Effect.suspend(() => {
        called.push(`${name} ${JSON.stringify(input)}`)
        return results[name] ?? Effect.succeed(says(`${name} done`))
      }).pipe(Effect.onInterrupt(() => Effect.sync(() => called.push(`${name} cancelled`))))
    }
  }
  return { called, mcp }
}

const request: LlmRequest = { conversation: "c", system: "s", messages: [{ role: "user", text: "Do it." }] }

const run = (
  script: ReadonlyArray<ScriptedLlm.Answer>,
  { consent, mostSteps = 3 }: { readonly consent?: AgentInput["consent"]; readonly mostSteps?: number } = {}
) => {
  const { called, mcp } = toolbox()
  const { llm, requests } = ScriptedLlm.make(script)
  const events: Array<AgentEvent> = []
  const reply = Stream.runForEach(
    ToolLoop.reply({ llm, mcp, mostSteps, mostSeconds: 60 }, request, consent),
    (event) => Effect.sync(() => void events.push(event))
  )
  /** `text`, or `tool status content`. */
  const seen = () =>
    events.map((event) =>
      event._tag === "Tool"
        ? `${event.call.tool} ${event.call.status}: ${english(event.call.content)}`
        : event._tag === "Audio"
          ? ""
          : event.text
    )
  return { called, requests, events, reply, seen }
}

describe("an answer with tools", () => {
  it.effect("runs what the model calls, and goes on with the result", () =>
    Effect.gen(function* () {
      const { called, reply, requests, seen } = run([
        ["One moment. ", call("1", "quick", { n: 1 })],
        ["Done."]
      ])
      yield* reply
      expect(seen()).toEqual([
        "One moment. ",
        'quick running: Input: {"n":1}',
        "quick completed: quick done",
        "Done."
      ])
      expect(called).toEqual(['quick {"n":1}'])
      expect(requests[0]?.tools?.map(({ name }) => name)).toContain("quick")
      expect(requests[1]?.messages).toEqual([
        { role: "user", text: "Do it." },
        {
          role: "tools",
          text: "One moment. ",
          outcomes: [
            { request: { id: "1", name: "quick", input: '{"n":1}' }, text: "quick done", failed: false }
          ]
        }
      ])
    })
  )

  it.effect("runs several calls at the same time; the model gets their results in its own order", () =>
    Effect.gen(function* () {
      const { reply, requests, seen } = run([
        [call("1", "slow"), call("2", "quick"), call("3", "slow")],
        ["Done."]
      ])
      const fiber = yield* Effect.fork(reply)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      expect(seen().filter((line) => !line.includes("running"))).toEqual([
        "quick completed: quick done",
        "slow completed: slow done",
        "slow completed: slow done",
        "Done."
      ])
      const round = requests[1]?.messages.at(-1)
      expect(round?.role === "tools" && round.outcomes.map((outcome) => outcome.request.id)).toEqual([
        "1",
        "2",
        "3"
      ])
    })
  )

  it.effect("tells the model of what failed, and why", () =>
    Effect.gen(function* () {
      const { reply, requests, seen } = run([
        [
          call("1", "broken"),
          call("2", "sulky"),
          call("3", "nothing"),
          call("4", "quick", "[1, 2]"),
          call("5", "quick", '{"n": 1,')
        ],
        ["Sorry."]
      ])
      yield* reply
      const round = requests[1]?.messages.at(-1)
      expect(
        round?.role === "tools" && round.outcomes.map(({ failed, text }) => `${failed} ${text}`)
      ).toEqual([
        "true broken: its server has ended. Ask again.",
        "true no such city",
        "true there is no tool nothing; there are quick, slow, broken, sulky, camera, deadly, chatty, risky",
        "true its arguments are no JSON object",
        "false quick done"
      ])
      expect(seen().filter((line) => line.includes("error"))).toHaveLength(4)
    })
  )

  it.effect("shows the pictures of a result, and hands them to the model", () =>
    Effect.gen(function* () {
      const { events, reply, requests } = run([[call("1", "camera")], ["Nice."]])
      yield* reply
      const images = [{ mimeType: "image/png", base64: "AAAA" }]
      expect(events).toContainEqual({
        _tag: "Tool",
        call: {
          id: expect.stringMatching(/^tool_/u),
          tool: "camera",
          status: "completed",
          content: "a picture",
          images
        }
      })
      expect(requests[1]?.messages.at(-1)).toMatchObject({ outcomes: [{ images }] })
    })
  )

  it.effect("asks the person where the tool wants it; no answer is a no", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const allow =
        (allowed: boolean): AgentInput["consent"] =>
        (question) =>
          Effect.sync(() => {
            asked.push(question)
            return allowed ? "allowed" : "refused"
          })
      const script = [[call("1", "risky", { n: 1 })], ["So be it."]]
      const [yes, no, nobody] = [
        run(script, { consent: allow(true) }),
        run(script, { consent: allow(false) }),
        run(script)
      ]
      for (const { reply } of [yes, no, nobody]) yield* reply
      expect(asked).toEqual(
        Array.from({ length: 2 }, () => ({
          id: expect.stringMatching(/^tool_/u),
          tool: "risky",
          input: { n: 1 }
        }))
      )
      expect(yes.called).toEqual(['risky {"n":1}'])
      expect([no, nobody].map(({ called }) => called)).toEqual([[], []])
      expect(no.seen()[0]).toBe("risky error: Error: the person did not allow this call")
      expect(nobody.seen()[0]).toMatch(/^risky error: Error: .* this client cannot ask for it/u)
    })
  )

  it.effect("knows each call by an id of its own, whatever the model calls it", () =>
    Effect.gen(function* () {
      const { events, reply } = run([[call("", "quick"), call("", "quick")], [call("", "quick")], ["Done."]])
      yield* reply
      const ids = events.flatMap((event) => (event._tag === "Tool" ? [event.call.id] : []))
      expect(ids).toHaveLength(6)
      expect(new Set(ids).size).toBe(3)
    })
  )

  it.effect("runs four calls at a time, and sixteen of one step", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 18 }, (_, index) => call(String(index), "slow", { index }))
      const { called, reply, requests } = run([many, ["Done."]])
      const fiber = yield* Effect.fork(reply)
      yield* TestClock.adjust("500 millis")
      expect(called).toHaveLength(4)
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(fiber)
      expect(called).toHaveLength(16)
      const round = requests[1]?.messages.at(-1)
      expect(round?.role === "tools" && round.outcomes.map(({ failed }) => failed)).toEqual(
        many.map((_, index) => index >= 16)
      )
    })
  )

  it.effect("outlives a tool that dies, and arguments that no tool can take", () =>
    Effect.gen(function* () {
      const deep = `{"a": ${"[".repeat(5000)}${"]".repeat(5000)}}`
      const { reply, requests } = run([[call("1", "deadly"), call("2", "quick", deep)], ["Sorry."]])
      yield* reply
      const round = requests[1]?.messages.at(-1)
      expect(round?.role === "tools" && round.outcomes.map(({ text }) => text)).toEqual([
        "it failed inside the server",
        "its arguments are nested too deeply"
      ])
    }).pipe(Effect.provide(Logger.minimumLogLevel(LogLevel.None)))
  )

  it.effect("hands the model no more results than a context holds", () =>
    Effect.gen(function* () {
      const step = [call("1", "chatty"), call("2", "chatty")]
      const { reply, requests } = run([step, step, ["Done."]])
      yield* reply
      const texts = requests[2]?.messages.flatMap((message) =>
        message.role === "tools" ? message.outcomes.map(({ text }) => text.length) : []
      )
      expect(texts?.slice(0, 3)).toEqual([10_000, 10_000, 10_000])
      expect(texts?.[3]).toBeLessThan(2200)
    })
  )

  it.effect("has a bound: the model is told to answer, and given up if it calls on", () =>
    Effect.gen(function* () {
      const again = [call("1", "quick")]
      const obedient = run([again, again, again, ["Enough."]], { mostSteps: 2 })
      yield* obedient.reply
      expect(obedient.called).toHaveLength(2)
      expect(obedient.seen().at(-1)).toBe("Enough.")
      expect(obedient.requests[3]?.messages.at(-1)).toMatchObject({ outcomes: [{ failed: true }] })

      const stubborn = run([again, again, again, again], { mostSteps: 2 })
      const end = yield* Effect.either(stubborn.reply)
      expect(Either.isLeft(end) && end.left.message).toMatch(/went on calling tools after 2 steps/u)
      expect(stubborn.called).toHaveLength(2)
    })
  )

  it.effect("stops its calls when it is interrupted", () =>
    Effect.gen(function* () {
      const { called, reply } = run([[call("1", "slow"), call("2", "slow")], ["Done."]])
      const fiber = yield* Effect.fork(reply)
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(fiber)
      expect(called).toEqual(["slow {}", "slow {}", "slow cancelled", "slow cancelled"])
    })
  )

  it.effect("is a plain answer while there are no tools", () =>
    Effect.gen(function* () {
      const { llm, requests } = ScriptedLlm.make([["Hello."]])
      const mcp: McpClient = { ...toolbox().mcp, tools: Effect.succeed([]) }
      const events = yield* Stream.runCollect(
        ToolLoop.reply({ llm, mcp, mostSteps: 3, mostSeconds: 60 }, request, undefined)
      )
      expect(Chunk.toReadonlyArray(events)).toEqual([{ _tag: "Text", text: "Hello." }])
      expect(requests).toEqual([request])
    })
  )
})
