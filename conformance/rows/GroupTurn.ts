import { Effect } from "effect"
import { endless } from "../Mind.ts"
import { about, equal, holds } from "../Row.ts"
import { speak } from "../Subject.ts"
import type { Subject } from "../Subject.ts"
import * as Talk from "../Talk.ts"

const { bad, good } = about("a group's turn")
const needs = ["mind", "voice"] as const

/** Two greeted clients in one group, each in a conversation of its own. */
const pair = Effect.fnUntraced(function* (subject: Subject) {
  const one = yield* subject.connect()
  const other = yield* subject.connect()
  const histories = [yield* one.begin, yield* other.begin] as const
  yield* one.send({ type: "add-client-to-group", invitee_uid: other.clientUid })
  for (const talk of [one, other])
    yield* talk.until(
      "group-update",
      (message) => message.type === "group-update" && message.members.length === 2
    )
  yield* Effect.forEach([one, other], (talk) => talk.settle)
  return { one, other, histories }
})

const say = (talk: Talk.Talk, text: string) => talk.send({ type: "text-input", text, images: [] })
const stop = (talk: Talk.Talk, heard = "") => talk.send({ type: "interrupt-signal", text: heard })
const played = { type: "frontend-playback-complete" }
const started = Talk.control("conversation-chain-start")
const interrupted = Talk.typed("interrupt-signal")
const synthesized = Talk.typed("backend-synth-complete")

const own = (messages: Talk.Messages) => Talk.ofType(messages, "audio").filter(({ forwarded }) => !forwarded)

/** Waits until one of the two speaks and has got all of its sound, and says who. */
const speaker = (one: Talk.Talk, other: Talk.Talk) =>
  Effect.raceFirst(
    Effect.map(one.until("backend-synth-complete", synthesized), (heard) => ({
      speaker: one,
      listener: other,
      heard
    })),
    Effect.map(other.until("backend-synth-complete", synthesized), (heard) => ({
      speaker: other,
      listener: one,
      heard
    }))
  )

