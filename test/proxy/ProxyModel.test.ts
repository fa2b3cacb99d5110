import assert from "node:assert/strict"
import { describe, it } from "@effect/vitest"
import { Effect, Fiber, Runtime, Supervisor } from "effect"
import * as fc from "fast-check"
import { Proxy } from "../../src/proxy/Proxy.ts"
import { mostWaiting } from "../../src/proxy/TextQueue.ts"
import * as ManualClock from "../support/ManualClock.ts"
import { ask, played } from "../support/Talk.ts"
import * as Viewers from "../support/Viewers.ts"
import * as World from "../support/World.ts"
import { add, broadcast, check, goOn, readers, settleDropped } from "./ProxyModel.ts"
import type { Model, Real, Viewer } from "./ProxyModel.ts"

type Step = fc.AsyncCommand<Model, Real>

const step = (
  name: string,
  check_: (model: Model) => boolean,
  act: (model: Model, real: Real) => Promise<void>
): Step => ({
  check: check_,
  toString: () => name,
  run: async (model, real) => {
    await act(model, real)
    await settleDropped(model, real)
    await check(model, real)
  }
})

const some = ({ viewers }: Model) => viewers.length > 0
const pick = ({ viewers }: Model, index: number) => viewers[index % viewers.length]!

const join = step(
  "join",
  ({ viewers }) => viewers.length < 6,
  async (model, real) => {
    const viewer = await real.run(Viewers.join())
    model.viewers = [...model.viewers, { real: viewer, read: [...Viewers.greeting], waiting: undefined }]
    // The engines of a new session are there at once.
    if (model.viewers.length > 1) return
    await real.run(ManualClock.settle)
    for (const load of [World.loadTimes.mcp, World.loadTimes.asr]) await real.run(real.clock.advance(load))
  }
)

const leave = (index: number) =>
  step(`leave ${index}`, some, async (model, real) => {
    const viewer = pick(model, index)
    await real.run(viewer.real.leave)
    model.viewers = model.viewers.filter((other) => other !== viewer)
    if (model.viewers.length === 0) {
      model.queue = []
      model.turn = undefined
    } else if (readers(model).length === 0) wake(model, model.viewers[0]!)
  })

/** It asks for a new conversation, and its connection closes after so many steps of what comes of that. */
const leaveAsking = (index: number, steps: number) =>
  step(
    `leave ${index} asking, after ${steps}`,
    (model) => model.viewers.length === 1 || readers(model).length > 1,
    async (model, real) => {
      const viewer = pick(model, index)
      viewer.real.viewer.arriving = false
      await real.run(
        Effect.gen(function* () {
          const asking = yield* Effect.fork(viewer.real.send({ type: "create-new-history" }))
          for (let step = 0; step < steps; step++) yield* Effect.yieldNow()
          yield* Fiber.interrupt(asking)
          yield* viewer.real.leave
        })
      )
      model.viewers = model.viewers.filter((other) => other !== viewer)
      const { turn } = model
      model.turn = undefined
      if (model.viewers.length === 0) {
        model.queue = []
        return
      }
      if (turn !== undefined) {
        model.stopped.add(turn)
        broadcast(model, { message: "conversation-chain-end" })
      }
      broadcast(model, { message: "new-history-created" })
      goOn(model)
    }
  )

const say = (index: number) =>
  step(`say ${index}`, some, async (model, real) => {
    const from = pick(model, index)
    const text = `text ${++model.texts}`
    await real.run(from.real.send(ask(text)))
    assert.equal(add(model, { text, from, paid: false }), true)
  })

const pay = step("pay", some, async (model, real) => {
  const text = `text ${++model.texts}`
  const saying = { sender: "Anna", text, priority: "paid" } as const
  await real.run(Effect.flatMap(Proxy, (proxy) => proxy.say(saying)))
  assert.equal(add(model, { text: `Anna: ${text}`, from: undefined, paid: true }), true)
})

/** More than may wait: the sender is told so once for each that is too many. */
const flood = (index: number) =>
  step(`flood ${index}`, some, async (model, real) => {
    const from = pick(model, index)
    wake(model, from)
    for (let count = 0; count < mostWaiting + 3; count++) {
      const text = `text ${++model.texts}`
      await real.run(from.real.send(ask(text)))
      if (add(model, { text, from, paid: false })) {
        await real.run(ManualClock.settle)
        continue
      }
      const last = from.real.received.pop()
      assert.ok(last?.type === "error" && last.message.includes("texts wait"))
    }
    // What waits of it is of no use to the steps that follow.
    while (model.queue.length > 0) {
      await end(model, real, from, "interrupt")
      await real.run(ManualClock.settle)
    }
  })

