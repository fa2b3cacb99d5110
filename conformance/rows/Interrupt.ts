import { Effect } from "effect"
import { endless } from "../Mind.ts"
import { about, equal, holds } from "../Row.ts"
import type { Subject } from "../Subject.ts"
import * as Talk from "../Talk.ts"

const { bad, good } = about("interrupt-signal")
const needs = ["mind"] as const

/** A client in a turn that would never end by itself, with its first sentence. */
const inTurn = (subject: Subject) =>
  Effect.gen(function* () {
    const talk = yield* subject.connect()
    const history = yield* talk.begin
    const text = subject.mind.when((time) => (time === 0 ? endless("There is always more. ") : {}))
    yield* talk.send({ type: "text-input", text, images: [] })
    yield* talk.next("audio")
    return { talk, history, text }
  })

const interrupt = (talk: Talk.Talk, heard: string) => talk.request({ type: "interrupt-signal", text: heard })

export const rows = [
  good(
    "stops the turn: nothing more of it comes, and the model's request is aborted",
    (subject) =>
      Effect.gen(function* () {
        const { talk, text } = yield* inTurn(subject)
        yield* interrupt(talk, "There is")
        yield* Effect.sleep("300 millis")
        equal(Talk.kinds(yield* talk.settle), [], "what comes after the end")
        holds(subject.mind.asked(text)[0]!.aborted, "the request to be aborted")
      }),
    { needs }
  ),
  good(
    "leaves what was heard and a mark in the history and in the memory, without an ellipsis",
    (subject) =>
      Effect.gen(function* () {
        const { history, talk, text } = yield* inTurn(subject)
        yield* interrupt(talk, "There is always")
        equal(yield* talk.story(history), [`human ${text}`, "ai There is always"], "the history")
        const next = subject.mind.when({ chunks: ["Of course."] })
        yield* talk.say(next)
        const asked = subject.mind.asked(next)[0]!.body.messages.map(({ content }) => content)
        const at = asked.indexOf("There is always")
        holds(at > 0, `"There is always" in what the model is asked, got ${JSON.stringify(asked)}`)
        equal(asked[at + 1], "[Interrupted by user]", "what follows it")
      }),
    { needs }
  ),
  good(
    "stores no message of the character where nothing was heard",
    (subject) =>
      Effect.gen(function* () {
        const { history, talk, text } = yield* inTurn(subject)
        yield* interrupt(talk, "")
        equal(yield* talk.story(history), [`human ${text}`], "the history")
      }),
    { needs }
  ),
  bad(
    "does nothing the second time",
    (subject) =>
      Effect.gen(function* () {
        const { history, talk, text } = yield* inTurn(subject)
        yield* interrupt(talk, "There is")
        equal(
          Talk.kinds(yield* talk.request({ type: "interrupt-signal", text: "There is always more." })),
          [],
          "answers"
        )
        equal(yield* talk.story(history), [`human ${text}`, "ai There is"], "the history")
      }),
    { needs }
  ),
  bad("does nothing where no turn runs", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      equal(Talk.kinds(yield* talk.request({ type: "interrupt-signal", text: "Hello" })), [], "answers")
      equal(Talk.kinds(yield* talk.request({ type: "interrupt-signal" })), [], "answers")
    })
  )
]
