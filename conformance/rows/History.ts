import { Effect } from "effect"
import { endless } from "../Mind.ts"
import { about, equal, holds } from "../Row.ts"
import * as Talk from "../Talk.ts"

const list = about("fetch-history-list")
const create = about("create-new-history")
const load = about("fetch-and-set-history")
const remove = about("delete-history")
const needs = ["mind"] as const

const uid = /^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_[0-9a-f]{32}$/u
const isoSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/u
const unknown = "2020-01-01_00-00-00_00000000000000000000000000000000"

const histories = (talk: Talk.Talk) =>
  Effect.zipRight(
    talk.send({ type: "fetch-history-list" }),
    Effect.map(talk.next("history-list"), ({ histories }) => histories)
  )

export const rows = [
  create.good("answers with an id made of the time and 32 hex digits", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      const created = yield* talk.begin
      holds(uid.test(created), `YYYY-MM-DD_HH-MM-SS_<32 hex>, got ${created}`)
      holds(created !== (yield* talk.begin), "another id for another conversation")
    })
  ),
  create.good(
    "starts a conversation in which the character remembers nothing",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        yield* talk.begin
        yield* talk.say(subject.mind.when({ chunks: ["I like tea."] }))
        yield* talk.begin
        const text = subject.mind.when({ chunks: ["Who are you?"] })
        yield* talk.say(text)
        const asked = JSON.stringify(subject.mind.asked(text)[0]!.body.messages)
        holds(!asked.includes("I like tea."), "nothing of the conversation before")
      }),
    { needs }
  ),
  list.good(
    "lists conversations with something in them, newest first, with their latest message",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const first = yield* talk.begin
        yield* talk.say(subject.mind.when({ chunks: ["Older."] }))
        const second = yield* talk.begin
        yield* talk.say(subject.mind.when({ chunks: ["Newer."] }))
        const empty = yield* talk.begin
        const listed = yield* histories(talk)
        equal(
          listed.slice(0, 2).map(({ uid }) => uid),
          [second, first],
          "the first two"
        )
        holds(!listed.some(({ uid }) => uid === empty), "no conversation in which nothing was said")
        equal(listed[0]!.latest_message.role, "ai", "the role of the latest message")
        equal(listed[0]!.latest_message.content.trim(), "Newer.", "the latest message")
        holds(isoSeconds.test(listed[0]!.timestamp), `ISO-8601 to the second, got ${listed[0]!.timestamp}`)
      }),
    { needs }
  ),
  load.good(
    "gives its messages, and the character remembers it",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const history = yield* talk.begin
        const said = subject.mind.when({ chunks: ["I like tea."] })
        yield* talk.say(said)
        yield* talk.begin
        yield* talk.send({ type: "fetch-and-set-history", history_uid: history })
        const { messages } = yield* talk.next("history-data")
        equal(
          messages.map(({ content, role }) => `${role} ${content.trim()}`),
          [`human ${said}`, "ai I like tea."],
          "the messages"
        )
        for (const { timestamp } of messages)
          holds(isoSeconds.test(timestamp), `ISO-8601 to the second, got ${timestamp}`)
        const text = subject.mind.when({ chunks: ["Tea, of course."] })
        yield* talk.say(text)
        const asked = JSON.stringify(subject.mind.asked(text)[0]!.body.messages)
        holds(asked.includes("I like tea."), "what was said in what the model is asked")
      }),
    { needs }
  ),
  load.good(
    "shows no system messages",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const history = yield* talk.begin
        const text = subject.mind.when(endless("On and on. "))
        yield* talk.send({ type: "text-input", text, images: [] })
        yield* talk.next("audio")
        yield* talk.request({ type: "interrupt-signal", text: "On" })
        equal(yield* talk.story(history), [`human ${text}`, "ai On"], "the messages")
      }),
    { needs }
  ),
  load.bad(
    "refuses an unknown conversation; the current one stays",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const history = yield* talk.begin
        for (const history_uid of [unknown, "../../conf", "", "%"]) {
          const answer = yield* talk.request({ type: "fetch-and-set-history", history_uid })
          equal(
            answer.map(({ type }) => type),
            ["error"],
            "the answer"
          )
        }
        yield* talk.say(subject.mind.when({ chunks: ["Still in it."] }))
        const story = yield* talk.story(history)
        equal(story.at(-1)?.trim(), "ai Still in it.", "the end of the current conversation")
      }),
    { needs }
  ),
  remove.good(
    "deletes it, and says so",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const history_uid = yield* talk.begin
        yield* talk.say(subject.mind.when({ chunks: ["Soon gone."] }))
        yield* talk.begin
        const answer = yield* talk.request({ type: "delete-history", history_uid })
        equal(answer, [{ type: "history-deleted", success: true, history_uid }], "the answer")
        holds(!(yield* histories(talk)).some(({ uid }) => uid === history_uid), "it to be in no list")
      }),
    { needs }
  ),
  remove.good(
    "leaves the session without a conversation when it deletes the current one",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const history_uid = yield* talk.begin
        yield* talk.say(subject.mind.when({ chunks: ["Soon gone."] }))
        yield* talk.request({ type: "delete-history", history_uid })
        const turn = yield* talk.say(subject.mind.when({ chunks: ["Said to nobody's memory."] }))
        holds(Talk.texts(turn).length > 0, "an answer all the same")
        holds(!(yield* histories(talk)).some(({ uid }) => uid === history_uid), "it not to come back")
      }),
    { needs }
  ),
  remove.bad("says that it had nothing to delete", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      const answer = yield* talk.request({ type: "delete-history", history_uid: unknown })
      equal(answer, [{ type: "history-deleted", success: false, history_uid: unknown }], "the answer")
    })
  )
]
