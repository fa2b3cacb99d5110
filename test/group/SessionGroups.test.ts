import { describe, expect, it } from "@effect/vitest"
import { Effect, ManagedRuntime } from "effect"
import { Groups } from "../../src/group/Groups.ts"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { ask, says } from "../support/Talk.ts"
import * as World from "../support/World.ts"
import * as GroupModel from "./GroupModel.ts"
import { assertModel } from "./GroupRuns.ts"

/** A real session, with engines that take no time. */
const connect = Effect.fnUntraced(function* (world: World.World, uid: string) {
  const before = new Set(world.stored.keys())
  const client = yield* World.connectAs(uid)
  yield* client.send({ type: "create-new-history" })
  const history = [...world.stored.keys()].find((key) => !before.has(key))!
  const guest: GroupModel.Guest = {
    uid,
    received: client.received,
    story: () => (world.stored.get(history) ?? []).map(({ content }) => content),
    exclusive: client.exclusive,
    isBusy: client.isBusy,
    send: (message) => {
      switch (message.type) {
        case "text-input":
          return client.send(ask(message.text))
        case "audio-play-start":
          return client.send({ ...message, forwarded: true })
        default:
          return client.send(message)
      }
    },
    leave: client.leave
  }
  return guest
})

describe("groups of sessions", () => {
  it("are what a simple model of them is, too", { timeout: 120_000 }, async () => {
    const world = World.make()
    world.instant = true
    let answers = 0
    world.reply = () => says(`Answer ${++answers}.`)
    const runtime = ManagedRuntime.make(World.layer(world))
    const groups = await runtime.runPromise(Groups)
    const registry = await runtime.runPromise(SessionRegistry)
    const context = await runtime.runPromise(Effect.context<World.Services>())
    const run = <A>(effect: Effect.Effect<A>) => runtime.runPromise(Effect.withTracerEnabled(effect, false))
    await assertModel({
      groups,
      connect: (uid) => Effect.provide(connect(world, uid), context),
      run,
      maxCommands: 30,
      numRuns: 60,
      nothingLeft: async () =>
        expect(await run(registry.snapshot)).toEqual({
          sessions: [],
          groups: { groups: 0, members: 0 },
          fibers: {},
          engines: []
        })
    })
    await runtime.dispose()
  })
})
