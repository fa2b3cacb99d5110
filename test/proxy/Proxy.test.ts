import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import { interruptedMark } from "../../src/history/History.ts"
import { Proxy } from "../../src/proxy/Proxy.ts"
import { mostWaiting } from "../../src/proxy/TextQueue.ts"
import * as Viewer from "../../src/proxy/Viewer.ts"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { ask, end, lines, played, says, start, tick } from "../support/Talk.ts"
import * as Viewers from "../support/Viewers.ts"

const sessions = Effect.map(
  Effect.flatMap(SessionRegistry, ({ snapshot }) => snapshot),
  (snapshot) => snapshot.sessions
)

describe("the shared session", () => {
  it.effect("opens with the first viewer, greets everybody, and closes with the last", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        const one = yield* Viewers.join()
        const [session] = yield* sessions
        const two = yield* Viewers.join()
        expect(one.seen()).toEqual(Viewers.greeting)
        expect(two.seen()).toEqual(Viewers.greeting)
        expect(yield* sessions).toEqual([session])
        yield* one.leave
        expect(yield* sessions).toEqual([session])
        yield* two.leave
        expect(yield* sessions).toEqual([])
        yield* TestClock.adjust("1 minute")
        expect(world.journal.filter((entry) => entry.startsWith("open"))).toEqual([])
      })
    )
  )

  it.effect("opens anew with the next viewer, again and again", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        const uids = new Set<string>()
        for (let round = 0; round < 5; round++) {
          const viewers = yield* Viewers.audience(2)
          uids.add((yield* sessions)[0]!.uid)
          yield* viewers[0]!.send(ask("Hi"))
          yield* tick
          expect(viewers[1]!.seen()).toEqual([
            "transcription Hi",
            ...start,
            "audio You said Hi.",
            "backend-synth-complete"
          ])
          yield* Viewers.leaveAll(viewers)
        }
        expect(uids.size).toBe(5)
      })
    )
  )

  it.effect("is not kept by a viewer that is gone before it has been greeted", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        for (let round = 0; round < 40; round++) {
          const stays = round % 2 === 0 ? undefined : yield* Viewers.join()
          const joining = yield* Viewer.join(Viewers.line().link).pipe(
            Effect.zipRight(Effect.never),
            Effect.scoped,
            Effect.fork
          )
          for (let step = 0; step < round / 2; step++) yield* Effect.yieldNow()
          yield* Fiber.interrupt(joining)
          expect(yield* sessions).toHaveLength(stays === undefined ? 0 : 1)
          if (stays === undefined) continue
          expect(stays.viewer.shared.fanout.seats.size).toBe(1)
          yield* stays.leave
          expect(yield* sessions).toEqual([])
        }
      })
    )
  )
})

