import * as Net from "node:net"
import { Effect } from "effect"
import * as WebClient from "../../test/support/WebClient.ts"
import { about, equal, holds } from "../Row.ts"
import { utteranceWav } from "../Subject.ts"

const get = (url: string, init?: RequestInit) => Effect.tryPromise(() => fetch(url, init))
const textOf = (answer: Response) => Effect.tryPromise(() => answer.text())
const jsonOf = (answer: Response) =>
  Effect.tryPromise(() => answer.json() as Promise<Record<string, unknown>>)

const isHtml = (answer: Response) => (answer.headers.get("content-type") ?? "").includes("html")

/** The status of a path as it is, which `fetch` would tidy up. */
const statusOf = (url: string, path: string) =>
  Effect.async<number, Error>((resume) => {
    const { hostname, port } = new URL(url)
    const socket = Net.connect(Number(port), hostname)
    socket.setEncoding("latin1")
    let head = ""
    socket.on("data", (part) => {
      head += String(part)
      const status = /^HTTP\/1\.1 (\d{3})/u.exec(head)
      if (status === null) return
      socket.destroy()
      resume(Effect.succeed(Number(status[1])))
    })
    socket.on("error", (error) => resume(Effect.fail(error)))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`)
    return Effect.sync(() => socket.destroy())
  })

const files = ["files"] as const
const model = "/live2d-models/face/face.model3.json"
const background = "/bg/ceiling-window-room-night.jpeg"

const upload = (body: Uint8Array, name = "file") => {
  const form = new FormData()
  form.set(name, new Blob([Buffer.from(body)], { type: "audio/wav" }), "utterance.wav")
  return { method: "POST", body: form }
}

/** Ways out of the folders that servers have fallen for. */
const escapes = [
  "/bg/../conf.yaml",
  "/bg/..%2fconf.yaml",
  "/bg/%2e%2e/conf.yaml",
  "/bg/%2e%2e%2fconf.yaml",
  "/bg/..%5cconf.yaml",
  "/bg/..\\conf.yaml",
  "/bg/....//conf.yaml",
  "/bg/%252e%252e/conf.yaml",
  "/bg//etc/passwd",
  "/bg/%00/../../conf.yaml",
  "/live2d-models/../conf.yaml",
  "/avatars/../conf.yaml",
  "/cache/../conf.yaml",
  "/conf.yaml",
  "/../conf.yaml",
  "/.git/config"
]

export const rows = [
  about("GET /").good("is a web page", (subject) =>
    Effect.gen(function* () {
      const answer = yield* get(`${subject.url}/`)
      equal(answer.status, 200, "the status")
      holds(isHtml(answer), "HTML")
    })
  ),
  about("GET /web-tool").good("is a web page to try hearing and speaking", (subject) =>
    Effect.gen(function* () {
      const answer = yield* get(`${subject.url}/web-tool`)
      equal(answer.status, 200, "the status")
      holds(isHtml(answer), "HTML")
    })
  ),
  about("GET /live2d-models/*").good(
    "is the avatar, for pages of any origin",
    (subject) =>
      Effect.gen(function* () {
        const elsewhere = "https://elsewhere.example"
        const answer = yield* get(subject.url + model, { headers: { Origin: elsewhere } })
        equal(answer.status, 200, "the status")
        const allowed = answer.headers.get("access-control-allow-origin") ?? ""
        holds(["*", elsewhere].includes(allowed), `Access-Control-Allow-Origin for it, got "${allowed}"`)
        holds(answer.headers.get("content-type")?.includes("json"), "the type of JSON")
      }),
    { needs: files }
  ),
  about("GET /live2d-models/info").good(
    "lists the avatars that are there, with their models",
    (subject) =>
      Effect.gen(function* () {
        const info = yield* Effect.flatMap(get(`${subject.url}/live2d-models/info`), jsonOf)
        equal(info["type"], "live2d-models/info", "type")
        const characters = info["characters"] as ReadonlyArray<Record<string, unknown>>
        equal(info["count"], characters.length, "count")
        const face = characters.find(({ name }) => name === "face")
        equal(`/${String(face?.["model_path"])}`, model, "model_path")
        equal(
          (yield* get(`${subject.url}/${String(face?.["avatar"])}`)).status,
          200,
          "the status of the avatar's picture"
        )
      }),
    { needs: files }
  ),
  about("GET /bg/*").good(
    "is a picture, whole or in part, that may be cached",
    (subject) =>
      Effect.gen(function* () {
        const whole = yield* get(subject.url + background)
        equal(whole.status, 200, "the status")
        equal(whole.headers.get("content-type"), "image/jpeg", "the type")
        equal(whole.headers.get("access-control-allow-origin"), "*", "Access-Control-Allow-Origin")
        const part = yield* get(subject.url + background, { headers: { Range: "bytes=2-5" } })
        equal(part.status, 206, "the status of a part")
        equal((yield* textOf(part)).length, 4, "the length of a part")
        // Without words of its own about caching, fetch would ask for the whole in any case.
        const tag = whole.headers.get("etag") ?? ""
        const again = yield* get(subject.url + background, {
          headers: { "If-None-Match": tag, "Cache-Control": "max-age=0" }
        })
        equal(again.status, 304, "the status of what has not changed")
      }),
    { needs: files }
  ),
  about("GET /avatars/*").good(
    "is images only",
    (subject) =>
      Effect.gen(function* () {
        const picture = yield* get(`${subject.url}/avatars/hana.svg`)
        equal(picture.status, 200, "the status of an image")
        const other = yield* get(`${subject.url}/avatars/notes.txt`)
        holds([403, 404].includes(other.status), `403 or 404 for a text, got ${other.status}`)
      }),
    { needs: files }
  ),
  about("GET of a missing file").bad("is a plain 404, never a page", (subject) =>
    Effect.gen(function* () {
      for (const path of [
        "/bg/none.jpeg",
        "/live2d-models/none/none.model3.json",
        "/avatars/none.png",
        "/cache/none.wav",
        "/undefined/undefined.model3.json"
      ]) {
        const answer = yield* get(subject.url + path)
        equal(answer.status, 404, `the status of ${path}`)
        holds(!isHtml(answer) && !(yield* textOf(answer)).includes("<"), `no page for ${path}`)
      }
    })
  ),
  about("GET of another folder").bad("leads nowhere", (subject) =>
    Effect.gen(function* () {
      equal(yield* statusOf(subject.url, "/"), 200, "the status of /")
      for (const path of escapes) {
        const status = yield* statusOf(subject.url, path)
        holds(status >= 400 && status < 500, `a refusal of ${path}, got ${status}`)
      }
    })
  ),
  about("POST /asr").good(
    "transcribes a recording",
    (subject) =>
      Effect.gen(function* () {
        const answer = yield* get(`${subject.url}/asr`, upload(utteranceWav))
        equal(answer.status, 200, "the status")
        const { text } = yield* jsonOf(answer)
        holds(/hear me/iu.test(String(text)), `"can you hear me", got "${String(text)}"`)
      }),
    { needs: ["ears"] }
  ),
  about("POST /asr").bad("answers a bad file with 400 and an error", (subject) =>
    Effect.gen(function* () {
      for (const init of [
        upload(Buffer.from("not a recording")),
        upload(new Uint8Array()),
        upload(utteranceWav, "sound"),
        { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } }
      ]) {
        const answer = yield* get(`${subject.url}/asr`, init)
        equal(answer.status, 400, "the status")
        holds(typeof (yield* jsonOf(answer))["error"] === "string", "an error")
      }
    })
  ),
  about("WS /tts-ws").good(
    "speaks a text sentence by sentence",
    (subject) =>
      Effect.gen(function* () {
        const client = yield* WebClient.dial<Record<string, unknown>>(`${subject.url}/tts-ws`)
        yield* client.send({ text: "This is one. This is two." })
        yield* client.next(({ status }) => status === "complete").pipe(Effect.timeout(subject.patience))
        equal(
          client.received.map(({ status, text }) => `${String(status)} ${String(text ?? "").trim()}`),
          ["partial This is one.", "partial This is two.", "complete "],
          "the messages"
        )
        for (const { audioPath } of client.received.slice(0, -1)) {
          const path = String(audioPath).replace(/^\/?/u, "/")
          equal((yield* get(subject.url + path)).status, 200, `the status of ${path}`)
        }
      }),
    { needs: ["voice"] }
  ),
  about("WS /tts-ws").bad("answers what is no request with an error", (subject) =>
    Effect.gen(function* () {
      const client = yield* WebClient.dial<Record<string, unknown>>(`${subject.url}/tts-ws`)
      for (const frame of ["hello", "{}", '{"text":7}', '{"text":"?!"}']) {
        yield* client.send(frame)
        const answer = yield* client.next(() => true).pipe(Effect.timeout(subject.patience))
        equal(answer["status"], "error", `the status for ${frame}`)
        holds(typeof answer["message"] === "string", "a message")
      }
    })
  )
]
