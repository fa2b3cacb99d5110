import { readFileSync } from "node:fs"
import * as http from "node:http"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import * as AsrRoute from "../../src/server/AsrRoute.ts"
import { HttpServer } from "../../src/server/HttpServer.ts"
import * as SpeechServer from "../support/SpeechServer.ts"
import * as Tone from "../support/Tone.ts"
import { form, request, upload } from "../support/Uploads.ts"

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../audio/fixtures/${name}`, import.meta.url)))

/** An upload of so many MiB by a client that has sent all of it before it looks at the answer. */
const pour = (headers: http.OutgoingHttpHeaders, pieces: number) =>
  Effect.flatMap(HttpServer, ({ url }) =>
    Effect.async<number>((resume) => {
      const agent = new http.Agent({ keepAlive: true })
      const piece = Buffer.alloc(1024 * 1024)
      let sent = 0
      let status: number | undefined
      const look = () => {
        if (status === undefined || sent < pieces) return
        request.destroy()
        resume(Effect.succeed(status))
      }
      const request = http.request(`${url}/asr`, {
        method: "POST",
        agent,
        headers: { "Content-Type": "multipart/form-data; boundary=x", ...headers }
      })
      request.on("error", () => {})
      request.on("response", (response) => {
        status = response.statusCode
        look()
      })
      request.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n')
      const next = () => {
        if (sent === pieces) return look()
        sent++
        request.write(piece, next)
      }
      next()
      return Effect.sync(() => request.destroy())
    })
  )

describe("POST /asr", () => {
  const recogniser = SpeechServer.recogniser()
  const serve = () => SpeechServer.layer(recogniser, { fakeVoice: true })
  const afterwards = Effect.zipRight(
    SpeechServer.idle,
    Effect.sync(() => expect([recogniser.running, recogniser.opened]).toEqual([0, 0]))
  )

  it.scopedLive("answers a WAV file with its transcript", () =>
    Effect.gen(function* () {
      const { body, headers, status } = yield* upload(Tone.wav(500))
      expect({ body, status }).toEqual({ status: 200, body: { text: "500 ms of 440 Hz" } })
      expect(headers.get("access-control-allow-origin")).toBeNull()
      yield* afterwards
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("takes other rates, stereo and formats as well", () =>
    Effect.gen(function* () {
      const stereo = Wav.encode({
        samples: Int16Array.from({ length: 88_200 }, (_, at) =>
          Math.round(8000 * Math.sin((2 * Math.PI * 440 * (at >> 1)) / 44_100))
        ),
        sampleRate: 44_100
      })
      stereo[22] = 2
      expect((yield* upload(stereo)).body).toEqual({ text: "1000 ms of 440 Hz" })
      for (const name of ["tone.mp3", "tone.opus", "tone.flac"])
        expect((yield* upload(fixture(name))).body.text).toMatch(/^6\d\d ms of 4[345]0 Hz$/u)
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("says what is wrong with a request or a file", () =>
    Effect.gen(function* () {
      const long = Wav.encode({ samples: new Int16Array(121 * 16_000), sampleRate: 16_000 })
      const cases: ReadonlyArray<
        readonly [NonNullable<RequestInit["body"]>, string, Record<string, string>?]
      > = [
        [form(Tone.wav(100), "sound"), "a field `file`"],
        [new URLSearchParams({ file: "x" }), "multipart/form-data"],
        ["RIFF", "broken", { "Content-Type": "multipart/form-data; boundary=x" }],
        ["RIFF", "broken", { "Content-Type": "multipart/form-data; nothing=x" }],
        [form(new Uint8Array(0)), "empty"],
        [form(Tone.wav(0)), "no sound"],
        [form(new TextEncoder().encode("RIFF----WAVEnothing")), "no readable header"],
        [form(fixture("tone.flac").slice(0, 60)), "damaged"],
        [form(long), "120 s"]
      ]
      for (const [body, words, headers = {}] of cases) {
        const answer = yield* request({ method: "POST", body, headers })
        expect([answer.status, answer.body.error]).toEqual([400, expect.stringContaining(words)])
      }
      const field = new FormData()
      field.append("file", "only text")
      expect((yield* request({ method: "POST", body: field })).status).toBe(400)
      yield* afterwards
      expect((yield* upload(Tone.wav(100))).status).toBe(200)
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("refuses a body that is too large, by its header or when it has become so", () =>
    Effect.gen(function* () {
      expect(yield* pour({ "Content-Length": AsrRoute.maxBody + 1 }, 1)).toBe(413)
      expect(yield* pour({ "Transfer-Encoding": "chunked" }, 100)).toBe(413)
      yield* afterwards
      expect((yield* upload(Tone.wav(100))).status).toBe(200)
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("answers an upload that breaks off anywhere", () =>
    Effect.gen(function* () {
      const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
      const tail = "\r\n--x--\r\n"
      const whole = Buffer.concat([Buffer.from(head), Tone.wav(20), Buffer.from(tail)])
      const headers = { "Content-Type": "multipart/form-data; boundary=x" }
      const end = whole.length - 4
      for (const length of [1, 3, 20, head.length - 1, head.length, head.length + 1, 300, end - 5, end - 1]) {
        const answer = yield* request({ method: "POST", headers, body: whole.subarray(0, length) })
        expect([length, answer.status, typeof answer.body.error]).toEqual([length, 400, "string"])
      }
      for (const odd of ["name=\"file\"; filename*=UTF-8''%zz", 'name="file', "name=; filename=", ""]) {
        const body = `--x\r\nContent-Disposition: form-data; ${odd}\r\n\r\nRIFF${tail}`
        expect((yield* request({ method: "POST", headers, body })).status).toBe(400)
      }
      expect((yield* request({ method: "POST", headers, body: whole })).body.text).toContain("20 ms")
      yield* afterwards
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("says so when there is no recogniser, or when it fails", () =>
    Effect.gen(function* () {
      recogniser.mood = "missing"
      const missing = yield* upload(Tone.wav(100))
      expect([missing.status, missing.body.error]).toEqual([
        503,
        expect.stringContaining("its model is missing")
      ])
      recogniser.mood = "fails"
      const failed = yield* upload(Tone.wav(100))
      expect([failed.status, failed.body.error]).toEqual([503, expect.stringContaining("it stumbled")])
      recogniser.mood = "listens"
      yield* afterwards
      expect((yield* upload(Tone.wav(100))).status).toBe(200)
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("stops transcribing for a client that leaves", () =>
    Effect.gen(function* () {
      recogniser.mood = "hangs"
      const client = yield* Effect.fork(upload(Tone.wav(100)))
      yield* SpeechServer.alive("transcription", 1)
      yield* Fiber.interrupt(client)
      recogniser.mood = "listens"
      yield* afterwards
    }).pipe(Effect.provide(serve()))
  )

  it.scopedLive("has stopped all transcribing when the server has ended", () =>
    Effect.gen(function* () {
      recogniser.mood = "hangs"
      const scope = yield* Effect.scope
      yield* Effect.gen(function* () {
        yield* Effect.forkIn(Effect.ignore(Effect.sandbox(upload(Tone.wav(100)))), scope)
        yield* SpeechServer.alive("transcription", 1)
        while (recogniser.running === 0) yield* Effect.sleep("10 millis")
      }).pipe(Effect.provide(serve()))
      expect(recogniser.running).toBe(0)
      recogniser.mood = "listens"
    })
  )

  it.scopedLive("is for pages of allowed origins only", () => {
    const page = "https://chat.example.com"
    return Effect.gen(function* () {
      for (const origin of ["https://evil.example", "null"]) {
        const refused = yield* upload(Tone.wav(100), { Origin: origin })
        expect(refused.status).toBe(403)
        expect(refused.headers.get("access-control-allow-origin")).toBeNull()
        const asked = yield* request({ method: "OPTIONS", headers: { Origin: origin } })
        expect(asked.status).toBe(403)
      }
      const allowed = yield* upload(Tone.wav(100), { Origin: page })
      expect(allowed.status).toBe(200)
      expect(allowed.headers.get("access-control-allow-origin")).toBe(page)
      expect(allowed.headers.get("vary")).toContain("Origin")
      const broken = yield* upload(new Uint8Array(0), { Origin: page })
      expect(broken.headers.get("access-control-allow-origin")).toBe(page)
      const asked = yield* request({ method: "OPTIONS", headers: { Origin: page } })
      expect([asked.status, asked.headers.get("access-control-allow-methods")]).toEqual([204, "POST"])
    }).pipe(
      Effect.provide(SpeechServer.layer(recogniser, { fakeVoice: true, system: { allowed_origins: [page] } }))
    )
  })
})
