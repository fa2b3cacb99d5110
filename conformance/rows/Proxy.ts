import { Effect } from "effect"
import { about, equal, holds } from "../Row.ts"
import * as Mind from "../Mind.ts"
import * as Talk from "../Talk.ts"

const { good, bad } = about("/proxy-ws")
const proxy = { needs: ["proxy"] } as const
const answered = { needs: ["proxy", "mind"] } as const

const textInput = (text: string) => ({ type: "text-input", text, images: [] })
const played = { type: "frontend-playback-complete" }

const shown = (messages: Talk.Messages) =>
  Talk.ofType(messages, "user-input-transcription").map(({ text }) => text)

export const rows = [
  good(
    "greets every client, and all have the same client_uid",
    (subject) =>
      Effect.gen(function* () {
        const [one, two] = [yield* subject.share, yield* subject.share]
        for (const { opening } of [one, two]) {
          const [model] = Talk.ofType(opening, "set-model-and-conf")
          holds(model !== undefined, "set-model-and-conf")
        }
        equal(two.clientUid, one.clientUid, "the second client's client_uid")
      }),
    proxy
  ),
  good(
    "sends the answer to all, and the text to the others before it",
    (subject) =>
      Effect.gen(function* () {
        const [one, two] = [yield* subject.share, yield* subject.share]
        const text = subject.mind.when({ chunks: ["Hello all."] })
        const own = yield* one.say(text)
        const others = yield* two.until("conversation-chain-end", Talk.ended)
        equal(shown(own), [], "what the sender is shown")
        equal(shown(others), [text], "what the other is shown")
        const kinds = Talk.kinds(others)
        holds(
          kinds.indexOf("user-input-transcription") < kinds.indexOf("conversation-chain-start"),
          "the text before the turn"
        )
        equal(Talk.texts(others), Talk.texts(own), "the sentences")
      }),
    answered
  ),
  good(
    "answers one text at a time",
    (subject) =>
      Effect.gen(function* () {
        const [one, two] = [yield* subject.share, yield* subject.share]
        const [first, second] = [
          subject.mind.when({ chunks: ["First."] }),
          subject.mind.when({ chunks: ["Second."] })
        ]
        yield* one.send(textInput(first))
        yield* two.until("conversation-chain-start", Talk.control("conversation-chain-start"))
        yield* two.send(textInput(second))
        const before = yield* one.until("backend-synth-complete", Talk.typed("backend-synth-complete"))
        equal(Talk.texts(before), ["First."], "what is said before playback")
        yield* two.send(played)
        yield* one.until("conversation-chain-end", Talk.ended)
        const after = yield* one.until("backend-synth-complete", Talk.typed("backend-synth-complete"))
        equal(Talk.texts(after), ["Second."], "what is said then")
        equal(shown(after), [second], "what the first client is shown")
        yield* one.send(played)
        yield* one.until("conversation-chain-end", Talk.ended)
      }),
    answered
  ),
  good(
    "goes on with the next text after an interrupt-signal by anybody",
    (subject) =>
      Effect.gen(function* () {
        const [one, two] = [yield* subject.share, yield* subject.share]
        const first = subject.mind.when(Mind.endless("On and on. "))
        const second = subject.mind.when({ chunks: ["Done."] })
        yield* one.send(textInput(first))
        yield* one.until("audio", Talk.typed("audio"))
        yield* one.send(textInput(second))
        yield* two.send({ type: "interrupt-signal", text: "" })
        const rest = yield* one.until("backend-synth-complete", Talk.typed("backend-synth-complete"))
        equal(Talk.texts(rest).at(-1), "Done.", "the last sentence")
        yield* one.send(played)
        yield* one.until("conversation-chain-end", Talk.ended)
      }),
    answered
  ),
  good(
    "answers other requests at once, to everybody",
    (subject) =>
      Effect.gen(function* () {
        const [one, two] = [yield* subject.share, yield* subject.share]
        yield* one.send({ type: "fetch-configs" })
        const [own, others] = [yield* one.next("config-files"), yield* two.next("config-files")]
        equal(others, own, "what the other client gets")
      }),
    proxy
  ),
  good(
    "opens a new session after the last client has left, again and again",
    (subject) =>
      Effect.gen(function* () {
        const uids = new Set<string>()
        for (let round = 0; round < 3; round++) {
          const uid = yield* Effect.scoped(
            Effect.gen(function* () {
              const [one, two] = [yield* subject.share, yield* subject.share]
              yield* one.say(subject.mind.when({ chunks: ["Hello again."] }))
              yield* two.until("conversation-chain-end", Talk.ended)
              return one.clientUid
            })
          )
          // Closing a connection takes a moment to be noticed.
          yield* Effect.sleep("300 millis")
          uids.add(uid)
        }
        equal(uids.size, 3, "sessions")
      }),
    answered
  ),
  bad(
    "tells a text too many to its sender",
    (subject) =>
      Effect.gen(function* () {
        const one = yield* subject.share
        yield* one.send(textInput(subject.mind.when(Mind.endless("On and on. "))))
        yield* one.until("audio", Talk.typed("audio"))
        for (let count = 0; count < 1000; count++) yield* one.send(textInput("And this?"))
        yield* one.until("error", Talk.typed("error"))
      }),
    answered
  ),
  bad(
    "answers what it cannot read to its sender alone, and goes on",
    (subject) =>
      Effect.gen(function* () {
        const [one, two] = [yield* subject.share, yield* subject.share]
        yield* one.send("{")
        yield* one.next("error")
        yield* one.send({ type: "fetch-configs" })
        const others = yield* two.until("config-files", Talk.typed("config-files"))
        equal(Talk.ofType(others, "error"), [], "errors that the other client gets")
      }),
    proxy
  )
]
