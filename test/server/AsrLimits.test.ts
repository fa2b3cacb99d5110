import type { Worker } from "node:worker_threads"
import { describe, expect, it, vi } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import * as FairShare from "../../src/engine/FairShare.ts"
import * as SpeechServer from "../support/SpeechServer.ts"
import * as Threads from "../support/Threads.ts"
import * as Tone from "../support/Tone.ts"
import { begin, upload } from "../support/Uploads.ts"

describe("POST /asr beside others", () => {
  const recogniser = SpeechServer.recogniser()
  const serve = () => SpeechServer.layer(recogniser, { fakeVoice: true })
  const afterwards = Effect.zipRight(
    SpeechServer.idle,
    Effect.sync(() => expect([recogniser.running, recogniser.opened]).toEqual([0, 0]))
  )

  it.scopedLive("takes the upload apart in another thread", () =>
    Effect.gen(function* () {
      const here = vi.spyOn(Response.prototype, "formData")
      yield* Effect.addFinalizer(() => Effect.sync(() => here.mockRestore()))
      expect((yield* upload(Tone.wav(100))).status).toBe(200)
      expect(here).not.toHaveBeenCalled()
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive(
    "does not blame the file when the decoding thread ends by itself, and starts another one",
    () =>
      Effect.gen(function* () {
        const started = yield* Threads.started
        expect((yield* upload(Tone.wav(100))).status).toBe(200)
        const [thread] = started as [Worker]
        const post = thread.postMessage.bind(thread)
        thread.postMessage = (...message: Parameters<Worker["postMessage"]>) => {
          post(...message)
          void thread.terminate()
        }
        // Large enough that it is not done before the thread has ended.
        const stopped = yield* upload(new Uint8Array(16 * 1024 * 1024))
        expect([stopped.status, stopped.body.error]).toEqual([
          503,
          expect.stringContaining("the decoder stopped")
        ])
        expect((yield* upload(Tone.wav(100))).status).toBe(200)
        yield* afterwards
      }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("tells whoever comes on top of sixteen to come again", () =>
    Effect.gen(function* () {
      recogniser.mood = "hangs"
      const clients = yield* Effect.forEach(Array.from({ length: 16 }), () =>
        Effect.fork(upload(Tone.wav(100)))
      )
      yield* SpeechServer.alive("transcription", 16)
      const more = yield* upload(Tone.wav(100))
      expect([more.status, more.body.error]).toEqual([503, expect.stringContaining("Try again")])
      yield* Fiber.interruptAll(clients)
      recogniser.mood = "listens"
      yield* afterwards
      expect((yield* upload(Tone.wav(100))).status).toBe(200)
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("works on recordings while others are still coming in, up to thirty-two at a time", () =>
    Effect.gen(function* () {
      yield* Effect.gen(function* () {
        yield* Effect.replicateEffect(begin, 31)
        yield* SpeechServer.alive("upload", 31)
        expect((yield* upload(Tone.wav(100))).status).toBe(200)
        yield* begin
        yield* SpeechServer.alive("upload", 32)
        const more = yield* upload(Tone.wav(100))
        expect([more.status, more.body.error]).toEqual([503, expect.stringContaining("32 uploads")])
      }).pipe(Effect.scoped)
      yield* afterwards
      expect((yield* upload(Tone.wav(100))).status).toBe(200)
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("gives up an upload of which nothing comes any more, and its connection", () =>
    Effect.gen(function* () {
      expect(yield* (yield* begin).answer).toMatch(/^http.1.1 408 .*^connection: close\r$/msu)
      yield* afterwards
    }).pipe(
      Effect.provide(
        SpeechServer.layer(recogniser, { fakeVoice: true, limits: { uploadPause: "100 millis" } })
      )
    )
  )

  it.scopedLive("has the share of one session, whatever the number of its requests", () => {
    const share = FairShare.make(1)
    const session = share.join()
    const sharing = { ...SpeechServer.recogniser(), share }
    return Effect.gen(function* () {
      const open = yield* Deferred.make<void>()
      yield* Effect.fork(session.run(Deferred.await(open)))
      for (const waiting of [1, 2, 3]) {
        yield* Effect.fork(upload(Tone.wav(100)))
        while (sharing.running < waiting) yield* Effect.sleep("10 millis")
      }
      expect(sharing.opened).toBe(1)
      // Behind one request, not behind three.
      const turn = yield* Effect.fork(session.run(Effect.sync(() => sharing.running)))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(open, undefined)
      expect(yield* Fiber.join(turn)).toBeGreaterThanOrEqual(2)
      yield* SpeechServer.idle
      expect([sharing.running, sharing.opened]).toEqual([0, 0])
    }).pipe(Effect.provide(SpeechServer.layer(sharing, { fakeVoice: true })))
  })
})