describe("texts", () => {
  it.effect("are answered one at a time, after the end of the turn before", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        const viewers = yield* Viewers.audience(3)
        const [one, two, three] = viewers as [Viewers.Joined, Viewers.Joined, Viewers.Joined]
        yield* one.send(ask("One"))
        yield* two.send(ask("Two"))
        yield* tick
        expect(one.seen()).toEqual([...start, "audio You said One.", "backend-synth-complete"])
        yield* three.send(played)
        yield* tick
        const turn = (text: string) => [...start, `audio You said ${text}.`, ...end]
        const begun = [...start, "audio You said Two.", "backend-synth-complete"]
        expect(one.seen()).toEqual([...turn("One"), "transcription Two", ...begun])
        expect(two.seen()).toEqual(["transcription One", ...turn("One"), ...begun])
        expect(three.seen()).toEqual(["transcription One", ...turn("One"), "transcription Two", ...begun])
        yield* Viewers.leaveAll(viewers)
        expect(lines(world)).toEqual([
          "human: One",
          "ai: You said One.",
          "human: Two",
          "ai: You said Two.",
          `system: ${interruptedMark}`
        ])
      })
    )
  )

  it.effect("are passed on as they came, with who says them and with their images", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        const viewers = yield* Viewers.audience(2)
        const [one, two] = viewers as [Viewers.Joined, Viewers.Joined]
        const image = {
          source: "camera",
          data: "data:image/png;base64,AAAA",
          mime_type: "image/png"
        } as const
        yield* one.send({ ...ask("One"), from_name: "Anna" })
        yield* one.send({ ...ask("Two"), images: [image] })
        yield* tick
        yield* one.send(played)
        yield* tick
        expect(two.received.filter(({ type }) => type === "user-input-transcription")).toEqual([
          { type: "user-input-transcription", text: "One", from_name: "Anna" },
          { type: "user-input-transcription", text: "Two", images: [image] }
        ])
        yield* Viewers.leaveAll(viewers)
      })
    )
  )

  it.effect("go on after an interruption by anybody", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        world.reply = ({ text }) => (text === "One" ? Stream.never : says(`You said ${text}.`))
        const viewers = yield* Viewers.audience(2)
        const [one, two] = viewers as [Viewers.Joined, Viewers.Joined]
        yield* one.send(ask("One"))
        yield* one.send(ask("Two"))
        yield* tick
        expect(one.seen()).toEqual(start)
        yield* two.send({ type: "interrupt-signal", text: "" })
        yield* tick
        expect(one.seen()).toEqual([...start, ...start, "audio You said Two.", "backend-synth-complete"])
        yield* Viewers.leaveAll(viewers)
      })
    )
  )

  it.effect("wait for turns of every kind", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        const viewers = yield* Viewers.audience(2)
        const [one, two] = viewers as [Viewers.Joined, Viewers.Joined]
        yield* one.send({ type: "ai-speak-signal", images: [] })
        yield* two.send(ask("Then"))
        yield* tick
        expect(world.asked.map(({ text }) => text)).toEqual(["Say something."])
        yield* one.send(played)
        yield* tick
        expect(world.asked.map(({ text }) => text)).toEqual(["Say something.", "Then"])
        yield* Viewers.leaveAll(viewers)
      })
    )
  )

  it.effect("are refused when too many wait, which only their sender is told", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        const viewers = yield* Viewers.audience(2)
        const [one, two] = viewers as [Viewers.Joined, Viewers.Joined]
        world.reply = () => Stream.never
        for (let count = 0; count < mostWaiting + 2; count++) {
          yield* one.send(ask(`${count}`))
          yield* tick
        }
        const errors = ({ received }: Viewers.Joined) => received.filter(({ type }) => type === "error")
        expect(errors(one)).toEqual([
          { type: "error", message: expect.stringContaining(`${mostWaiting} texts wait`) as string }
        ])
        expect(errors(two)).toEqual([])
        // One that is answered makes room for another.
        yield* two.send({ type: "interrupt-signal", text: "" })
        yield* tick
        yield* one.send(ask("last"))
        expect(errors(one)).toHaveLength(1)
        yield* Viewers.leaveAll(viewers)
      })
    )
  )

  it.effect("of bridges come with their sender's name, and paid ones first", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        const proxy = yield* Proxy
        const hello = { text: "Hello", priority: "usual" } as const
        expect((yield* Effect.flip(proxy.say(hello)))._tag).toBe("NobodyWatches")
        const viewers = yield* Viewers.audience(1)
        yield* proxy.say({ ...hello, sender: "Anna" })
        yield* tick
        yield* proxy.say({ ...hello, sender: "Ben" })
        yield* proxy.say({ sender: "Cleo", text: "Take this", priority: "paid" })
        expect(viewers[0]!.seen().slice(0, 3)).toEqual(["transcription Anna: Hello", ...start])
        for (let count = 0; count < 2; count++) {
          yield* viewers[0]!.send(played)
          yield* tick
        }
        expect(world.asked.map(({ text }) => text)).toEqual(["Anna: Hello", "Cleo: Take this", "Ben: Hello"])
        yield* Viewers.leaveAll(viewers)
        expect((yield* Effect.flip(proxy.say(hello)))._tag).toBe("NobodyWatches")
      })
    )
  )

  it.effect("that are empty are refused at once, and to their sender alone", () =>
    Viewers.run(() =>
      Effect.gen(function* () {
        const viewers = yield* Viewers.audience(2)
        yield* viewers[0]!.send(ask(" "))
        yield* tick
        expect(viewers.map(({ seen }) => seen().length)).toEqual([1, 0])
        yield* Viewers.leaveAll(viewers)
      })
    )
  )
})
