import { Effect } from "effect"
import { about, equal, holds } from "../Row.ts"
import { inSilence, silence, speak } from "../Subject.ts"
import * as Talk from "../Talk.ts"

const data = about("mic-audio-data")
const end = about("mic-audio-end")
const raw = about("raw-audio-data")

const heard = (turn: Talk.Messages) => Talk.ofType(turn, "user-input-transcription").map(({ text }) => text)

const ears = ["ears", "mind"] as const

export const rows = [
  data.good(
    "is collected without an answer until the end of the utterance",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        yield* speak(talk, "mic-audio-data")
        equal(Talk.kinds(yield* talk.settle), [], "answers")
      }),
    { needs: ["ears"] }
  ),
  data.bad("takes samples of any number and none", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      for (const audio of [[], [0], [1e9, -1e9], silence(1)])
        yield* talk.send({ type: "mic-audio-data", audio })
      equal(Talk.kinds(yield* talk.settle), [], "answers")
    })
  ),
  end.good(
    "has the utterance transcribed and answered",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        yield* speak(talk, "mic-audio-data")
        const turn = yield* talk.turn({ type: "mic-audio-end", images: [] })
        equal(heard(turn).length, 1, "transcriptions")
        holds(/hear me/iu.test(heard(turn)[0]!), `"can you hear me", got "${heard(turn)[0]}"`)
        holds(Talk.texts(turn).length > 0, "an answer")
        const order = Talk.kinds(turn)
        equal(order[0], "conversation-chain-start", "the first message")
        holds(
          order.indexOf("user-input-transcription") < turn.findIndex(Talk.typed("audio")),
          "the transcription before the answer"
        )
      }),
    { needs: ears }
  ),
  end.bad(
    "ends the turn when nothing has been said",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        yield* talk.send({ type: "mic-audio-end", images: [] })
        yield* talk.until("the turn's end", Talk.ended)
        yield* talk.send({ type: "mic-audio-data", audio: silence(1) })
        yield* talk.send({ type: "mic-audio-end", images: [] })
        const turn = yield* talk.until("the turn's end", Talk.ended)
        equal(Talk.texts(turn), [], "what the character answers to silence")
      }),
    { needs: ["ears"] }
  ),
  raw.good(
    "is watched for speech: its start interrupts, its end asks for the answer",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        yield* speak(talk, "raw-audio-data", inSilence)
        const seen = yield* talk.until("control mic-audio-end", Talk.control("mic-audio-end"))
        equal(Talk.kinds(seen), ["interrupt", "mic-audio-end"], "what the server says")
        const turn = yield* talk.turn({ type: "mic-audio-end", images: [] })
        holds(/hear me/iu.test(heard(turn)[0] ?? ""), `"can you hear me", got "${heard(turn)[0]}"`)
      }),
    { needs: ["vad", "ears", "mind"] }
  ),
  raw.good(
    "says nothing of silence",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        yield* speak(talk, "raw-audio-data", silence(3))
        equal(Talk.kinds(yield* talk.settle), [], "answers")
      }),
    { needs: ["vad"] }
  )
]
