import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as AdaptiveVad from "../../src/session/AdaptiveVad.ts"
import { characterConfig } from "../support/Fixtures.ts"
import { raw, silence } from "../support/RawAudio.ts"
import { ready, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

const control = (action: "start" | "adjust" | "reset" | "stop", volume?: number) =>
  ({ type: "adaptive-vad-control", action, ...(volume === undefined ? {} : { volume }) }) as const

const answers = (client: World.Connected) =>
  client.received.map((message: ServerMessage) =>
    message.type === "adaptive-vad-response" ? (message.error ?? message.message) : message.type
  )

const at = (probability: number, decibels: number) =>
  `The thresholds are prob_threshold ${probability} and db_threshold ${decibels}.`

describe("adaptive-vad-control", () => {
  it.effect("raises the thresholds, follows the volume, and brings them back", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        for (const message of [
          control("start"),
          control("adjust", 1),
          control("adjust", 0.25),
          control("reset"),
          control("adjust", 0),
          control("start", 0.75),
          control("stop")
        ])
          yield* client.send(message)
        expect(answers(client)).toEqual([
          at(0.6, 70),
          at(0.8, 80),
          at(0.5, 65),
          at(0.4, 60),
          at(0.4, 60),
          at(0.7, 75),
          at(0.4, 60)
        ])
        expect(client.received[0]).toMatchObject({ action: "start", success: true })
        yield* client.leave
      })
    )
  )

  it.effect("says what was wrong, and changes nothing then", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send(control("adjust", 0.5))
        yield* client.send(control("start"))
        for (const volume of [undefined, 1.5, -0.1, Number.NaN]) yield* client.send(control("adjust", volume))
        yield* client.send(control("start", 2))
        yield* client.send(control("stop"))
        yield* client.send(control("adjust", 0.5))
        expect(answers(client)).toEqual([
          "There is nothing to adjust: send the action start first.",
          at(0.6, 70),
          "The field `volume` is missing: expected 0 to 1.",
          ...["1.5", "-0.1", "NaN", "2"].map(
            (volume) => `The field \`volume\` is out of range: expected 0 to 1, found ${volume}.`
          ),
          at(0.4, 60),
          "There is nothing to adjust: send the action start first."
        ])
        expect(client.received[2]).not.toHaveProperty("success")
        yield* client.leave
      })
    )
  )

  it.effect("says which key to set when the character has no voice activity detection", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send({ type: "switch-config", file: "c.yaml" })
        yield* TestClock.adjust("3 seconds")
        yield* client.send(control("start"))
        expect(answers(client).at(-1)).toContain("character_config.vad_config.vad_model")
        yield* client.leave
      })
    )
  )

  it.effect("soft speech counts no longer while it is raised, and counts again afterwards", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        // 66 dB: over 60, below 70.
        const soft = raw(new Float32Array(512 * 12).fill(0.06))
        yield* client.send(control("start"))
        yield* client.send(soft)
        yield* TestClock.adjust(World.loadTimes.vad)
        yield* client.send(silence(10))
        yield* tick
        expect(client.seen().filter((text) => text === "interrupt")).toEqual([])
        yield* client.send(control("reset"))
        yield* client.send(soft)
        yield* tick
        expect(client.seen().filter((text) => text === "interrupt")).toEqual(["interrupt"])
        yield* client.leave
      })
    )
  )

  it("never raises the probability so far that nobody could reach it, nor lowers what is configured", () => {
    const config = characterConfig("a").vad_config.silero_vad
    const highest = (prob_threshold: number) =>
      AdaptiveVad.rules({ ...config, prob_threshold }, { volume: 1 }).probThreshold
    expect(highest(0.7)).toBe(0.95)
    expect(highest(0.99)).toBe(0.99)
  })
})
