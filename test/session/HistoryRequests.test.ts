import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import { interruptedMark } from "../../src/history/History.ts"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as World from "../support/World.ts"

const ask = (text: string) => ({ type: "text-input", text, images: [] }) as const

const ready = Effect.gen(function* () {
  const client = yield* World.connect
  yield* TestClock.adjust("3 seconds")
  const turn = (text: string) =>
    client
      .send(ask(text))
      .pipe(
        Effect.zipRight(TestClock.adjust("1 second")),
        Effect.zipRight(client.send({ type: "frontend-playback-complete" })),
        Effect.zipRight(TestClock.adjust("1 millis"))
      )
  const create = Effect.gen(function* () {
    yield* client.send({ type: "create-new-history" })
    return uidOf(client.received.at(-1))
  })
  return { ...client, turn, create }
})

const uidOf = (message: ServerMessage | undefined) =>
  message?.type === "new-history-created"
    ? message.history_uid
    : expect.fail(`no new history: ${message?.type}`)

const memoryOf = (world: World.World) => world.asked.at(-1)?.memory.map(({ text }) => text)

describe("history requests", () => {
  it.effect("a new conversation forgets the old one; loading the old one remembers it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        const old = yield* client.create
        yield* client.turn("one")
        yield* client.create
        yield* client.turn("two")
        expect(memoryOf(world)).toEqual([])
        yield* client.send({ type: "fetch-and-set-history", history_uid: old })
        expect(client.received.at(-1)).toMatchObject({
          type: "history-data",
          messages: [
            { role: "human", content: "one" },
            { role: "ai", content: "You said one." }
          ]
        })
        yield* client.turn("three")
        expect(memoryOf(world)).toEqual(["one", "You said one."])
        expect(world.stored.get(old)).toHaveLength(4)
        yield* client.leave
      })
    )
  )

  it.effect("an unknown conversation is an error, and nothing changes, not even the turn in progress", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.turn("one")
        world.reply = () => Stream.never
        yield* client.send(ask("two"))
        yield* client.send({ type: "fetch-and-set-history", history_uid: "nowhere" })
        expect(client.seen().at(-1)).toMatch(/^error There is no conversation "nowhere"/u)
        world.reply = ({ text }) => Stream.make({ _tag: "Text", text } as const)
        yield* client.send({ type: "interrupt-signal", text: "" })
        yield* client.turn("three")
        expect(memoryOf(world)).toEqual(["one", "You said one.", "two", interruptedMark])
        yield* client.leave
      })
    )
  )

  it.effect("leaving a conversation stops its turn and records it where it belongs", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        const old = yield* client.create
        world.reply = () => Stream.never
        yield* client.send(ask("one"))
        yield* TestClock.adjust("1 second")
        const next = yield* client.create
        expect(world.stored.get(old)?.map(({ content }) => content)).toEqual(["one", interruptedMark])
        expect(world.stored.get(next)).toEqual([])
        yield* client.leave
      })
    )
  )

  it.effect("deleting the current conversation leaves none; what is said then starts one", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        const uid = yield* client.create
        yield* client.turn("one")
        yield* client.send({ type: "delete-history", history_uid: uid })
        expect(client.received.at(-1)).toEqual({ type: "history-deleted", success: true, history_uid: uid })
        expect(world.stored.size).toBe(0)
        yield* client.send({ type: "delete-history", history_uid: uid })
        expect(client.received.at(-1)).toEqual({ type: "history-deleted", success: false, history_uid: uid })
        yield* client.turn("two")
        expect(memoryOf(world)).toEqual([])
        expect([...world.stored.values()].flat().map(({ content }) => content)).toEqual([
          "two",
          "You said two."
        ])
        yield* client.leave
      })
    )
  )

  it.effect("conversations in which nothing was said do not pile up", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.create
        yield* client.create
        yield* client.create
        expect(world.stored.size).toBe(1)
        yield* client.leave
        expect(world.stored.size).toBe(0)
      })
    )
  )

  it.effect("the list comes before what was asked for after it", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.turn("one")
        yield* client.send({ type: "fetch-history-list" })
        yield* client.send({ type: "create-new-history" })
        expect(client.seen().slice(-2)).toEqual(["history-list", "new-history-created"])
        expect(client.received.at(-2)).toMatchObject({
          histories: [{ latest_message: { role: "ai", content: "You said one." } }]
        })
        yield* client.leave
      })
    )
  )

  it.effect("gives a part of the list to who asks for one, and searches and names conversations", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.turn("one")
        yield* client.create
        yield* client.turn("two")
        yield* client.send({ type: "fetch-history-list", limit: 1 })
        expect(client.received.at(-1)).toMatchObject({ type: "history-list", histories: [{}], more: true })
        yield* client.send({ type: "fetch-history-list" })
        const all = client.received.at(-1)
        if (all?.type !== "history-list") expect.fail("no list")
        expect(all.histories).toHaveLength(2)
        expect(all).not.toHaveProperty("more")
        const uid = all.histories[0]!.uid
        yield* client.send({ type: "rename-history", history_uid: uid, title: "First" })
        expect(client.received.at(-1)).toEqual({
          type: "history-renamed",
          success: true,
          history_uid: uid,
          title: "First"
        })
        yield* client.send({ type: "fetch-history-list", limit: 1 })
        expect(client.received.at(-1)).toMatchObject({ histories: [{ uid, title: "First" }] })
        yield* client.send({ type: "search-histories", text: "two" })
        expect(client.received.at(-1)).toMatchObject({
          type: "history-search-results",
          text: "two",
          results: [
            { role: "human", excerpt: "two" },
            { role: "ai", excerpt: "You said two." }
          ],
          more: false
        })
        yield* client.leave
      })
    )
  )

  it.effect("gives a part of a conversation to who asks for one, and remembers all of it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        const old = yield* client.create
        for (const text of ["one", "two", "three"]) yield* client.turn(text)
        const current = yield* client.create
        const contents = (message: ServerMessage | undefined) =>
          message?.type === "history-data" || message?.type === "history-messages"
            ? [message.first, ...message.messages.map(({ content }) => content)]
            : expect.fail(`no messages: ${message?.type}`)

        yield* client.send({ type: "fetch-history-messages", history_uid: old, before: 3, limit: 2 })
        expect(client.received.at(-1)).toMatchObject({ type: "history-messages", history_uid: old })
        expect(contents(client.received.at(-1))).toEqual([1, "You said one.", "two"])
        yield* client.turn("elsewhere")
        expect(world.stored.get(current)).toHaveLength(2)
        expect(memoryOf(world)).toEqual([])

        yield* client.send({ type: "fetch-and-set-history", history_uid: old })
        expect(client.received.at(-1)).not.toHaveProperty("first")
        yield* client.send({ type: "fetch-and-set-history", history_uid: old, limit: 3 })
        expect(contents(client.received.at(-1))).toEqual([3, "You said two.", "three", "You said three."])
        yield* client.send({ type: "fetch-and-set-history", history_uid: old, limit: 7 })
        expect(contents(client.received.at(-1))).toHaveLength(7)
        yield* client.turn("four")
        expect(memoryOf(world)).toEqual([
          "one",
          "You said one.",
          "two",
          "You said two.",
          "three",
          "You said three."
        ])
        yield* client.send({ type: "fetch-history-messages", history_uid: "nowhere", before: 3 })
        expect(client.seen().at(-1)).toMatch(/^error There is no conversation "nowhere"/u)
        yield* client.leave
      })
    )
  )
})
