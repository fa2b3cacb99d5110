import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Readable } from "node:stream"
import { HttpClient } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Schema } from "effect"
import * as WhisperCppAsr from "../../src/asr/WhisperCppAsr.ts"
import { WhisperCppConfig } from "../../src/config/AsrConfig.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as Watch from "../support/Watch.ts"

interface Asked {
  readonly path: string
  readonly fields: FormData
  gone: boolean
}

/** A server with the interface of whisper.cpp's; `answer` is given what was asked, `undefined` never answers. */
const serve = (
  answer: (asked: Asked) => { readonly status?: number; readonly body: string | Readable } | undefined
) =>
  Effect.gen(function* () {
    const asked: Array<Asked> = []
    const { changed, until } = Watch.make()
    const server = createServer((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const headers = { "content-type": request.headers["content-type"]! }
        void new Response(Buffer.concat(chunks), { headers }).formData().then((fields) => {
          const one: Asked = { path: request.url!, fields, gone: false }
          asked.push(one)
          response.on("close", () => {
            one.gone = !response.writableEnded
            changed()
          })
          changed()
          const said = answer(one)
          if (said === undefined) return
          response.writeHead(said.status ?? 200)
          if (typeof said.body === "string") response.end(said.body)
          else said.body.pipe(response)
        })
      })
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.sync(() => {
          server.closeAllConnections()
          server.close()
        })
    )
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return { url, asked, until }
  })

const decode = Schema.decodeUnknownSync(WhisperCppConfig)

/** The recogniser for one more session. */
const open = (keys: object) =>
  Effect.gen(function* () {
    const config = decode({ model_name: "base", model_dir: "models", ...keys })
    const share = yield* (yield* EnginePool).borrow(WhisperCppAsr.spec(config))
    return WhisperCppAsr.listener(yield* HttpClient.HttpClient, share, config)
  })

/** With the client that the server has. */
const engines = Layer.merge(NodeHttpClient.layerUndici, EnginePool.layer({ idleTimeToLive: "1 minute" }))

/** An answer that never ends. */
function* endless() {
  for (;;) yield Buffer.alloc(16 * 1024, " ")
}

const samples = new Float32Array(16_000).fill(0.5)

describe("whisper_cpp", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("sends the utterance as a WAV file and answers its text in one line", () =>
      Effect.gen(function* () {
        const server = yield* serve(() => ({
          body: JSON.stringify({ text: " Hello there.\n How are you?\n" })
        }))
        const asr = yield* open({ base_url: `${server.url}/`, language: "de", prompt: "Names: Hana" })
        assert.strictEqual(yield* asr.transcribe(samples), "Hello there. How are you?")
        const [{ fields, path }] = server.asked as [Asked]
        assert.strictEqual(path, "/inference")
        assert.strictEqual(fields.get("language"), "de")
        assert.strictEqual(fields.get("prompt"), "Names: Hana")
        assert.strictEqual(fields.get("response_format"), "json")
        const wav = Buffer.from(yield* Effect.promise(() => (fields.get("file") as File).arrayBuffer()))
        assert.strictEqual(wav.toString("latin1", 0, 4), "RIFF")
        assert.strictEqual(wav.readUInt32LE(24), 16_000)
        assert.strictEqual(wav.length, 44 + 2 * samples.length)
        assert.strictEqual(wav.readInt16LE(44), 16_384)
      })
    )

    it.scoped("drops descriptions of sounds", () =>
      Effect.gen(function* () {
        const server = yield* serve(() => ({ body: JSON.stringify({ text: "[BLANK_AUDIO]" }) }))
        assert.strictEqual(yield* (yield* open({ base_url: server.url })).transcribe(samples), "")
      })
    )

    it.scoped("says what is wrong, and how to start the server", () =>
      Effect.gen(function* () {
        const server = yield* serve(({ fields }) =>
          fields.get("prompt") === "page"
            ? { status: 404, body: "<html>Not found</html>" }
            : { status: 400, body: JSON.stringify({ error: "failed to read WAV file" }) }
        )
        const failure = (keys: object) =>
          Effect.flatMap(open({ base_url: server.url, ...keys }), (asr) =>
            Effect.map(Effect.flip(asr.transcribe(samples)), ({ message }) => message)
          )
        assert.include(yield* failure({}), 'could not transcribe it: "failed to read WAV file"')
        assert.include(yield* failure({ prompt: "page" }), "answered with status 404 and no transcript")
        const nobody = yield* failure({ base_url: "http://127.0.0.1:9" })
        assert.include(nobody, "no server of whisper.cpp answers at 127.0.0.1:9")
        assert.include(nobody, "whisper-server -m ggml-base.bin")
      })
    )

    it.scoped("sends a long utterance whole", () =>
      Effect.gen(function* () {
        const server = yield* serve(() => ({ body: JSON.stringify({ text: "Long." }) }))
        const long = Float32Array.from({ length: 25 * 16_000 }, (_, at) => (at % 1000) / 1000)
        yield* (yield* open({ base_url: server.url })).transcribe(long)
        const file = server.asked[0]!.fields.get("file") as File
        const sent = new Int16Array(yield* Effect.promise(() => file.slice(44).arrayBuffer()))
        assert.strictEqual(sent.length, long.length)
        assert.isTrue(sent.every((sample, at) => sample === Math.round(long[at]! * 32_767)))
      })
    )

    it.scoped("reads no answer that is longer than any transcript", () =>
      Effect.gen(function* () {
        const server = yield* serve(() => ({ body: Readable.from(endless()) }))
        const failure = yield* Effect.flip((yield* open({ base_url: server.url })).transcribe(samples))
        assert.include(failure.message, "more than 1 MiB")
        // The rest of it has not been taken.
        yield* server.until(() => (server.asked[0]!.gone ? true : undefined))
      })
    )

    it.scoped("asks one at a time in all sessions together, and aborts the request of whoever leaves", () =>
      Effect.gen(function* () {
        const server = yield* serve(() => undefined)
        const { url } = server
        const one = (prompt: string) => server.asked.find(({ fields }) => fields.get("prompt") === prompt)
        const ann = yield* open({ base_url: url, prompt: "first" })
        const bob = yield* open({ base_url: `${url}/`, prompt: "second" })
        const first = yield* Effect.fork(ann.transcribe(samples))
        yield* server.until(() => one("first"))
        const second = yield* Effect.fork(bob.transcribe(samples))
        // With places of its own it asks after the second, which would have asked by then if it had been let in.
        const other = yield* open({ base_url: url, prompt: "third", max_concurrency: 2 })
        const third = yield* Effect.fork(other.transcribe(samples))
        yield* server.until(() => one("third"))
        assert.isUndefined(one("second"))
        yield* Fiber.interrupt(first)
        yield* server.until(() => (one("first")!.gone ? true : undefined))
        yield* server.until(() => one("second"))
        yield* Fiber.interruptAll([second, third])
      })
    )
  })
})
