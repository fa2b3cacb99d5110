import { Effect } from "effect"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import { PageLikeClient } from "../../test/support/PageLikeClient.ts"
import { endless } from "../Mind.ts"
import { TooLate, about, equal, holds } from "../Row.ts"
import { speak } from "../Subject.ts"
import type { Subject } from "../Subject.ts"
import * as Talk from "../Talk.ts"

/** What the web page of Open-LLM-VTuber 1.2.1 does, and relies on. */
const page = about("web page")
const needs = ["mind", "voice"] as const

/** A row in which the page waits; not longer than any other client would for one message. */
const visit: typeof page.good = (title, check, options) =>
  page.good(
    title,
    (subject) =>
      Effect.timeoutFail(check(subject), {
        duration: subject.patience,
        onTimeout: () =>
          new TooLate({
            message: `the page did not come to be as it should within ${subject.patience / 1000} s`
          })
      }),
    options
  )

const open = (subject: Subject) =>
  Effect.gen(function* () {
    const client = yield* PageLikeClient.open(subject.url)
    yield* client.until(({ configs, created }) => configs.length > 0 && created.length > 0)
    return client
  })

const of = <Type extends ServerMessage["type"]>(client: PageLikeClient, type: Type) =>
  Talk.ofType(client.web.received, type)

/** Types, and waits until the page shows that a turn runs. */
const begin = (client: PageLikeClient, text: string) =>
  Effect.suspend(() => {
    const before = client.turns.length
    client.type(text)
    return client.until(({ turns }) => turns.length > before)
  })

const over = (client: PageLikeClient) => client.until(({ turn }) => turn?.ended === true)

const three = { chunks: ["One of three. ", "Two of three. ", "Three of three."] }