export const rows = [
  good(
    "begins for all: the others see what was said, and that somebody thinks",
    (subject) =>
      Effect.gen(function* () {
        const { one, other } = yield* pair(subject)
        const text = subject.mind.when(endless("There is more. "))
        yield* say(one, text)
        const seen = yield* other.until("conversation-chain-start", started)
        equal(
          Talk.ofType(seen, "user-input-transcription").map((message) => message.text),
          [text],
          "what the other is told"
        )
        equal(
          Talk.ofType(yield* other.until("full-text", Talk.typed("full-text")), "full-text").map(
            ({ text }) => text
          ),
          ["Thinking..."],
          "the status"
        )
        equal(
          Talk.ofType(yield* one.until("conversation-chain-start", started), "user-input-transcription"),
          [],
          "what the one who typed it is told"
        )
        yield* stop(one)
      }),
    { needs }
  ),
  good(
    "gives its sound to the speaker's client alone; the others see it once that plays it",
    (subject) =>
      Effect.gen(function* () {
        const { one, other } = yield* pair(subject)
        yield* say(one, subject.mind.when({ chunks: ["Only one of us hears this."] }))
        const { heard, listener, speaker: client } = yield* speaker(one, other)
        equal(Talk.texts(own(heard)), ["Only one of us hears this."], "what the speaker's client gets")
        equal(Talk.ofType(yield* listener.settle, "audio"), [], "the other's audio before it is played")
        const display_text = own(heard)[0]!.display_text!
        yield* client.send({ type: "audio-play-start", display_text, forwarded: true })
        const relayed = yield* listener.next("audio")
        equal(
          { ...relayed, display_text: relayed.display_text?.text },
          {
            type: "audio",
            audio: null,
            volumes: [],
            slice_length: 20,
            display_text: display_text.text,
            actions: null,
            forwarded: true
          },
          "what the other gets then"
        )
        yield* stop(one)
      }),
    { needs }
  ),
  good(
    "goes on to the next character, which hears what it has not heard, with names",
    (subject) =>
      Effect.gen(function* () {
        const { one, other } = yield* pair(subject)
        const text = subject.mind.when({ chunks: ["That is a good question."] })
        yield* say(one, text)
        const first = yield* speaker(one, other)
        yield* first.speaker.send(played)
        for (const talk of [first.speaker, first.listener]) {
          const seen = Talk.kinds(yield* talk.until("conversation-chain-end", Talk.ended))
          equal(seen.slice(-2), ["force-new-message", "conversation-chain-end"], "how it ends")
        }
        const second = yield* speaker(first.speaker, first.listener)
        holds(second.speaker === first.listener, "the other character to speak")
        const asked = subject.mind.asked(text).map((chat) => chat.text)
        const name = own(first.heard)[0]!.display_text!.name
        equal(asked[0]?.endsWith(`: ${text}`), true, `what the first is asked, ${asked[0]},`)
        equal(asked[1], `${asked[0]}\n${name}: That is a good question.`, "what the second is asked")
        yield* stop(one)
      }),
    { needs }
  ),
  good(
    "is in every member's conversation, line by line",
    (subject) =>
      Effect.gen(function* () {
        const { histories, one, other } = yield* pair(subject)
        const text = subject.mind.when((time) => ({
          chunks: [time === 0 ? "I speak first." : "And I am next."]
        }))
        yield* say(one, text)
        const first = yield* speaker(one, other)
        yield* first.speaker.send(played)
        const second = yield* speaker(one, other)
        // In the middle of its playback: the other has not said that it was heard.
        yield* stop(second.speaker, "And I")
        yield* Effect.forEach([one, other], (talk) => talk.until("interrupt-signal", interrupted))
        const lines = [`human ${text}`, "ai I speak first.", "ai And I"]
        equal(yield* one.story(histories[0]), lines, "the conversation of the first client")
        equal(yield* other.story(histories[1]), lines, "the conversation of the second client")
      }),
    { needs }
  ),
  good(
    "is stopped by any member, once; everybody is told, and nothing more comes",
    (subject) =>
      Effect.gen(function* () {
        const { one, other } = yield* pair(subject)
        const text = subject.mind.when((time) => (time === 0 ? endless("There is always more. ") : {}))
        yield* say(one, text)
        yield* Effect.raceFirst(one.next("audio"), other.next("audio"))
        yield* stop(other, "There is")
        yield* stop(one, "There")
        for (const talk of [one, other]) yield* talk.until("interrupt-signal", interrupted)
        yield* Effect.sleep("300 millis")
        for (const talk of [one, other]) equal(Talk.kinds(yield* talk.settle), [], "what comes after the end")
        holds(subject.mind.asked(text)[0]!.aborted, "the model's request to be aborted")
      }),
    { needs }
  ),
  good(
    "begins with what is spoken, too",
    (subject) =>
      Effect.gen(function* () {
        const { one, other } = yield* pair(subject)
        yield* speak(one, "mic-audio-data")
        yield* one.send({ type: "mic-audio-end", images: [] })
        const heard = yield* one.next("user-input-transcription")
        equal((yield* other.next("user-input-transcription")).text, heard.text, "what the other is told")
        yield* stop(other)
        yield* other.until("interrupt-signal", interrupted)
      }),
    { needs: [...needs, "ears"] }
  ),
  good(
    "goes on without a member that leaves in the middle of its speech",
    (subject) =>
      Effect.gen(function* () {
        const { one, other } = yield* pair(subject)
        const third = yield* subject.connect()
        yield* one.send({ type: "add-client-to-group", invitee_uid: third.clientUid })
        for (const talk of [one, other, third])
          yield* talk.until(
            "group-update",
            (message) => message.type === "group-update" && message.members.length === 3
          )
        const text = subject.mind.when((time) =>
          time === 0 ? endless("I talk and talk. ") : { chunks: ["Now it is my turn."] }
        )
        yield* say(one, text)
        const all = [one, other, third]
        const leaver = yield* Effect.raceAll(all.map((talk) => Effect.as(talk.next("audio"), talk)))
        leaver.client.socket.close()
        const rest = all.filter((talk) => talk !== leaver)
        const heard = yield* Effect.raceAll(rest.map((talk) => talk.next("audio")))
        equal(heard.display_text?.text, "Now it is my turn.", "what is said next")
        yield* stop(rest[0]!)
      }),
    { needs }
  ),
  bad(
    "is interrupted by a new message of any member, which is answered",
    (subject) =>
      Effect.gen(function* () {
        const { one, other } = yield* pair(subject)
        const answered = { chunks: ["Here is my answer."] }
        const endsOnce = (time: number) => (time === 0 ? endless("There is no end to this. ") : answered)
        yield* say(one, subject.mind.when(endsOnce))
        yield* Effect.raceFirst(one.next("audio"), other.next("audio"))
        yield* say(other, subject.mind.when(answered))
        for (const talk of [one, other]) yield* talk.until("interrupt-signal", interrupted)
        const { heard } = yield* speaker(one, other)
        equal(Talk.texts(own(heard)), ["Here is my answer."], "what is said then")
        yield* stop(one)
      }),
    { needs }
  )
]