const end = async (model: Model, real: Real, viewer: Viewer, how: "interrupt" | "played") => {
  await real.run(viewer.real.send(how === "played" ? played : { type: "interrupt-signal", text: "" }))
  const { turn } = model
  if (turn === undefined) return
  if (how === "interrupt") model.stopped.add(turn)
  else
    for (const message of ["force-new-message", "conversation-chain-end"]) broadcast(model, { message, turn })
  model.turn = undefined
  goOn(model)
}

const finish = (index: number, how: "interrupt" | "played") =>
  step(`${how} ${index}`, some, (model, real) => end(model, real, pick(model, index), how))

const stall = (index: number) =>
  step(
    `stall ${index}`,
    (model) => readers(model).length > 1,
    async (model) => {
      const viewer = readers(model)[index % readers(model).length]!
      viewer.real.stall()
      viewer.waiting = []
    }
  )

const wake = (model: Model, viewer: Viewer) => {
  viewer.real.resume()
  for (const { message, turn } of viewer.waiting ?? [])
    if (turn === undefined || !model.stopped.has(turn)) viewer.read.push(message)
  viewer.waiting = undefined
}

const resume = (index: number) =>
  step(`resume ${index}`, some, async (model) => wake(model, pick(model, index)))

const which = fc.nat({ max: 5 })
const steps = [
  fc.constant(join),
  which.map(leave),
  fc.tuple(which, fc.integer({ min: 1, max: 60 })).map(([index, steps]) => leaveAsking(index, steps)),
  which.map(say),
  which.map(say),
  fc.constant(pay),
  which.map((index) => finish(index, "played")),
  which.map((index) => finish(index, "interrupt")),
  which.map(stall),
  which.map(resume)
]

/** One run: the steps, and then everybody leaves, after which nothing may be left. */
const attempt = async (commands: Iterable<Step>, real: Real) => {
  const model: Model = { viewers: [], dropped: [], queue: [], turn: undefined, stopped: new Set(), texts: 0 }
  await fc.asyncModelRun(() => ({ model, real }), commands)
  for (const viewer of model.viewers) await real.run(viewer.real.leave)
  model.viewers = []
  model.turn = undefined
  await check(model, real)
  const own = await real.run(Effect.fiberId)
  const left = await real.run(real.supervisor.value)
  assert.deepEqual(
    left.filter((fiber) => fiber.id().id < (own as { readonly id: number }).id).map((fiber) => fiber.id()),
    []
  )
  const starts = real.world.journal.filter((entry) => entry.startsWith("open")).length
  assert.equal(real.world.journal.filter((entry) => entry.startsWith("close")).length, starts)
  real.world.journal.length = 0
  real.world.asked.length = 0
  real.world.remembered.length = 0
  real.world.stored.clear()
}

const modelled = (arbitrary: fc.Arbitrary<Iterable<Step>>, numRuns: number) => {
  const world = World.make()
  const clock = ManualClock.make()
  return Effect.gen(function* () {
    const supervisor = yield* Supervisor.track
    yield* Effect.gen(function* () {
      const runtime = yield* Effect.runtime<World.Services | Proxy>()
      const real: Real = { run: Runtime.runPromise(runtime), clock, world, supervisor }
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(arbitrary, (commands) => attempt(commands, real)),
          { numRuns, endOnFailure: true }
        )
      )
    }).pipe(Effect.supervised(supervisor))
  }).pipe(Effect.provide(Proxy.layer), Effect.provide(World.layer(world)), Effect.withClock(clock.clock))
}

describe("the proxy, next to a simple model of it", () => {
  it.live(
    "keeps every message of everybody who stays, in order, whatever they do",
    () => modelled(fc.commands(steps, { maxCommands: 15 }), 2000),
    120_000
  )

  it.live("refuses what is too much, and goes on", () =>
    modelled(fc.commands([...steps, which.map(flood)], { maxCommands: 6 }), 50)
  )
})
