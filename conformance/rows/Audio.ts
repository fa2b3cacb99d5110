import { Effect } from "effect"
import * as SocketTalk from "../../test/support/SocketTalk.ts"
import { about, equal, holds } from "../Row.ts"
import type { Subject } from "../Subject.ts"
import * as Talk from "../Talk.ts"

const { good } = about("audio")
const needs = ["mind", "voice"] as const

/** The sentences of a turn in which the model answers like this. */
const sentences = (subject: Subject, ...chunks: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const talk = yield* subject.connect()
    const turn = yield* talk.say(subject.mind.when({ chunks }))
    return Talk.ofType(turn, "audio")
  })

const spokenAs = (subject: Subject) => subject.mind.stub.log.speeches.map(({ body }) => body.input)

export const rows = [
  good(
    "is a whole WAV file of 16-bit samples, with a loudness for each 20 ms",
    (subject) =>
      Effect.gen(function* () {
        const [sentence] = yield* sentences(subject, "This is a sentence to be heard.")
        const pcm = SocketTalk.sound(sentence!)
        holds(!SocketTalk.isSilent(pcm), "sound")
        equal(sentence!.slice_length, 20, "slice_length")
        const slices = SocketTalk.slices(pcm)
        holds(
          Math.abs(sentence!.volumes.length - slices) <= 1,
          `${slices} volumes, one for each 20 ms, got ${sentence!.volumes.length}`
        )
        equal(Math.max(...sentence!.volumes), 1, "the loudest slice")
        holds(Math.min(...sentence!.volumes) >= 0, "no volume below 0")
        equal(sentence!.forwarded, false, "forwarded")
      }),
    { needs }
  ),
  good(
    "says who speaks, and what",
    (subject) =>
      Effect.gen(function* () {
        const [sentence] = yield* sentences(subject, "My name is on it.")
        equal(sentence!.display_text?.text.trim(), "My name is on it.", "display_text.text")
        holds(sentence!.display_text?.name !== "", "the character's name")
      }),
    { needs }
  ),
  good(
    "carries the avatar's expressions in their order, and does not speak their names",
    (subject) =>
      Effect.gen(function* () {
        const [sentence] = yield* sentences(subject, "[JOY] I am glad [sadness] and I am sorry.")
        equal(sentence!.actions?.expressions, [1, 2], "actions.expressions")
        const said = spokenAs(subject).find((text) => text.includes("glad")) ?? "nothing"
        holds(said.includes("sorry"), `the rest to be spoken, got "${said}"`)
        holds(!/joy|sadness/iu.test(said), `no keyword in what is spoken, got "${said}"`)
      }),
    { needs: ["mind", "voice", "files"] }
  ),
  good(
    "has no sound where there is no letter and no digit",
    (subject) =>
      Effect.gen(function* () {
        const silent = (yield* sentences(subject, "Here it comes. ", "?!... ", "That was it.")).filter(
          ({ audio }) => audio === null
        )
        for (const { volumes } of silent) equal(volumes, [], "volumes of a silent sentence")
        const said = spokenAs(subject)
        holds(!said.some((text) => !/[\p{L}\p{N}]/u.test(text)), "nothing without words to be spoken")
      }),
    { needs }
  ),
  good(
    "shows thoughts in parentheses and does not speak them",
    (subject) =>
      Effect.gen(function* () {
        const all = yield* sentences(
          subject,
          "<think>They want a joke.</think>",
          "Knock knock, who is there?"
        )
        const silent = all.filter(({ audio }) => audio === null)
        equal(
          silent.map(({ display_text }) => display_text?.text.trim()),
          ["(", "They want a joke.", ")"],
          "the silent sentences"
        )
        const said = spokenAs(subject)
        holds(said.includes("Knock knock, who is there?"), "the answer to be spoken")
        holds(!said.some((text) => text.includes("joke")), "no thought to be spoken")
      }),
    { needs }
  ),
  good(
    "leaves brackets, parentheses, asterisks and angle brackets unspoken, and shows them",
    (subject) =>
      Effect.gen(function* () {
        const text = "Well (quietly (very)) it *sighs* is [aside] what <b>it</b> is."
        const [sentence] = yield* sentences(subject, text)
        equal(sentence!.display_text?.text.trim(), text, "what is shown")
        const said = spokenAs(subject).find((text) => text.includes("Well")) ?? ""
        for (const left of ["quietly", "very", "sighs", "aside"])
          holds(!said.includes(left), `"${left}" not to be spoken, got "${said}"`)
        holds(said.includes("what"), `the rest to be spoken, got "${said}"`)
      }),
    { needs }
  )
]
