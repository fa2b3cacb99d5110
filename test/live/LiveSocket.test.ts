import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import type { Place } from "../../src/live/BridgeFailed.ts"
import * as LiveSocket from "../../src/live/LiveSocket.ts"
import * as NextRound from "../../src/supervision/NextRound.ts"
import * as LiveServers from "../support/LiveServers.ts"
import type { Visit } from "../support/LiveServers.ts"

const place: Place = { platform: "twitch", room: "anna" }

/** A connection on the tests' clock to a server that does as told with each frame. */
const connect = Effect.fnUntraced(function* (hear: (visit: Visit, frame: Buffer) => void) {
  const server = yield* LiveServers.serve({ hear })
  const read: Array<string> = []
  const fiber = yield* Effect.forkScoped(
    Effect.flip(
      LiveSocket.attend({
        place,
        url: server.ws,
        begin: ({ send }) => send("begin"),
        beat: { every: "30 seconds", frame: "beat" },
        silence: "70 seconds",
        read: (frame) => Effect.sync(() => void read.push(String(frame)))
      })
    )
  )
  const said = () => (server.visits[0]?.said ?? []).map(String)
  const beats = (count: number) => server.until(() => (said().length === count ? true : undefined))
  yield* beats(1)
  return { server, read, said, beats, ended: Fiber.join(fiber) }
})

describe("the connection of a bridge", () => {
  it.scoped("sends its heartbeat, and ends when nothing comes back", () =>
    Effect.gen(function* () {
      const { beats, ended, said, server } = yield* connect(() => undefined)
      yield* TestClock.adjust("30 seconds")
      yield* beats(2)
      yield* TestClock.adjust("30 seconds")
      yield* beats(3)
      expect(said()).toEqual(["begin", "beat", "beat"])
      yield* TestClock.adjust("10 seconds")
      expect((yield* ended).reason).toBe("silent")
      yield* server.until(() => (server.visits[0]!.open ? undefined : true))
    })
  )

  it.scoped("ends with the code of the other side's, and takes no frame that is too long", () =>
    Effect.gen(function* () {
      const closing = yield* connect(({ socket }) => socket.close(4001))
      expect(yield* closing.ended).toMatchObject({ reason: "no-connection", detail: "closed with 4001" })
      const flooding = yield* connect(({ socket }) => socket.send("x".repeat(1024 * 1024 + 1)))
      expect((yield* flooding.ended).reason).toBe("no-connection")
      expect(flooding.read).toEqual([])
    })
  )

  it.scoped("waits so long for the other side and no longer", () =>
    Effect.gen(function* () {
      const { asked, host } = yield* LiveServers.silent
      const attending = LiveSocket.attend({
        place,
        url: `ws://${host}`,
        begin: () => Effect.void,
        beat: { every: "30 seconds", frame: "" },
        silence: "70 seconds",
        read: () => Effect.void
      })
      const fiber = yield* Effect.forkScoped(Effect.flip(attending))
      yield* asked
      yield* TestClock.adjust("14999 millis")
      yield* NextRound.nextRound
      expect(fiber.unsafePoll()).toBeNull()
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.join(fiber)).toMatchObject({ reason: "no-connection", detail: "too slow" })
    })
  )

  it.scoped("says why there is none", () =>
    Effect.gen(function* () {
      const url = "ws://127.0.0.1:1"
      const failure = yield* Effect.flip(
        LiveSocket.attend({
          place,
          url,
          begin: () => Effect.void,
          beat: { every: "30 seconds", frame: "" },
          silence: "70 seconds",
          read: () => Effect.void
        })
      )
      expect(failure.message).toBe("no connection to the chat of Twitch, anna (ECONNREFUSED)")
    })
  )
})
