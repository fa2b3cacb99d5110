import * as http from "node:http"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { Settings } from "../../src/config/Settings.ts"
import { say } from "../../src/language/Text.ts"
import { LlmFailed } from "../../src/llm/Llm.ts"
import { HttpServer } from "../../src/server/HttpServer.ts"
import type { SpeechMessage } from "../../src/protocol/SpeechMessage.ts"
import { systemConfig } from "../support/Fixtures.ts"
import * as WebClient from "../support/WebClient.ts"
import * as World from "../support/World.ts"

type Choice = typeof systemConfig.language

const serve = (world: World.World, language: Choice = "auto") =>
  HttpServer.layer.pipe(
    // The world has settings of its own.
    Layer.provide(Layer.succeed(Settings, { folder: ".", system: { ...systemConfig, port: 0, language } })),
    Layer.provideMerge(World.layer(world))
  )

const asking = (language: string | undefined) => ({
  headers: language === undefined ? {} : { "Accept-Language": language }
})

/** What one client reads: as it connects, of a broken message, of a turn in which nothing was said and of one that fails. */
const read = Effect.fnUntraced(function* (language: string | undefined) {
  const { url } = yield* HttpServer
  const client = yield* WebClient.connect(url, asking(language))
  yield* client.send({ type: "text-input", text: 5 })
  yield* client.nextOf("error")
  yield* client.send({ type: "switch-config", file: "nobody.yaml" })
  yield* client.nextOf("error")
  yield* client.send({ type: "text-input", text: "Hello", images: [] })
  yield* client.nextOf("error")
  const texts = client.received.flatMap((message) =>
    message.type === "full-text" ? [message.text] : message.type === "error" ? [message.message] : []
  )
  client.socket.close()
  return texts
})

const english = [
  "Connection established",
  "text-input: field `text` Expected string, actual 5",
  'Error switching configuration: There is no character "nobody.yaml". Choose one from the list of characters.',
  "Thinking...",
  'ollama_llm: 127.0.0.1:11434 knows no model "qwen3": "try pulling it". Correct the.model or the.url.'
]

const chinese = [
  "连接已建立",
  "text-input：字段 `text` 应为字符串，实际为 5",
  "切换配置失败：没有角色“nobody.yaml”。请从角色列表中选择。",
  "思考中……",
  "ollama_llm：127.0.0.1:11434 没有模型“qwen3”：“try pulling it”。请更正 the.model 或 the.url。"
]

/** A world whose model is not there. */
const world = () => {
  const world = World.make()
  world.reply = () =>
    Stream.fail(
      new LlmFailed({
        provider: "ollama_llm",
        reason: "unknown-model",
        detail: say("llm.noModel", "127.0.0.1:11434", '"qwen3"', ': "try pulling it"'),
        advice: say("llm.correctModel", "the.model", "the.url")
      })
    )
  return world
}

/** What is answered to a request. */
const answer = (path: string, options: http.RequestOptions) =>
  Effect.flatMap(HttpServer, ({ url }) =>
    Effect.async<string>((resume) => {
      const request = http.request(`${url}${path}`, options, (response) => {
        let body = ""
        response.setEncoding("utf8").on("data", (text: string) => (body += text))
        response.on("end", () => resume(Effect.succeed(`${response.statusCode} ${body.trim()}`)))
      })
      request.on("error", (error) => resume(Effect.die(error))).end()
    })
  )

describe("the language of a client", () => {
  it.scopedLive("is what it asks for, client by client", () =>
    Effect.gen(function* () {
      const asked = ["zh-CN,zh;q=0.9,en;q=0.5", "en", undefined, ";;=,q", "zh-TW", "fr, zh-Hant;q=0.5", "fr"]
      const texts = yield* Effect.forEach(asked, read, { concurrency: "unbounded" })
      expect(texts).toEqual([chinese, english, english, english, chinese, chinese, english])
    }).pipe(Effect.provide(serve(world())))
  )

  for (const [language, texts] of [
    ["zh", chinese],
    ["en", english]
  ] as const) {
    it.scopedLive(`is ${language} for all where the configuration says so`, () =>
      Effect.gen(function* () {
        for (const asked of ["zh-CN", "en", undefined]) expect(yield* read(asked)).toEqual(texts)
      }).pipe(Effect.provide(serve(world(), language)))
    )
  }

  it.scopedLive("is that of answers by HTTP and on the other socket, too", () =>
    Effect.gen(function* () {
      const { url } = yield* HttpServer
      const zh = asking("zh-CN")
      expect(yield* answer("/nothing", zh)).toBe("404 找不到页面")
      expect(yield* answer("/nothing", {})).toBe("404 Not Found")
      expect(yield* answer("/", { headers: { ...zh.headers, Host: "evil.example" } })).toContain(
        "403 此服务器不响应该主机名。"
      )
      expect(yield* answer("/asr", { ...zh, method: "POST" })).toBe(
        '400 {"error":"这不是上传请求：应为 multipart/form-data，其中字段 `file` 为音频文件。"}'
      )
      const client = yield* WebClient.dial<SpeechMessage>(`${url}/tts-ws`, zh)
      yield* client.send({ text: " " })
      expect(yield* client.next(() => true)).toEqual({
        status: "error",
        message: "tts-ws：字段 `text` 为空：没有可朗读的内容"
      })
    }).pipe(Effect.provide(serve(world())))
  )
})
