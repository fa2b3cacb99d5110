import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Scope } from "effect"
import * as Outgoing from "../../src/group/Outgoing.ts"
import * as ServerMessage from "../../src/protocol/ServerMessage.ts"

const message = ServerMessage.control("start-mic")

/** A client that takes nothing, and how often it had to leave. */
const deaf = Effect.gen(function* () {
  const left = { times: 0 }
  const scope = yield* Effect.scope
  const line = Outgoing.make(
    () => Effect.never,
    scope,
    Effect.sync(() => void left.times++)
  )
  const post = (count: number) =>
    Effect.zipRight(Effect.replicateEffect(line.post(message), count), Effect.yieldNow())
  return { left, line, post }
})

describe("Outgoing", () => {
  it.scoped("has a client leave that takes nothing, and again if it has come back", () =>
    Effect.gen(function* () {
      const { left, post } = yield* deaf
      yield* post(Outgoing.mostWaiting)
      expect(left.times).toBe(0)
      yield* post(1)
      expect(left.times).toBe(1)
      yield* post(Outgoing.mostWaiting - 1)
      const before = left.times
      yield* post(1)
      expect(left.times).toBe(before + 1)
    })
  )

  it.scoped("lets nobody wait for what is dropped", () =>
    Effect.gen(function* () {
      const { line, post } = yield* deaf
      const waits = yield* Effect.fork(line.deliver(message))
      yield* Effect.yieldNow()
      yield* post(2 * Outgoing.mostWaiting)
      yield* line.deliver(message)
      expect(waits.unsafePoll()).toBeNull()
      yield* Fiber.interrupt(waits)
    })
  )

  it.scoped("tells a client that has been stuck which group it is in", () =>
    Effect.gen(function* () {
      const taken: Array<ServerMessage.Outgoing> = []
      const takes = yield* Effect.makeLatch(false)
      const line = Outgoing.make(
        (next) => takes.whenOpen(Effect.sync(() => void taken.push(next))),
        yield* Effect.scope,
        Effect.void
      )
      const update = (...members: ReadonlyArray<string>) =>
        ({ type: "group-update", members, is_owner: false }) as const
      yield* Effect.replicateEffect(line.post(message), 2 * Outgoing.mostWaiting)
      yield* line.post(update("a", "b", "c"))
      yield* line.post(update("a", "b"))
      const waits = yield* Effect.fork(line.deliver(update()))
      yield* Effect.yieldNow()
      yield* line.post(message)
      yield* takes.open
      yield* Fiber.join(waits)
      expect(taken).toHaveLength(2 * Outgoing.mostWaiting + 1)
      expect(taken.filter(({ type }) => type === "group-update")).toEqual([update()])
    })
  )

  it.scoped("hands everything on in order", () =>
    Effect.gen(function* () {
      const taken: Array<ServerMessage.Outgoing> = []
      const scope = yield* Scope.fork(yield* Effect.scope, { _tag: "Sequential" })
      const line = Outgoing.make((next) => Effect.sync(() => void taken.push(next)), scope, Effect.void)
      const texts = ["start-mic", "mic-audio-end", "interrupt"] as const
      for (const text of texts) yield* line.post(ServerMessage.control(text))
      yield* line.flush
      expect(taken).toEqual(texts.map((text) => ServerMessage.control(text)))
    })
  )
})
