import { Effect } from "effect"
import { about, equal, holds } from "../Row.ts"
import * as Talk from "../Talk.ts"

const beat = about("heartbeat")
const call = about("mcp-tool-call")
const vad = about("adaptive-vad-control")
const status = about("tool_call_status")

export const rows = [
  beat.good("is acknowledged", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      yield* talk.send({ type: "heartbeat" })
      yield* talk.next("heartbeat-ack")
    })
  ),
  call.good(
    "runs one tool and answers with its result",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        yield* talk.send({
          type: "mcp-tool-call",
          tool_name: subject.tool.name,
          arguments: subject.tool.arguments
        })
        const answer = yield* talk.next("mcp-tool-response")
        equal(answer.tool_name, subject.tool.name, "tool_name")
        equal(answer.error, undefined, "error")
        holds(answer.result !== undefined, "a result")
      }),
    { needs: ["tool"] }
  ),
  call.bad("answers for a tool that there is none of with an error in the response", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      yield* talk.send({ type: "mcp-tool-call", tool_name: "no-such-tool" })
      const answer = yield* talk.next("mcp-tool-response")
      equal(answer.tool_name, "no-such-tool", "tool_name")
      holds(answer.error, "an error")
      equal(answer.result, undefined, "result")
    })
  ),
  status.good(
    "surrounds each call of a tool in a turn",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const { arguments: input, name } = subject.tool
        const text = subject.mind.when((time) =>
          time === 0
            ? { chunks: [], calls: [{ id: "call_1", name, arguments: JSON.stringify(input) }] }
            : { chunks: ["That is what it says."] }
        )
        const turn = yield* talk.say(text)
        const calls = Talk.ofType(turn, "tool_call_status")
        equal(
          calls.map(({ status, tool_name }) => `${tool_name} ${status}`),
          [`${name} running`, `${name} completed`],
          "the calls"
        )
        equal(calls[0]!.tool_id, calls[1]!.tool_id, "tool_id")
        holds(!Number.isNaN(Date.parse(calls[0]!.timestamp)), `ISO-8601, got ${calls[0]!.timestamp}`)
        equal(Talk.texts(turn).join("").trim(), "That is what it says.", "the answer")
      }),
    { needs: ["mind", "tool"] }
  ),
  vad.good(
    "answers each action",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        for (const [action, fields] of [
          ["start", { volume: 0.5 }],
          ["adjust", { volume: 0.8 }],
          ["reset", {}],
          ["stop", {}]
        ] as const) {
          yield* talk.send({ type: "adaptive-vad-control", action, ...fields })
          const answer = yield* talk.next("adaptive-vad-response")
          equal(answer.action, action, "action")
          equal(answer.success, true, `success of ${action}`)
        }
      }),
    { needs: ["vad"] }
  )
]
