import { Effect, Stream, TestClock } from "effect"
import type { AgentEvent } from "../../src/agent/Agent.ts"
import * as World from "./World.ts"

/** A client whose engines are ready, without the opening sequence in what it has seen. */
export const ready = Effect.gen(function* () {
  const client = yield* World.connect
  yield* TestClock.adjust("3 seconds")
  client.received.length = 0
  return client
})

export const says = (...texts: ReadonlyArray<string>) =>
  Stream.fromIterable(texts.map((text): AgentEvent => ({ _tag: "Text", text })))

export const ask = (text: string) => ({ type: "text-input", text, images: [] }) as const
export const played = { type: "frontend-playback-complete" } as const
export const tick = TestClock.adjust("1 millis")

/** How every turn begins, and how one that was spoken ends. */
export const start = ["conversation-chain-start", "full-text Thinking..."]
export const end = ["backend-synth-complete", "force-new-message", "conversation-chain-end"]

/** The conversation as it is stored. */
export const lines = (world: World.World) =>
  [...world.stored.values()].flatMap((rows) => rows.map(({ content, role }) => `${role}: ${content}`))

/** What the agent was given to remember. */
export const memoryOf = (world: World.World) =>
  world.asked.at(-1)?.memory.map(({ role, text }) => `${role}: ${text}`)
