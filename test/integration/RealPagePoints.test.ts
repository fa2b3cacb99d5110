import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as PageServer from "../support/PageServer.ts"
import type { PageLikeClient } from "../support/PageLikeClient.ts"
import * as WebClient from "../support/WebClient.ts"

const limit = 60_000

const ofType = <Type extends ServerMessage["type"]>(page: PageLikeClient, type: Type) =>
  page.web.received.filter(
    (message): message is Extract<ServerMessage, { type: Type }> => message.type === type
  )

const get = (url: string, headers: Readonly<Record<string, string>> = {}) =>
  Effect.promise(() => fetch(url, { headers }))

describe("what the real page relies on", () => {
  it.scopedLive(
    "gets its first four requests answered, in their order, and a character that it can find in the list",
    () =>
      Effect.gen(function* () {
        const { page } = yield* PageServer.open()
        const answers = ["background-files", "config-files", "history-list", "new-history-created"]
        expect(page.web.received.map(({ type }) => type).filter((type) => answers.includes(type))).toEqual(
          answers
        )
        expect(ofType(page, "background-files")[0]?.files).toEqual(["ceiling-window-room-night.jpeg"])
        expect(page.configs).toEqual([
          { filename: "conf.yaml", name: "Hana" },
          { filename: "brook.yaml", name: "Brook" }
        ])
        expect(ofType(page, "set-model-and-conf")).toMatchObject([
          {
            conf_name: "Hana",
            conf_uid: "hana_001",
            client_uid: expect.stringMatching(/^[0-9a-f-]{36}$/u),
            model_info: { name: "face", url: "/live2d-models/face/face.model3.json", kScale: 0.5 }
          }
        ])
        page.switchTo("Brook")
        yield* page.until(({ created }) => created.length === 2)
        expect(page.web.received.slice(-4).map(({ type }) => type)).toEqual([
          "set-model-and-conf",
          "config-switched",
          "history-list",
          "new-history-created"
        ])
        expect(ofType(page, "set-model-and-conf")[1]).toMatchObject({
          conf_name: "Brook",
          conf_uid: "brook_001"
        })
        expect(page.wrong).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "previews a conversation by its latest spoken message, and lists none in which nothing was said",
    () =>
      Effect.gen(function* () {
        const { page } = yield* PageServer.open()
        yield* PageServer.begin(page, "never one")
        page.interrupt()
        page.send({ type: "create-new-history" })
        page.send({ type: "create-new-history" })
        page.send({ type: "fetch-history-list" })
        yield* page.until((page) => ofType(page, "history-list").length === 2)
        expect(ofType(page, "history-list")[1]?.histories).toMatchObject([
          { uid: page.created[0], latest_message: { role: "human", content: "never one" } }
        ])
        expect(page.wrong).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "may say of every sentence that it plays, ask about groups, and report playback at any time, without an answer that it doesn't expect",
    () =>
      Effect.gen(function* () {
        const { page } = yield* PageServer.open()
        const before = page.web.received.length
        page.report()
        const silent = { text: "(", name: "Hana", avatar: "" }
        page.send({ type: "audio-play-start", display_text: silent, forwarded: true })
        page.send({ type: "interrupt-signal", text: "" })
        page.send({ type: "request-group-info" })
        yield* page.until((page) => ofType(page, "group-update").length === 3)
        expect(page.web.received.slice(before)).toEqual([
          { type: "group-update", members: [], is_owner: false }
        ])
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "loads pictures and models from another origin, and gets a plain 404 for what is not there",
    () =>
      Effect.gen(function* () {
        const { server } = yield* PageServer.open()
        const elsewhere = { Origin: "https://elsewhere.example" }
        const picture = yield* get(`${server.url}/bg/ceiling-window-room-night.jpeg`, elsewhere)
        expect(picture.status).toBe(200)
        expect(picture.headers.get("access-control-allow-origin")).toBe("*")
        expect(picture.headers.get("content-type")).toBe("image/jpeg")
        for (const path of [
          "/bg/none.jpeg",
          "/live2d-models/none/none.model3.json",
          "/undefined/undefined.model3.json"
        ]) {
          const missing = yield* get(`${server.url}${path}`, elsewhere)
          expect(missing.status).toBe(404)
          expect(missing.headers.get("content-type")).not.toContain("html")
          expect(yield* Effect.promise(() => missing.text())).not.toContain("<")
        }
        const page = yield* get(`${server.url}/`)
        expect(page.headers.get("content-type")).toContain("text/html")
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "connects from this machine and from the desktop, and from no foreign page",
    () =>
      Effect.gen(function* () {
        const { server } = yield* PageServer.open()
        for (const origin of [server.url, "http://127.0.0.1:5173", "file://"]) {
          const client = yield* WebClient.connect(server.url, { origin })
          yield* client.nextOf("control")
        }
        for (const options of [
          { origin: "https://elsewhere.example" },
          { origin: "null" },
          { headers: { Host: "elsewhere.example" } }
        ]) {
          const refusal = yield* Effect.flip(WebClient.connect(server.url, options))
          expect(refusal.message).toContain("403")
        }
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
