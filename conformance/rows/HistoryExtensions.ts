import { Effect } from "effect"
import { about, equal, holds } from "../Row.ts"
import type { Subject } from "../Subject.ts"
import type * as Talk from "../Talk.ts"

const list = about("fetch-history-list", "history_pages")
const search = about("search-histories", "history_search")
const rename = about("rename-history", "history_titles")
const load = about("fetch-and-set-history", "history_messages")
const earlier = about("fetch-history-messages", "history_messages")
const needs = ["mind"] as const

const unknown = "2020-01-01_00-00-00_00000000000000000000000000000000"

/** A conversation with as many turns as answers, and what was said in it, as `role content` lines. */
const conversation = Effect.fnUntraced(function* (
  subject: Subject,
  talk: Talk.Talk,
  answers: ReadonlyArray<string>
) {
  const uid = yield* talk.begin
  const lines: Array<string> = []
  for (const answer of answers) {
    const text = subject.mind.when({ chunks: [answer] })
    yield* talk.say(text)
    lines.push(`human ${text}`, `ai ${answer}`)
  }
  return { uid, lines }
})

const linesOf = (messages: ReadonlyArray<{ readonly role: string; readonly content: string }>) =>
  messages.map(({ content, role }) => `${role} ${content.trim()}`)

/** Fails unless each message is answered by an error and nothing else. */
const refused = Effect.fnUntraced(function* (talk: Talk.Talk, messages: ReadonlyArray<object>) {
  for (const message of messages) {
    const answer = yield* talk.request(message)
    equal(
      answer.map(({ type }) => type),
      ["error"],
      `the answer to ${JSON.stringify(message)}`
    )
  }
})

/** A word that nobody has said before. */
const rare = () => `x${crypto.randomUUID().replaceAll("-", "")}`

