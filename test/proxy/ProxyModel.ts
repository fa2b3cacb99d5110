import assert from "node:assert/strict"
import { Effect } from "effect"
import type { Fiber, Supervisor } from "effect"
import type { Proxy } from "../../src/proxy/Proxy.ts"
import { mostWaiting } from "../../src/proxy/TextQueue.ts"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import * as ManualClock from "../support/ManualClock.ts"
import * as Viewers from "../support/Viewers.ts"
import type * as World from "../support/World.ts"

interface Message {
  readonly message: string
  /** The turn that it is part of. */
  readonly turn?: string
}

/** What the model knows of a viewer. */
export interface Viewer {
  readonly real: Viewers.Joined
  /** What it must have read, in this order. */
  readonly read: Array<string>
  /** What waits for it to read on; undefined if it reads. */
  waiting: Array<Message> | undefined
}

interface Text {
  readonly text: string
  readonly from: Viewer | undefined
  readonly paid: boolean
}

/** The proxy as anybody would write it who had but one thing to do at a time. */
export interface Model {
  viewers: Array<Viewer>
  /** Viewers that have been dropped in this step. */
  dropped: Array<Viewer>
  queue: Array<Text>
  /** What is being played. */
  turn: string | undefined
  /** Turns that have been interrupted: what waits of them is read by nobody. */
  readonly stopped: Set<string>
  texts: number
}

export interface Real {
  readonly run: <A, E>(effect: Effect.Effect<A, E, World.Services | Proxy>) => Promise<A>
  readonly clock: ReturnType<typeof ManualClock.make>
  readonly world: World.World
  readonly supervisor: Supervisor.Supervisor<Array<Fiber.RuntimeFiber<unknown, unknown>>>
}

/** Gives a message to everybody but `except`; who has no room for it has been dropped, since somebody else always reads. */
export const broadcast = (model: Model, message: Message, except?: Viewer) => {
  for (const viewer of model.viewers) {
    if (viewer === except) continue
    if (viewer.waiting === undefined) viewer.read.push(message.message)
    else if (viewer.waiting.length < Viewers.capacity) viewer.waiting.push(message)
    else {
      model.viewers = model.viewers.filter((other) => other !== viewer)
      model.dropped.push(viewer)
    }
  }
}

export const goOn = (model: Model) => {
  if (model.turn !== undefined || model.queue.length === 0) return
  const next = model.queue.find(({ paid }) => paid) ?? model.queue[0]!
  model.queue = model.queue.filter((text) => text !== next)
  model.turn = next.text
  broadcast(model, { message: `transcription ${next.text}` }, next.from)
  for (const message of [
    "conversation-chain-start",
    "full-text Thinking...",
    `audio You said ${next.text}.`,
    "backend-synth-complete"
  ])
    broadcast(model, { message, turn: next.text })
}

export const add = (model: Model, text: Text) => {
  if (model.queue.length >= mostWaiting) return false
  model.queue.push(text)
  goOn(model)
  return true
}

export const readers = ({ viewers }: Model) => viewers.filter(({ waiting }) => waiting === undefined)

/** What must be so after every step. */
export const check = async (model: Model, real: Real) => {
  for (const { read, real: viewer } of model.viewers) {
    assert.equal(viewer.dropped(), false)
    assert.deepEqual(viewer.seen(), read)
  }
  const { fibers, sessions } = await real.run(Effect.flatMap(SessionRegistry, ({ snapshot }) => snapshot))
  const alive = model.viewers.length > 0
  assert.equal(sessions.length, alive ? 1 : 0)
  assert.deepEqual(fibers, {
    ...(alive ? { context: 1, proxy: 1 } : {}),
    ...(model.turn === undefined ? {} : { turn: 1, playback: 1 })
  })
}

/** Those whom the proxy has dropped close their connections; who has gone leaves nothing. */
export const settleDropped = async (model: Model, real: Real) => {
  await real.run(ManualClock.settle)
  for (const { real: viewer } of model.dropped.splice(0)) {
    assert.equal(viewer.dropped(), true)
    await real.run(viewer.leave)
  }
}
