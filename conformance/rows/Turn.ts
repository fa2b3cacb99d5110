import { Effect } from "effect"
import { endless } from "../Mind.ts"
import { about, equal, holds } from "../Row.ts"
import * as Talk from "../Talk.ts"

const { good } = about("a turn")
const needs = ["mind", "voice"] as const

/** The messages that frame a turn, without its sentences. */
const frame = (turn: Talk.Messages) =>
  Talk.kinds(turn.filter(({ type }) => type !== "audio" && type !== "user-input-transcription"))

const whole = [
  "conversation-chain-start",
  "full-text Thinking...",
  "backend-synth-complete",
  "force-new-message",
  "conversation-chain-end"
]

export const rows = [
  good(
    "has each of its messages once, in order",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const text = subject.mind.when({ chunks: ["One is short. ", "Two is longer. ", "Three is last."] })
        const turn = [...(yield* talk.say(text)), ...(yield* talk.settle)]
        equal(frame(turn), whole, "the turn")
        equal(
          turn.findIndex(Talk.typed("backend-synth-complete")),
          turn.findLastIndex(Talk.typed("audio")) + 1,
          "the place of backend-synth-complete"
        )
      }),
    { needs }
  ),
  good(
    "delivers sentences in order, whichever is spoken first",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const sentences = ["Slowly comes the first. ", "The second is quick. ", "So is the third."]
        const turn = yield* talk.say(subject.mind.when({ chunks: sentences }))
        equal(
          Talk.texts(turn).map((text) => text.trim()),
          sentences.map((text) => text.trim()),
          "the sentences"
        )
      }),
    { needs }
  ),
  good(
    "sends the first sentence while the model still writes",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const unending = subject.mind.when(endless("More of it. ", 40))
        yield* talk.send({ type: "text-input", text: unending, images: [] })
        yield* talk.next("audio")
        holds(subject.mind.stub.log.chats.at(-1)?.aborted === false, "the model to be still writing")
        yield* talk.request({ type: "interrupt-signal", text: "" })
      }),
    { needs }
  ),
  good(
    "goes on where the voice fails: that sentence is silent",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const chunks = ["This is spoken. ", "Unspeakable things happen. ", "This is spoken too."]
        const turn = yield* talk.say(subject.mind.when({ chunks }))
        equal(
          Talk.ofType(turn, "audio").map(({ audio }) => audio !== null),
          [true, false, true],
          "sentences with sound"
        )
        equal(turn.filter(Talk.ended).length, 1, "ends")
      }),
    { needs }
  ),
  good(
    "keeps what was said, tells of it and ends when the model fails midway",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const history = yield* talk.begin
        const chunks = ["So far all is well. ", "And now it ", "breaks. ", "Never said."]
        const text = subject.mind.when({ chunks, breakAfter: 2, delayMs: 20 })
        const turn = yield* talk.say(text)
        equal(Talk.ofType(turn, "error").length, 1, "errors")
        equal(Talk.texts(turn)[0]?.trim(), "So far all is well.", "the first sentence")
        equal(Talk.kinds(turn).slice(-2), ["force-new-message", "conversation-chain-end"], "the end")
        const story = yield* talk.story(history)
        holds(
          story[1]?.startsWith("ai So far all is well."),
          `what was said in the history, got ${story.join(" | ")}`
        )
      }),
    { needs }
  ),
  good(
    "tells of a model that refuses, and ends",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const refuse = { status: 401, message: "that key is wrong" }
        const turn = yield* talk.say(subject.mind.when({ refuse }))
        equal(Talk.ofType(turn, "error").length, 1, "errors")
        equal(Talk.kinds(turn).slice(-2), ["force-new-message", "conversation-chain-end"], "the end")
      }),
    { needs: ["mind"] }
  ),
  good(
    "remembers the turn before",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        yield* talk.begin
        const first = subject.mind.when({ chunks: ["I like tea."] })
        const second = subject.mind.when({ chunks: ["I said so."] })
        yield* talk.say(first)
        yield* talk.say(second)
        const asked = JSON.stringify(subject.mind.asked(second)[0]?.body.messages)
        for (const text of [first, "I like tea."])
          holds(asked.includes(text), `"${text}" in what the model is asked`)
      }),
    { needs: ["mind"] }
  ),
  good(
    "of one client is nothing to another",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const other = yield* subject.connect()
        yield* talk.begin
        yield* other.begin
        const secret = subject.mind.when({ chunks: ["Our secret is safe."] })
        yield* talk.say(secret)
        equal(Talk.kinds(yield* other.settle), [], "what the other client hears")
        const text = subject.mind.when({ chunks: ["I know nothing."] })
        yield* other.say(text)
        const asked = JSON.stringify(subject.mind.asked(text)[0]?.body.messages)
        holds(!asked.includes("Our secret"), "no word of another client in what the model is asked")
      }),
    { needs: ["mind"] }
  )
]