export const rows = [
  visit(
    "reports playback ten times a turn and late; only the turn's own first report counts",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        for (let turn = 0; turn < 3; turn++) {
          yield* begin(client, subject.mind.when(three))
          yield* over(client)
          client.report()
        }
        client.playsThrough = false
        yield* begin(client, subject.mind.when(three))
        client.report()
        yield* client.until(({ turn }) => turn?.marks.includes("backend-synth-complete") === true)
        yield* Effect.sleep("200 millis")
        holds(!client.turn!.ended, "the turn to go on until its own playback is reported")
        client.finish()
        yield* over(client)
        equal(client.wrong, [], "what the page did not expect")
      }),
    { needs }
  ),
  visit(
    "leaves the state of thinking after an utterance without words",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        yield* speak(talk, "mic-audio-data", Array(20_000).fill(0))
        yield* talk.send({ type: "mic-audio-end", images: [] })
        yield* talk.until("conversation-chain-end", Talk.ended)
      }),
    { needs: ["ears"] }
  ),
  visit("gets history-list before new-history-created, as it asked", (subject) =>
    Effect.gen(function* () {
      const client = yield* open(subject)
      const order = client.web.received.map(({ type }) => type)
      holds(order.indexOf("history-list") < order.indexOf("new-history-created"), "the order of the requests")
      equal(client.history, client.created.at(-1), "the conversation that the page shows")
    })
  ),
  visit(
    "hears again after its own interrupt, as soon as it types",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        client.playsThrough = false
        yield* begin(client, subject.mind.when(endless("No end. ")))
        yield* client.until(({ turn }) => (turn?.texts.length ?? 0) > 0)
        client.interrupt()
        client.finish()
        yield* begin(client, subject.mind.when(three))
        yield* over(client)
        equal(client.turn!.texts.join("").trim(), three.chunks.join(""), "what the page shows")
        equal(client.wrong, [], "what the page did not expect")
      }),
    { needs }
  ),
  visit(
    "sees no old turn end after a new one has begun",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        for (let time = 0; time < 5; time++) yield* begin(client, subject.mind.when(endless("No end. ", 10)))
        yield* begin(client, subject.mind.when(three))
        yield* over(client)
        yield* Effect.sleep("200 millis")
        equal(client.wrong, [], "what the page did not expect")
      }),
    { needs }
  ),
  visit(
    "is told at once that a turn has begun, before the model has said anything",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        yield* begin(client, subject.mind.when({ firstDelayMs: 60_000 }))
        equal(client.turn!.texts, [], "what has been said")
      }),
    { needs: ["mind"] }
  ),
  visit(
    "sends no images as a list of none, and -1 as the idle time of its button",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        client.send({ type: "ai-speak-signal", idle_time: -1, images: [] })
        yield* over(client)
        equal(client.errors, [], "errors")
      }),
    { needs }
  ),
  visit(
    "sends an utterance in one burst",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        for (let chunk = 0; chunk < 20; chunk++)
          client.send({ type: "mic-audio-data", audio: Array(4096).fill(0.001) })
        client.send({ type: "mic-audio-end", images: [] })
        yield* client.until(({ web }) => web.received.some(Talk.ended))
      }),
    { needs: ["ears"] }
  ),
  visit(
    "says of every sentence that it plays, outside groups too",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        const chunks = ["<think>Hm.</think>", "One. ", "Two."]
        yield* begin(client, subject.mind.when({ chunks }))
        yield* over(client)
        equal(client.errors, [], "errors")
        equal(client.wrong, [], "what the page did not expect")
      }),
    { needs }
  ),
  visit(
    "says what had started to play when it interrupts, and that is what stays",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        client.playsThrough = false
        const text = subject.mind.when(endless("No end. "))
        yield* begin(client, text)
        yield* client.until(({ turn }) => (turn?.texts.length ?? 0) > 2)
        client.interrupt()
        client.send({ type: "fetch-and-set-history", history_uid: client.history })
        yield* client.until((client) => of(client, "history-data").length > 0)
        equal(
          of(client, "history-data")[0]!.messages.map(({ content, role }) => `${role} ${content.trim()}`),
          [`human ${text}`, "ai No end."],
          "the conversation"
        )
      }),
    { needs }
  ),
  visit(
    "finds the character that it switches to by its name, and asks for its conversations then",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        const other = client.configs.find(({ filename }) => filename !== "conf.yaml")!
        client.switchTo(other.name)
        yield* client.until(({ created }) => created.length === 2)
        equal(client.character, other.name, "the character")
        const after = client.web.received.slice(-4).map(({ type }) => type)
        equal(
          after,
          ["set-model-and-conf", "config-switched", "history-list", "new-history-created"],
          "what comes of it"
        )
      }),
    { needs: ["characters"] }
  ),
  visit(
    "interrupts before it switches in the middle of a turn",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        yield* begin(client, subject.mind.when(endless("No end. ")))
        client.switchTo(client.configs.find(({ filename }) => filename !== "conf.yaml")!.name)
        yield* client.until(({ created }) => created.length === 2)
        equal(client.wrong, [], "what the page did not expect")
        equal(client.errors, [], "errors")
      }),
    { needs: ["characters", "mind"] }
  ),
  visit("asks about its group at any time", (subject) =>
    Effect.gen(function* () {
      const client = yield* open(subject)
      const before = of(client, "group-update").length
      client.send({ type: "request-group-info" })
      client.send({ type: "request-group-info" })
      yield* client.until((client) => of(client, "group-update").length === before + 2)
    })
  ),
  visit(
    "previews a conversation by what was said last, not by a mark",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        const text = subject.mind.when({ firstDelayMs: 60_000 })
        yield* begin(client, text)
        client.interrupt()
        client.send({ type: "fetch-history-list" })
        yield* client.until((client) => of(client, "history-list").length === 2)
        const latest = of(client, "history-list")[1]!.histories[0]!.latest_message
        equal([latest.role, latest.content], ["human", text], "the preview")
      }),
    { needs: ["mind"] }
  ),
  visit("finds a conf_uid and an address of the avatar", (subject) =>
    Effect.gen(function* () {
      const client = yield* open(subject)
      const { conf_uid, model_info } = of(client, "set-model-and-conf")[0]!
      holds(conf_uid !== "", "conf_uid not to be empty")
      holds(/^(?:\/|https?:)/u.test(model_info.url), `a path or an address, got ${model_info.url}`)
    })
  ),
  visit(
    "gets no message that it does not know",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        yield* begin(client, subject.mind.when(three))
        yield* over(client)
        equal(client.wrong, [], "what the page did not expect")
      }),
    { needs }
  ),
  visit(
    "plays slower than real time and is waited for",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* open(subject)
        client.playsThrough = false
        yield* begin(client, subject.mind.when({ chunks: ["Hi."] }))
        yield* client.until(({ turn }) => turn?.marks.includes("backend-synth-complete") === true)
        yield* Effect.sleep("2 seconds")
        holds(!client.turn!.ended, "the turn to wait for the page's report")
        client.finish()
        yield* over(client)
      }),
    { needs }
  )
]