export const rows = [
  list.good(
    "gives the list in parts, each conversation once",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const uids: Array<string> = []
        for (const answer of ["One.", "Two.", "Three."])
          uids.unshift((yield* conversation(subject, talk, [answer])).uid)
        yield* talk.send({ type: "fetch-history-list", limit: 2 })
        const first = yield* talk.next("history-list")
        equal(
          first.histories.map(({ uid }) => uid),
          uids.slice(0, 2),
          "the first part"
        )
        equal(first.more, true, "whether there is more")
        yield* talk.send({ type: "fetch-history-list", limit: 1, before: uids[1] })
        const second = yield* talk.next("history-list")
        equal(
          second.histories.map(({ uid }) => uid),
          uids.slice(2),
          "the second part"
        )
        yield* talk.send({ type: "fetch-history-list" })
        holds((yield* talk.next("history-list")).more === undefined, "no `more` for who asks for all")
      }),
    { needs }
  ),
  list.bad("refuses a part that there is none of", (subject) =>
    Effect.gen(function* () {
      const type = "fetch-history-list"
      yield* refused(yield* subject.connect(), [
        { type, limit: 0 },
        { type, limit: "ten" },
        { type, limit: 1, before: unknown }
      ])
    })
  ),
  search.good(
    "finds what was said, in whatever conversation, newest first",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const word = rare()
        const one = yield* conversation(subject, talk, [`The word is ${word}.`])
        const other = yield* conversation(subject, talk, [`Again ${word}.`])
        yield* talk.begin
        yield* talk.send({ type: "search-histories", text: word.toUpperCase().slice(3) })
        const found = yield* talk.next("history-search-results")
        equal(
          found.results.map(({ role, uid }) => `${role} ${uid}`),
          [`ai ${other.uid}`, `ai ${one.uid}`],
          "the results"
        )
        for (const { excerpt } of found.results) holds(excerpt.includes(word), "the word in the excerpt")
        equal(found.more, false, "whether there is more")
        yield* talk.send({ type: "search-histories", text: word, limit: 1 })
        const part = yield* talk.next("history-search-results")
        equal([part.results.length, part.more], [1, true], "how many of two, and whether there is more")
      }),
    { needs }
  ),
  search.good("answers with what was looked for, and nothing if there is nothing", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      const text = rare()
      const answer = yield* talk.request({ type: "search-histories", text })
      equal(answer, [{ type: "history-search-results", text, results: [], more: false }], "the answer")
    })
  ),
  search.bad("refuses a text that is none, or longer than 200 characters", (subject) =>
    Effect.gen(function* () {
      const type = "search-histories"
      yield* refused(yield* subject.connect(), [
        { type },
        { type, text: " " },
        { type, text: "x".repeat(201) },
        { type, text: "x", limit: -1 }
      ])
    })
  ),
  rename.good(
    "gives a conversation a title, which its list shows, and takes it away",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const { uid } = yield* conversation(subject, talk, ["About tea."])
        const titleOf = Effect.gen(function* () {
          yield* talk.send({ type: "fetch-history-list" })
          return (yield* talk.next("history-list")).histories.find((history) => history.uid === uid)?.title
        })
        for (const title of ["お茶 & 'tea'", ""]) {
          const answer = yield* talk.request({ type: "rename-history", history_uid: uid, title })
          equal(answer, [{ type: "history-renamed", success: true, history_uid: uid, title }], "the answer")
          equal((yield* titleOf) ?? "", title, "the title in the list")
        }
      }),
    { needs }
  ),
  rename.bad("says that it had nothing to name", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      const naming = { type: "rename-history", history_uid: unknown, title: "Tea" }
      const answer = yield* talk.request(naming)
      equal(answer, [{ ...naming, type: "history-renamed", success: false }], "the answer")
    })
  ),
  rename.bad("refuses a title of two lines or more than 100 characters", (subject) =>
    Effect.gen(function* () {
      const naming = { type: "rename-history", history_uid: unknown }
      yield* refused(yield* subject.connect(), [
        naming,
        { ...naming, title: "two\nlines" },
        { ...naming, title: "x".repeat(101) }
      ])
    })
  ),
  load.good(
    "gives the latest messages to who wants no more, and the character remembers all",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const { lines, uid } = yield* conversation(subject, talk, ["I like tea.", "And rain."])
        yield* talk.begin
        yield* talk.send({ type: "fetch-and-set-history", history_uid: uid, limit: 3 })
        const { first, messages } = yield* talk.next("history-data")
        equal(linesOf(messages), lines.slice(1), "the messages")
        equal(first, 1, "the place of the first one")
        const text = subject.mind.when({ chunks: ["Of course."] })
        yield* talk.say(text)
        const asked = JSON.stringify(subject.mind.asked(text)[0]!.body.messages)
        holds(
          asked.includes(lines[0]!.slice("human ".length)),
          "the first message in what the model is asked"
        )
        yield* talk.send({ type: "fetch-and-set-history", history_uid: uid })
        holds((yield* talk.next("history-data")).first === undefined, "no `first` for who wants all")
      }),
    { needs }
  ),
  earlier.good(
    "gives those before them, and leaves the current conversation alone",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const { lines, uid } = yield* conversation(subject, talk, ["I like tea.", "And rain."])
        const current = yield* talk.begin
        for (const [before, limit, first] of [
          [3, 2, 1],
          [1, 2, 0],
          [0, 2, 0],
          [99, 1, 3]
        ] as const) {
          yield* talk.send({ type: "fetch-history-messages", history_uid: uid, before, limit })
          const part = yield* talk.next("history-messages")
          equal(linesOf(part.messages), lines.slice(first, Math.min(before, first + limit)), "the messages")
          equal([part.first, part.history_uid], [first, uid], "the place of the first one, and whose")
        }
        const text = subject.mind.when({ chunks: ["Something else."] })
        yield* talk.say(text)
        equal((yield* talk.story(current)).length, 2, "the messages of the current conversation")
      }),
    { needs }
  ),
  earlier.bad("refuses an unknown conversation, and a place that is none", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      const history_uid = yield* talk.begin
      const type = "fetch-history-messages"
      yield* refused(talk, [
        { type, history_uid: unknown, before: 1 },
        { type, history_uid },
        { type, history_uid, before: -1 },
        { type, history_uid, before: "1" },
        { type, history_uid, before: 1, limit: 0 }
      ])
    })
  )
]
