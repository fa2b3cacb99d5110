import { Effect } from "effect"
import { about, equal, holds } from "../Row.ts"
import type { Subject } from "../Subject.ts"
import * as Talk from "../Talk.ts"

const beat = about("heartbeat")
const call = about("mcp-tool-call")
const vad = about("adaptive-vad-control")
const status = about("tool_call_status")
const waking = about("wake-word-state")

/** Talks to the character that waits for its wake word. */
const withSleeper = (subject: Subject) =>
  Effect.gen(function* () {
    const talk = yield* subject.connect()
    yield* talk.send({ type: "switch-config", file: "sleeper.yaml" })
    yield* talk.next("config-switched")
    return talk
  })

const type = (text: string) => ({ type: "text-input", text, images: [] })

const stateOf = (messages: Talk.Messages) =>
  Talk.ofType(messages, "wake-word-state").map(
    ({ action, advertisement_control: { control_action, should_show_ads }, current_state }) =>
      [action, current_state, should_show_ads, control_action].join(" ")
  )

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
  waking.good(
    "tells a client that asks when the character is called, left, and when others are spoken to",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* withSleeper(subject)
        yield* talk.send({ type: "use-extensions", wake_word_state: true })
        equal(stateOf([yield* talk.next("wake-word-state")]), ["sleep listening true start_ads"], "at first")
        const ignored = yield* talk.turn(type("What is on tonight?"))
        equal(stateOf(ignored), ["ignored listening true start_ads"], "without the wake word")
        equal(Talk.texts(ignored), [], "the answer without the wake word")
        const woken = yield* talk.turn(type("Sleeper, hello!"))
        equal(stateOf(woken), ["wake_up active false stop_ads"], "with the wake word")
        holds(Talk.texts(woken).length > 0, "an answer to what was said with the wake word")
        const [state] = Talk.ofType(woken, "wake-word-state")
        equal([state?.matched_word, state?.language], ["Sleeper", "en"], "the word and its language")
        equal(state?.client_uid, talk.clientUid, "client_uid")
        const further = yield* talk.turn(type("And how are you?"))
        holds(Talk.texts(further).length > 0, "an answer while it is active")
        const left = yield* talk.turn(type("Good night, sleeper"))
        equal(stateOf(left), ["sleep listening true start_ads"], "with the end word")
        const { end_count, ignored_count, wake_count } = Talk.ofType(left, "wake-word-state")[0]!.stats
        equal([wake_count, end_count, ignored_count], [1, 1, 1], "the counts")
      }),
    { needs: ["mind", "wake"] }
  ),
  waking.good(
    "is not sent to a client that has not asked",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* withSleeper(subject)
        equal(Talk.kinds(yield* talk.turn(type("What is on?"))), ["conversation-chain-end"], "what came")
      }),
    { needs: ["wake"] }
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
