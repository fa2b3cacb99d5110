import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as FormBody from "../support/FormBody.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { engines } from "./AsrLayer.ts"
import * as AsrConfigs from "./AsrConfigs.ts"
import { describeRecognitionService, open, samples } from "./describeRecognitionService.ts"

const json = (body: object, status = 200): Answer => ({ status, chunks: [JSON.stringify(body)] })

const whisper = (base_url: string, changes: object = {}) =>
  AsrConfigs.of("whisper_cpp", { model_name: "base", model_dir: "models", base_url, ...changes })

// Shapes: the documentation of whisper.cpp's example program `server`.
await describeRecognitionService("whisper_cpp", {
  config: whisper,
  wavOf: (asked) => FormBody.fileOf(asked, "file"),
  answer: (text) => json({ text }),
  refusals: {},
  keys: { secret: "", model: "", address: "asr_config.whisper_cpp.base_url" }
})

describe("whisper_cpp", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("sends the utterance with what the section says and answers its text in one line", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => json({ text: " Hello there.\n How are you?\n" }))
        const asr = yield* open(whisper(`${server.url}/`, { language: "de", prompt: "Names: Hana" }))
        assert.strictEqual(yield* asr.transcribe(samples), "Hello there. How are you?")
        const [asked] = server.log
        assert.strictEqual(`${asked!.method} ${asked!.path}`, "POST /inference")
        assert.deepStrictEqual(yield* Effect.promise(() => FormBody.shown(asked!)), {
          file: "utterance.wav audio/wav 32044",
          response_format: "json",
          temperature: "0",
          language: "de",
          prompt: "Names: Hana"
        })
      })
    )

    it.scoped("says what is wrong, and how to start the server", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open((_, index) =>
          json({ error: "failed to read WAV file" }, index === 0 ? 400 : 200)
        )
        const failure = (url: string) =>
          Effect.flatMap(open(whisper(url)), (asr) =>
            Effect.map(Effect.flip(asr.transcribe(samples)), ({ message }) => message)
          )
        assert.include(yield* failure(server.url), 'with status 400: "failed to read WAV file"')
        assert.include(yield* failure(server.url), 'could not do it: "failed to read WAV file"')
        const nobody = yield* failure("http://127.0.0.1:9")
        assert.include(nobody, "no server answers at 127.0.0.1:9")
        assert.include(nobody, "whisper-server -m ggml-base.bin --host 127.0.0.1 --port 9")
      })
    )

    it.scoped("asks one at a time in all sessions together, and aborts the request of whoever leaves", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => ({ afterwards: "nothing" }))
        const { log, url } = server
        const reached = (count: number) => Effect.promise(() => log.reached(count))
        const promptOf = (index: number) =>
          Effect.promise(async () => (await FormBody.of(log[index]!)).get("prompt"))
        const ann = yield* open(whisper(url, { prompt: "first" }))
        const bob = yield* open(whisper(`${url}/`, { prompt: "second" }))
        const first = yield* Effect.fork(ann.transcribe(samples))
        yield* reached(1)
        const second = yield* Effect.fork(bob.transcribe(samples))
        // With places of its own it asks after the second, which would have asked by then if it had been let in.
        const other = yield* open(whisper(url, { prompt: "third", max_concurrency: 2 }))
        const third = yield* Effect.fork(other.transcribe(samples))
        yield* reached(2)
        assert.strictEqual(yield* promptOf(1), "third")
        yield* Fiber.interrupt(first)
        yield* Effect.promise(() => log[0]!.over)
        assert.isTrue(log[0]!.aborted)
        yield* reached(3)
        assert.strictEqual(yield* promptOf(2), "second")
        yield* Fiber.interruptAll([second, third])
      })
    )
  })
})
