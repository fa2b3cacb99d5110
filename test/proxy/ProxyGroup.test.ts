import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { Groups } from "../../src/group/Groups.ts"
import { Proxy } from "../../src/proxy/Proxy.ts"
import { guests, plays } from "../support/GroupTalk.ts"
import { ask, says, start, tick } from "../support/Talk.ts"
import * as Viewers from "../support/Viewers.ts"
import * as World from "../support/World.ts"

const run = <E>(test: (world: World.World) => Effect.Effect<void, E, World.Services | Proxy>) =>
  World.run((world) => Effect.provide(test(world), Proxy.layer))

describe("the shared session in a group", () => {
  it.effect("is one member, whatever number of viewers it has, and leaves with the last of them", () =>
    run((world) =>
      Effect.gen(function* () {
        world.reply = (_, name) => says(`I am ${name}.`)
        const [b] = yield* guests(["b"])
        // One that only writes plays nothing, though it was there first.
        const bridge = yield* Viewers.join(false)
        const viewers = [yield* Viewers.join(), yield* Viewers.join()]
        yield* TestClock.adjust("3 seconds")
        const greeted = viewers[0]!.received.find(({ type }) => type === "set-model-and-conf")
        const shared = greeted?.type === "set-model-and-conf" ? greeted.client_uid : ""
        yield* b!.send({ type: "add-client-to-group", invitee_uid: shared })
        yield* tick
        const update = { type: "group-update", members: ["b", shared], is_owner: false }
        for (const { received } of viewers) expect(received.at(-1)).toEqual(update)

        // Whoever comes later is told of it, too.
        const late = yield* Viewers.join()
        expect(late.received.filter(({ type }) => type === "group-update")).toEqual([update, update])
        for (const { received } of [...viewers, late]) received.length = 0
        b!.news()

        yield* b!.send(ask("Hello"))
        yield* tick
        yield* plays(b!)
        b!.news()
        for (const viewer of [...viewers, late]) {
          expect(viewer.received.map(({ type }) => type)).toContain("backend-synth-complete")
          const audio = viewer.received.findLast((message) => message.type === "audio")
          if (audio?.type !== "audio" || audio.display_text === null) return expect.fail("no audio")
          yield* viewer.send({ type: "audio-play-start", display_text: audio.display_text, forwarded: true })
        }
        yield* tick
        expect(b!.news()).toEqual(["silent I am a."])
        yield* late.send({ type: "frontend-playback-complete" })
        yield* tick
        expect(b!.news()).toEqual(expect.arrayContaining([...start, "audio I am b."]))

        // A text of a viewer is said to the group.
        yield* viewers[1]!.send(ask("And now?"))
        yield* tick
        expect(b!.newsOf("user-input-transcription")).toMatchObject([{ text: "And now?" }])
        expect(world.asked.at(-1)?.text).toMatch(/Human: And now\?$/u)

        for (const { leave } of [...viewers, late, bridge]) yield* leave
        yield* tick
        expect(yield* (yield* Groups).counts).toEqual({ groups: 0, members: 0 })
        yield* b!.leave
      })
    )
  )

  it.effect("lets nothing from outside interrupt the talk of the group", () =>
    run((world) =>
      Effect.gen(function* () {
        // Where one has nothing to say, the talk ends.
        world.reply = (_, name) => (name === "b" ? says("I am b.") : says())
        const [b] = yield* guests(["b"])
        const viewer = yield* Viewers.join()
        yield* TestClock.adjust("3 seconds")
        const greeted = viewer.received.find(({ type }) => type === "set-model-and-conf")
        const shared = greeted?.type === "set-model-and-conf" ? greeted.client_uid : ""
        yield* b!.send({ type: "add-client-to-group", invitee_uid: shared })
        yield* tick
        yield* b!.send(ask("Hello"))
        yield* tick
        const { ready, say } = yield* Proxy
        const free = yield* Effect.fork(ready)
        const asked = world.asked.length
        b!.news()
        yield* say({ sender: "Anna", text: "in between", priority: "usual" })
        yield* tick
        expect(world.asked.length).toBe(asked)
        expect(b!.news()).toEqual([])
        expect(yield* free.poll).toMatchObject({ _tag: "None" })
        // A viewer's text passes it, and interrupts the talk.
        yield* viewer.send(ask("Stop!"))
        yield* tick
        expect(b!.newsOf("user-input-transcription").map(({ text }) => text)).toEqual(["Stop!"])
        b!.received.length = 0

        const heard = () => b!.newsOf("user-input-transcription").map(({ text }) => text)
        // Its speech ends, and what came in between has its turn.
        yield* plays(b!)
        yield* tick
        expect(heard()).toEqual(["Anna: in between"])
        expect(viewer.received).toContainEqual(
          expect.objectContaining({ type: "user-input-transcription", text: "Anna: in between" })
        )
        yield* plays(b!)
        yield* Fiber.join(free)
        yield* say({ sender: "Anna", text: "from outside", priority: "usual" })
        yield* tick
        expect(heard()).toEqual(["Anna: in between", "Anna: from outside"])
        yield* viewer.leave
        yield* b!.leave
      }).pipe(Effect.orDie)
    )
  )
})
