import { Effect } from "effect"
import { about, equal } from "../Row.ts"
import * as Talk from "../Talk.ts"

const complete = about("frontend-playback-complete")
const start = about("audio-play-start")

export const rows = [
  complete.good(
    "ends the turn, with or without a request_id",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        for (const fields of [{}, { request_id: "one" }]) {
          const text = subject.mind.when({ chunks: ["Play this."] })
          yield* talk.send({ type: "text-input", text, images: [] })
          yield* talk.next("backend-synth-complete")
          equal(Talk.kinds(yield* talk.settle), [], "what comes before playback is complete")
          yield* talk.send({ type: "frontend-playback-complete", ...fields })
          equal(
            Talk.kinds(yield* talk.until("the turn's end", Talk.ended)),
            ["force-new-message", "conversation-chain-end"],
            "what comes after"
          )
        }
      }),
    { needs: ["mind", "voice"] }
  ),
  complete.bad("does nothing where nothing plays", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      equal(Talk.kinds(yield* talk.request({ type: "frontend-playback-complete" })), [], "answers")
    })
  ),
  start.bad("is ignored outside a group, for silent sentences too", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      const display_text = { text: "(", name: "Hana", avatar: "" }
      for (const fields of [{ display_text }, { display_text: null }, {}]) {
        const answer = yield* talk.request({ type: "audio-play-start", ...fields, forwarded: true })
        equal(Talk.kinds(answer), [], "answers")
      }
    })
  )
]
