import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import { Groups } from "../../src/group/Groups.ts"
import * as GroupTalk from "../support/GroupTalk.ts"
import { guests, plays, stories, together } from "../support/GroupTalk.ts"
import { ask, says, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

const end = ["force-new-message", "conversation-chain-end"]

const named = (world: World.World) => {
  world.reply = (_, name) => says(`I am ${name}.`)
}

/** Three in a group, of whom the first speaks. */
const speaking = Effect.fnUntraced(function* (world: World.World) {
  named(world)
  const [a, b, c] = yield* guests(["a", "b", "c"])
  yield* together([a!, b!, c!])
  yield* a!.send(ask("Hello"))
  yield* tick
  for (const member of [a!, b!, c!]) member.news()
  return { a: a!, b: b!, c: c! }
})

/** A client that takes nothing from a moment on. */
const stalling = Effect.fnUntraced(function* (uid: string) {
  let stalls = false
  const room = Effect.suspend(() => (stalls ? Effect.never : Effect.void))
  const guest = yield* GroupTalk.guest(uid, room)
  return { guest, stall: Effect.sync(() => void (stalls = true)) }
})

describe("the members of a group", () => {
  it.effect("a speaker whose client takes nothing is waited for as long as is set, and no longer", () =>
    World.run((world) =>
      Effect.gen(function* () {
        named(world)
        const { guest: a, stall } = yield* stalling("a")
        const [b] = yield* guests(["b"])
        yield* together([a, b!])
        yield* stall
        yield* b!.send(ask("Hello"))
        yield* tick
        yield* plays(b!)
        b!.news()
        yield* TestClock.adjust("29 seconds")
        expect(b!.news()).toEqual([])
        yield* TestClock.adjust("1 second")
        // The one that takes nothing is asked no more, and nobody else has anything to answer.
        expect(b!.news()).toEqual(end)
        yield* b!.send(ask("Are you there?"))
        yield* tick
        expect(b!.news()).toEqual([...start, "audio I am b.", "backend-synth-complete"])
        for (const member of [a, b!]) yield* member.leave
      })
    )
  )

  it.effect("one that takes nothing holds nobody up, and leaves when too much waits for it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        named(world)
        const { guest: c, stall } = yield* stalling("c")
        const [a, b] = yield* guests(["a", "b"])
        yield* together([a!, b!, c])
        yield* stall
        const groups = yield* Groups
        const members = Effect.map(groups.info("a"), (update) =>
          update.type === "group-update" ? update.members : []
        )
        for (let count = 0; count < 40 && (yield* members).includes("c"); count++) {
          yield* a!.send(ask("Hello"))
          yield* tick
        }
        expect(yield* members).toEqual(["a", "b"])
        expect(b!.newsOf("group-operation-result").at(-1)).toMatchObject({
          success: true,
          message: expect.stringMatching(/^Member c was removed .* does not take/u)
        })
        for (const member of [a!, b!, c]) yield* member.leave
      })
    )
  )

  it.effect("a speaker that is removed is free, and the others go on", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const { a, b, c } = yield* speaking(world)
        yield* a.send({ type: "remove-client-from-group", target_uid: "a" })
        yield* tick
        expect(a.news().toSorted()).toEqual(
          ["conversation-chain-end", "group-operation-result", "group-update"].toSorted()
        )
        expect(b.news()).toEqual(expect.arrayContaining([...end, ...start, "audio I am b."]))
        expect(c.newsOf("group-update").at(-1)).toMatchObject({ members: ["b", "c"], is_owner: false })
        expect(b.newsOf("group-update").at(-1)).toMatchObject({ members: ["b", "c"], is_owner: true })
        // It has a turn alone again.
        yield* a.send(ask("Hello?"))
        yield* tick
        expect(a.news()).toEqual([...start, "audio I am a.", "backend-synth-complete"])
        for (const member of [a, b, c]) yield* member.leave
      })
    )
  )

  it.effect("a turn ends for all when the group is dissolved in the middle of it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        named(world)
        const [a, b] = yield* guests(["a", "b"])
        yield* together([a!, b!])
        yield* a!.send(ask("Hello"))
        yield* tick
        for (const member of [a!, b!]) member.news()
        yield* b!.send({ type: "remove-client-from-group", target_uid: "b" })
        yield* tick
        for (const member of [a!, b!]) {
          const news = member.news()
          expect(news.filter((text) => text === "conversation-chain-end")).toHaveLength(1)
          expect(member.newsOf("group-update").at(-1)).toMatchObject({ members: [], is_owner: false })
        }
        for (const member of [a!, b!]) yield* member.leave
      })
    )
  )

  it.effect("a speaker that begins another conversation, or becomes another character, is passed over", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const { a, b, c } = yield* speaking(world)
        yield* a.send({ type: "create-new-history" })
        yield* tick
        expect(a.news()).toEqual(["new-history-created", ...end, ...start])
        expect(c.news()).toEqual([...end, ...start])
        yield* b.send({ type: "switch-config", file: "d.yaml" })
        yield* TestClock.adjust("10 seconds")
        expect(c.seen().at(-2)).toBe("audio I am c.")
        expect(b.seen().filter((text) => text === "conversation-chain-end")).toHaveLength(2)
        for (const member of [a, b, c]) yield* member.leave
      })
    )
  )

  it.effect("whoever joins in the middle of a speech hears it, and sees the next", () =>
    World.run((world) =>
      Effect.gen(function* () {
        named(world)
        const [a, b, c] = yield* guests(["a", "b", "c"])
        yield* together([a!, b!])
        yield* a!.send(ask("Hello"))
        yield* tick
        yield* a!.send({ type: "add-client-to-group", invitee_uid: "c" })
        yield* tick
        yield* plays(a!)
        expect(c!.news()).toEqual(["group-operation-result", "group-update", ...start])
        yield* plays(b!)
        yield* plays(a!)
        expect(world.asked.at(-1)?.text).toBe("a: I am a.\nb: I am b.\na: I am a.")
        for (const member of [a!, b!, c!]) yield* member.leave
      })
    )
  )

  it.effect("a character that speaks of its own accord begins, and nobody keeps its prompt", () =>
    World.run((world) =>
      Effect.gen(function* () {
        named(world)
        const [a, b] = yield* guests(["a", "b"])
        yield* together([a!, b!])
        yield* b!.send({ type: "ai-speak-signal", images: [] })
        yield* tick
        expect(b!.news().slice(0, 4)).toEqual([
          "full-text AI wants to speak something...",
          ...start,
          "audio I am b."
        ])
        yield* plays(b!)
        expect(world.asked.map(({ text }) => text)).toEqual(["Say something.", "b: I am b."])
        expect(stories(world)).toEqual([
          ["ai b: I am b.", "ai a: I am a."],
          ["ai b: I am b.", "ai a: I am a."]
        ])
        for (const member of [a!, b!]) yield* member.leave
      })
    )
  )

  it.effect("nothing begins of an utterance in which nothing was recognised", () =>
    World.run((world) =>
      Effect.gen(function* () {
        named(world)
        world.transcript = () => ""
        const [a, b] = yield* guests(["a", "b"])
        yield* together([a!, b!])
        yield* a!.send({ type: "mic-audio-data", audio: new Float32Array(16_000).fill(0.5) })
        yield* a!.send({ type: "mic-audio-end", images: [] })
        yield* tick
        expect(a!.news()).toEqual([expect.stringMatching(/^error Nothing was recognised/u), end[1]])
        expect(b!.news()).toEqual([])
        world.transcript = () => "good morning"
        yield* a!.send({ type: "mic-audio-data", audio: new Float32Array(16_000).fill(0.5) })
        yield* a!.send({ type: "mic-audio-end", images: [] })
        yield* tick
        expect(b!.newsOf("user-input-transcription")).toMatchObject([{ text: "good morning" }])
        expect(a!.newsOf("user-input-transcription")).toMatchObject([{ text: "good morning" }])
        for (const member of [a!, b!]) yield* member.leave
      })
    )
  )
})

