import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import type { AgentEvent, AgentInput } from "../../src/agent/Agent.ts"
import { ask, end, played, ready, says, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

/** An agent that asks before it says anything. */
const asking = (input: AgentInput) =>
  Stream.fromEffect(input.consent!({ id: "t1", tool: "door", input: { open: true } })).pipe(
    Stream.flatMap((allowed) =>
      says({ allowed: "It is open.", refused: "I may not.", "cannot-ask": "Nobody was asked." }[allowed])
    )
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
        expect(texts(client)).toEqual(["allowed refused."])
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
        expect(texts(client)).toEqual(["Nobody was asked."])
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
