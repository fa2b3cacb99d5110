import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { FetchHttpClient, HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import * as WhisperCppAsr from "../../src/asr/WhisperCppAsr.ts"
import { WhisperCppConfig } from "../../src/config/AsrConfig.ts"
import * as Watch from "../support/Watch.ts"

interface Asked {
  readonly path: string
  readonly fields: FormData
  gone: boolean
}

/** A server with the interface of whisper.cpp's; `answer` is given what was asked, `undefined` never answers. */
const serve = (answer: (asked: Asked) => { readonly status?: number; readonly body: string } | undefined) =>
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
          if (said !== undefined) response.writeHead(said.status ?? 200).end(said.body)
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

const open = (keys: object) =>
  Effect.flatMap(HttpClient.HttpClient, (http) =>
    WhisperCppAsr.open(
      http,
      new Map(),
      Schema.decodeUnknownSync(WhisperCppConfig)({ model_name: "base", model_dir: "models", ...keys })
    )
  ).pipe(Effect.provide(FetchHttpClient.layer))

const samples = new Float32Array(16_000).fill(0.5)

describe("whisper_cpp", () => {
  it.scopedLive("sends the utterance as a WAV file and answers its text in one line", () =>
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

  it.scopedLive("drops descriptions of sounds", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => ({ body: JSON.stringify({ text: "[BLANK_AUDIO]" }) }))
      assert.strictEqual(yield* (yield* open({ base_url: server.url })).transcribe(samples), "")
    })
  )

  it.scopedLive("says what is wrong, and how to start the server", () =>
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

  it.scopedLive("asks one at a time, and aborts the request of whoever leaves", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => undefined)
      const asr = yield* open({ base_url: server.url })
      const first = yield* Effect.fork(asr.transcribe(samples))
      const second = yield* Effect.fork(asr.transcribe(samples))
      yield* server.until(() => server.asked[0])
      yield* Effect.sleep("50 millis")
      assert.lengthOf(server.asked, 1)
      yield* Fiber.interrupt(first)
      yield* server.until(() => (server.asked[0]!.gone ? true : undefined))
      yield* server.until(() => server.asked[1])
      yield* Fiber.interrupt(second)
    })
  )
})