describe("who speaks next", () => {
  const order = (speakers: "round_robin" | "addressed" | "model", write?: World.World["write"]) =>
    Effect.gen(function* () {
      const spoken: Array<string> = []
      yield* World.run((world) =>
        Effect.gen(function* () {
          world.groups = { speakers, patience_seconds: 5 }
          world.write = write
          world.reply = (_, name) => {
            spoken.push(name)
            return name === "c" ? Stream.make({ _tag: "Text", text: "And you, b?" } as const) : says("Hm.")
          }
          const members = yield* guests(["a", "b", "c"])
          yield* together(members)
          yield* members[0]!.send(ask("What does c say?"))
          // Nobody reports playback: the next one speaks when the patience is over.
          yield* TestClock.adjust("1 minute")
          for (const member of members) yield* member.leave
        })
      )
      return spoken.slice(0, 4)
    })

  it.effect("is whose turn it is", () =>
    Effect.gen(function* () {
      expect(yield* order("round_robin")).toEqual(["a", "b", "c", "a"])
    })
  )

  it.effect("is whoever is addressed by name, or else whose turn it is", () =>
    Effect.gen(function* () {
      expect(yield* order("addressed")).toEqual(["c", "b", "a", "c"])
    })
  )

  it.effect("is whom the model of the last speaker names, if it names one in time", () =>
    Effect.gen(function* () {
      expect(yield* order("model", () => Effect.succeed("I think b."))).toEqual(["b", "a", "b", "c"])
      expect(yield* order("model", () => Effect.never)).toEqual(["a", "b", "c", "a"])
      expect(yield* order("model")).toEqual(["a", "b", "c", "a"])
    })
  )
})
