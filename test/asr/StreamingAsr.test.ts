import { FileSystem } from "@effect/platform"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { Asr } from "../../src/asr/Asr.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as Speech from "../support/Speech.ts"
import * as StubProviders from "../support/StubProviders.ts"
import * as ToneModel from "../support/ToneModel.ts"
import { engineOf, engines, kill, open } from "./AsrLayer.ts"

/** The files of a streaming model, by the keys of `sherpa_onnx_asr`. */
const model = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  const keys = { model_type: "streaming_nemo_ctc", nemo_ctc: `${folder}/m.onnx`, tokens: `${folder}/t.txt` }
  yield* fs.writeFile(keys.nemo_ctc, ToneModel.encode())
  yield* fs.writeFileString(keys.tokens, ToneModel.tokens)
  return keys
})

const { tone } = ToneModel

const listen = ({ listen }: Asr) => (listen === undefined ? Effect.dieMessage("it cannot listen") : listen)

describe("sherpa_onnx_asr with a streaming model", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("answers the transcript so far with each piece, and the same as for the whole", () =>
      Effect.gen(function* () {
        const asr = yield* open(yield* model)
        const listener = yield* listen(asr)
        const pieces = (["silence", "high", "low", "silence", "high"] as const).map(tone)
        const grown = yield* Effect.forEach(pieces, listener.hear)
        assert.deepStrictEqual(grown, ["", "high", "high low", "high low", "high low high"])
        assert.strictEqual(yield* listener.finish, "high low high")
        assert.strictEqual(yield* asr.transcribe(Speech.join(...pieces)), "high low high")
        assert.strictEqual(yield* asr.transcribe(tone("silence")), "")
        assert.strictEqual(yield* asr.transcribe(new Float32Array(0)), "")
      })
    )

    it.scoped("listens to several at once, each for itself, and forgets who leaves", () =>
      Effect.gen(function* () {
        const keys = yield* model
        const asr = yield* open(keys)
        const [ann, bob] = [yield* listen(asr), yield* listen(asr)]
        yield* ann.hear(tone("high"))
        yield* bob.hear(tone("low"))
        yield* Effect.scoped(Effect.flatMap(listen(asr), (carl) => carl.hear(tone("low"))))
        assert.strictEqual(yield* ann.hear(tone("low")), "high low")
        assert.strictEqual(yield* bob.finish, "low")
        assert.strictEqual(yield* (yield* engineOf(keys)).process.jobs, 0)
      })
    )

    it.scoped("an interrupted transcription stops between two seconds", () =>
      Effect.gen(function* () {
        const keys = yield* model
        const asr = yield* open(keys)
        const { process } = yield* engineOf(keys)
        const long = Speech.join(...Array<Float32Array>(100).fill(tone("high")))
        const given = yield* Effect.fork(asr.transcribe(long))
        yield* Effect.repeat(Effect.orDie(process.jobs), { until: (count) => count === 1 })
        yield* Fiber.interrupt(given)
        yield* Effect.repeat(Effect.orDie(process.jobs), { until: (count) => count === 0 })
      })
    )

    it.scoped("a death fails what was being listened to, to its end, and no more", () =>
      Effect.gen(function* () {
        const keys = yield* model
        const asr = yield* open(keys)
        const { process } = yield* engineOf(keys)
        const [during, before] = [yield* listen(asr), yield* listen(asr)]
        yield* during.hear(tone("high"))
        yield* before.hear(tone("high"))
        yield* kill(keys)
        // One notices in the middle. The other one is silent until the next process runs: that has not heard its "high".
        yield* Effect.either(during.hear(tone("low")))
        assert.strictEqual(yield* process.jobs, 0)
        assert.include((yield* Effect.flip(during.finish)).message, "lost")
        assert.include((yield* Effect.flip(before.finish)).message, "lost")
        assert.include((yield* Effect.flip(before.hear(tone("low")))).message, "lost")
        const after = yield* listen(asr)
        assert.strictEqual(yield* after.hear(tone("low")), "low")
        assert.strictEqual(yield* after.finish, "low")
        assert.strictEqual(yield* asr.transcribe(tone("low")), "low")
      })
    )

    it.scoped("forgets in the process whoever left in the middle, and keeps nobody who leaves waiting", () =>
      Effect.gen(function* () {
        const keys = yield* model
        const asr = yield* open(keys)
        const { process } = yield* engineOf(keys)
        yield* Effect.scoped(Effect.flatMap(listen(asr), ({ hear }) => hear(tone("high"))))
        yield* asr.transcribe(tone("silence"))
        // A job for a listener that is not known is refused.
        for (let listener = 1; listener < 50; listener++)
          assert.strictEqual(
            (yield* Effect.flip(process.ask({ _tag: "Finish", listener }))).reason,
            "refused"
          )
        const pid = (yield* process.pid)!
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* (yield* listen(asr)).hear(tone("high"))
            yield* Effect.sync(() => globalThis.process.kill(pid, "SIGSTOP"))
          })
        )
        yield* Effect.sync(() => globalThis.process.kill(pid, "SIGCONT"))
        assert.strictEqual(yield* process.jobs, 0)
      })
    )

    it.scoped(
      "shows a client that asks for it how the transcript grows",
      () =>
        Effect.gen(function* () {
          const stub = yield* StubProviders.open({})
          const character = {
            ...ServerFolder.stubbed("Hana", stub),
            asr_config: { asr_model: "sherpa_onnx_asr", sherpa_onnx_asr: yield* model }
          }
          const server = yield* BuiltServer.start(yield* ServerFolder.make({ character }))
          const talk = yield* SocketTalk.open(server.url)
          yield* talk.web.send({
            type: "use-extensions",
            partial_transcripts: true,
            binary_audio: "mic-audio-data"
          })
          for (const kind of ["high", "low", "silence"] as const) {
            for (const chunk of Speech.chunks(tone(kind)))
              talk.web.socket.send(Buffer.from(Int16Array.from(chunk, (sample) => sample * 32_767).buffer))
            yield* talk.web.until(() =>
              talk.web.received.some(
                (message) =>
                  message.type === "user-input-partial" &&
                  message.text === (kind === "high" ? "high" : "high low")
              )
                ? true
                : undefined
            )
          }
          const turn = yield* talk.request({ type: "mic-audio-end", images: [] })
          assert.deepInclude(turn, { type: "user-input-transcription", text: "high low" })
          assert.strictEqual(stub.log.chats.at(-1)?.text, "high low")
          talk.web.socket.terminate()
          yield* server.idle
        }),
      60_000
    )
  })
})
