import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as PageServer from "../support/PageServer.ts"
import type { PageLikeClient } from "../support/PageLikeClient.ts"

const { answerTo, begin, sentencesTo, storyOf } = PageServer

/** One turn from its question to its end, all of it played. */
const whole = Effect.fnUntraced(function* (page: PageLikeClient, question: string) {
  yield* begin(page, question)
  yield* page.until(({ turn }) => turn?.ended === true)
  expect(page.turn?.texts).toEqual(sentencesTo(question))
})

/** One turn that is interrupted when its first sentence has started to play. */
const cutShort = Effect.fnUntraced(function* (page: PageLikeClient, question: string) {
  page.playsThrough = false
  yield* begin(page, question)
  yield* page.until(({ heard }) => heard !== "")
  page.interrupt()
  page.playsThrough = true
})

/** Interrupted before anything was heard, while the model has not answered. */
const cutOff = Effect.fnUntraced(function* (page: PageLikeClient, question: string) {
  yield* begin(page, question)
  expect(page.heard).toBe("")
  page.interrupt()
})

/** Chooses the other character, whatever runs, and starts a conversation with it as the page does. */
const switchTo = Effect.fnUntraced(function* (page: PageLikeClient, name: string) {
  const before = page.created.length
  page.switchTo(name)
  yield* page.until(({ character, created }) => character === name && created.length > before)
})

/** That nothing but the answer to this request comes: what was on its way before has arrived by then. */
const roundTrip = Effect.fnUntraced(function* (page: PageLikeClient) {
  const { received } = page.web
  const before = received.length
  page.send({ type: "fetch-backgrounds" })
  yield* page.until(() => received.slice(before).some(({ type }) => type === "background-files"))
})

describe("a client that behaves like the real page", () => {
  it.scopedLive(
    "gets through ten turns with interrupts and switches",
    () =>
      Effect.gen(function* () {
        const { page, stub } = yield* PageServer.open()
        const first = page.history
        yield* whole(page, "one")
        yield* cutShort(page, "two")
        yield* whole(page, "three")

        yield* switchTo(page, "Brook")
        const second = page.history
        yield* whole(page, "four")
        yield* cutOff(page, "never five")
        yield* whole(page, "six")
        // The page sends its interrupt and then the switch, in the middle of a turn.
        page.playsThrough = false
        yield* begin(page, "endless seven")
        yield* page.until(({ heard }) => heard !== "")
        const heardOfSeven = page.heard
        yield* switchTo(page, "Hana")
        page.playsThrough = true
        const third = page.history

        yield* whole(page, "eight")
        page.playsThrough = false
        yield* begin(page, "endless nine")
        yield* page.until(({ heard }) => heard !== "")
        const heardOfNine = page.heard
        page.playsThrough = true
        // Typing in the middle of an answer interrupts it first.
        yield* whole(page, "ten")

        expect(page.wrong).toEqual([])
        expect(page.errors).toEqual([])
        expect(page.turns).toHaveLength(10)
        expect(new Set([first, second, third]).size).toBe(3)
        const said = (question: string) => [`human ${question}`, `ai ${answerTo(question)}`]
        expect(yield* storyOf(page, third)).toEqual([
          ...said("eight"),
          "human endless nine",
          `ai ${heardOfNine}`,
          ...said("ten")
        ])
        expect(yield* storyOf(page, first)).toEqual([
          ...said("one"),
          "human two",
          `ai ${sentencesTo("two")[0]}`,
          ...said("three")
        ])
        yield* switchTo(page, "Brook")
        expect(yield* storyOf(page, second)).toEqual([
          ...said("four"),
          "human never five",
          ...said("six"),
          "human endless seven",
          `ai ${heardOfSeven}`
        ])
        // Of those that were never complete, the provider's requests have been given up.
        yield* Effect.promise(() => Promise.all(stub.log.chats.map(({ over }) => over)))
        expect(stub.log.chats.filter(({ aborted }) => aborted).map(({ text }) => text)).toEqual(
          expect.arrayContaining(["never five", "endless seven", "endless nine"])
        )
      }).pipe(Effect.provide(NodeContext.layer)),
    120_000
  )

  it.scopedLive(
    "ends no turn with what it reports of the one before",
    () =>
      Effect.gen(function* () {
        const { page } = yield* PageServer.open()
        page.playsThrough = false
        yield* begin(page, "one")
        yield* page.until(({ turn }) => turn?.marks.includes("backend-synth-complete") === true)
        page.interrupt({ reportLater: true })
        yield* begin(page, "two")
        page.report()
        yield* page.until(({ turn }) => turn?.marks.includes("backend-synth-complete") === true)
        yield* roundTrip(page)
        expect(page.turn).toMatchObject({ ended: false, texts: sentencesTo("two") })
        page.finish()
        yield* page.until(({ turn }) => turn?.ended === true)
        // Nine of the ten reports come when the turn is over.
        yield* roundTrip(page)
        yield* whole(page, "three")
        expect(page.wrong).toEqual([])
        expect(page.errors).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    60_000
  )

  it.scopedLive(
    "sees a turn begin at once, whatever is not ready yet, and is free again when nothing was recognised",
    () =>
      Effect.gen(function* () {
        const { page, stub } = yield* PageServer.open()
        yield* begin(page, "never one")
        expect(page.turn).toMatchObject({ texts: [], marks: [], ended: false })
        // About five seconds in one burst, as the page sends it at the end of speech.
        const hum = Array.from({ length: 4096 }, (_, at) => Math.sin(at / 20) / 10)
        page.interrupt()
        for (let chunk = 0; chunk < 20; chunk++) page.send({ type: "mic-audio-data", audio: hum })
        page.send({ type: "mic-audio-end", images: [] })
        yield* page.until(({ turn, turns }) => turns.length === 2 && turn?.ended === true)
        expect(page.errors).toHaveLength(1)
        expect(stub.log.chats.filter(({ text }) => text !== "never one")).toEqual([])
        yield* whole(page, "two")
        expect(page.wrong).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    60_000
  )

  it.scopedLive(
    "is given the time to play, and is not waited for without an end",
    () =>
      Effect.gen(function* () {
        const { page } = yield* PageServer.open({ playback_grace_seconds: 10 })
        page.playsThrough = false
        yield* begin(page, "one")
        yield* page.until(({ turn }) => turn?.marks.includes("backend-synth-complete") === true)
        const asked = Date.now()
        yield* page.until(({ turn }) => turn?.ended === true)
        expect(Date.now() - asked).toBeGreaterThan(9_900)
        page.playsThrough = true
        yield* whole(page, "two")
        expect(page.wrong).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    60_000
  )
})
