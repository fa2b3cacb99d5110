import { readFileSync } from "node:fs"
import type { Worker } from "node:worker_threads"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { english } from "../../src/language/Text.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import { contract } from "./contracts/FishVoice.ts"
import { open } from "./describeTts.ts"
import { engines } from "./TtsLayer.ts"

/** It is decoded in a thread, as MP3 is not. */
const flac = new Uint8Array(readFileSync(new URL("../audio/fixtures/tone.flac", import.meta.url)))

/** The threads that are started from now on. */
const threads = Effect.gen(function* () {
  const started: Array<Worker> = []
  const add = (thread: Worker) => void started.push(thread)
  yield* Effect.acquireRelease(
    Effect.sync(() => process.on("worker", add)),
    () => Effect.sync(() => process.off("worker", add))
  )
  return started
})

describe("RemoteVoice", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("does not blame the service for a decoder that stopped, and keeps the cause", () =>
      Effect.gen(function* () {
        const started = yield* threads
        let release: () => void = () => undefined
        const server = yield* ServiceServer.open(() => ({
          headers: { "content-type": "audio/flac" },
          chunks: [flac.subarray(0, -100), flac.subarray(-100)],
          mayGoOn: () => new Promise((resolve) => (release = resolve))
        }))
        const tts = yield* open(contract.config(server.url))
        const decoderStops = Effect.gen(function* () {
          const pieces: Array<unknown> = []
          const speaking = yield* Effect.fork(
            Effect.flip(tts.stream!("Hello.", (piece) => Effect.sync(() => void pieces.push(piece))))
          )
          while (pieces.length === 0) yield* Effect.sleep("5 millis")
          yield* Effect.promise(() => started.at(-1)!.terminate())
          release()
          return yield* Fiber.join(speaking)
        })
        for (let sentence = 1; sentence <= 4; sentence++) {
          const error = yield* decoderStops
          assert.strictEqual(english(error.detail), "its sound could not be decoded: the decoder stopped")
          assert.isFalse(error.fault)
          assert.isDefined(error.cause)
          assert.strictEqual(server.log.length, sentence)
        }
      })
    )

    it.scoped("keeps why there is no connection", () =>
      Effect.gen(function* () {
        const server = yield* Effect.promise(() => ServiceServer.listen(() => ({})))
        yield* Effect.promise(server.close)
        const tts = yield* open(contract.config(server.url))
        const error = yield* Effect.flip(tts.synthesize("Hello."))
        assert.deepInclude(error.cause, { code: "ECONNREFUSED" })
      })
    )
  })
})
