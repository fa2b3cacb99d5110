import { HttpClient, HttpClientRequest } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect, Fiber, Schema, TestClock } from "effect"
import * as JsonRequest from "../../src/live/JsonRequest.ts"
import * as NextRound from "../../src/supervision/NextRound.ts"
import * as LiveServers from "../support/LiveServers.ts"

it.scoped("a request to a platform waits so long for its answer and no longer", () =>
  Effect.gen(function* () {
    const { asked, host } = yield* LiveServers.silent
    const http = yield* HttpClient.HttpClient
    const asking = JsonRequest.ask(
      http,
      { platform: "youtube", room: "aliveVideo1" },
      HttpClientRequest.get(`http://${host}/`),
      Schema.Unknown
    )
    const fiber = yield* Effect.forkScoped(Effect.flip(asking))
    yield* asked
    yield* TestClock.adjust("19999 millis")
    yield* NextRound.nextRound
    expect(fiber.unsafePoll()).toBeNull()
    yield* TestClock.adjust("1 millis")
    expect(yield* Fiber.join(fiber)).toMatchObject({ reason: "no-connection", detail: "too slow" })
  }).pipe(Effect.provide(NodeHttpClient.layerUndici))
)
