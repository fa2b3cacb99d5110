import { Effect } from "effect"
import { endless } from "../Mind.ts"
import { about, equal, holds } from "../Row.ts"
import * as Talk from "../Talk.ts"

const { bad, good } = about("text-input")

const mind = { needs: ["mind"] } as const

export const rows = [
  good(
    "starts a turn, which the character answers",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const text = subject.mind.when({ chunks: ["The sky is clear tonight."] })
        const turn = yield* talk.say(text)
        equal(Talk.texts(turn).join("").trim(), "The sky is clear tonight.", "what is shown")
      }),
    mind
  ),
  good(
    "takes images that are null, absent or none",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const text = subject.mind.when({ chunks: ["Yes."] })
        for (const fields of [{}, { images: null }, { images: [] }]) {
          const turn = yield* talk.turn({ type: "text-input", text, ...fields })
          equal(Talk.ofType(turn, "error"), [], "errors")
        }
      }),
    mind
  ),
  good(
    "shows the model the images",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const text = subject.mind.when({ chunks: ["A picture."] })
        const data = "data:image/png;base64,aGVsbG8="
        for (const source of ["camera", "screen", "clipboard", "upload"]) {
          yield* talk.turn({ type: "text-input", text, images: [{ source, data, mime_type: "image/png" }] })
          const asked = JSON.stringify(subject.mind.asked(text).at(-1)?.body.messages.at(-1))
          holds(asked.includes("aGVsbG8="), `the picture of the ${source} in what the model is asked`)
        }
      }),
    mind
  ),
  good(
    "interrupts the turn that runs, which ends before the new one starts",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const unending = subject.mind.when(endless("And so on. "))
        const brief = subject.mind.when({ chunks: ["Here I am."] })
        yield* talk.send({ type: "text-input", text: unending, images: [] })
        yield* talk.next("audio")
        const turn = yield* talk.say(brief)
        const rest = [...turn, ...(yield* talk.settle)]
        const starts = rest.findIndex(Talk.control("conversation-chain-start"))
        const ends = rest.flatMap((message, at) => (Talk.ended(message) ? [at] : []))
        holds(
          ends.filter((end) => end > starts).length === 1,
          "no conversation-chain-end of the old turn after the new conversation-chain-start"
        )
        const after = Talk.texts(rest.slice(starts)).join("")
        equal(after.trim(), "Here I am.", "what the new turn shows")
        holds(subject.mind.asked(unending)[0]?.aborted, "the old turn's request to the model to be aborted")
      }),
    { needs: ["mind"] }
  )
]

/** What may spoil a server for all that comes after: tried last. */
export const last = [
  bad(
    "takes the emptiest text without harm",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        for (const text of ["", " ", "\u0000", "\uD800", "…"]) {
          yield* talk.send({ type: "text-input", text, images: [] })
          yield* talk.send({ type: "interrupt-signal", text: "" })
          yield* talk.settle
        }
        const turn = yield* talk.say(subject.mind.when({ chunks: ["Still here."] }))
        equal(Talk.texts(turn).join("").trim(), "Still here.", "what is shown")
      }),
    mind
  )
]
