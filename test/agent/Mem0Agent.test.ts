import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope, Stream, TestClock } from "effect"
import type { ServerResponse } from "node:http"
import * as Mem0Hosts from "../../src/agent/Mem0Hosts.ts"
import { LlmFailed } from "../../src/llm/Llm.ts"
import * as AgentServer from "../support/AgentServer.ts"
import { collect, input } from "./describeAgent.ts"
import { bodies, llm, mem0, open, secret } from "./Mem0Lab.ts"

describe("Mem0Agent", () => {
  it.scopedLive("recalls before the answer and remembers afterwards", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open(mem0)
      const { agent, asked, configs } = yield* open(server.url)
      const { events } = yield* collect(agent.reply(input({ recalled: ["Is called Ann"] })))
      assert.deepStrictEqual(events[1], { _tag: "Text", text: "Yes, tea." })
      assert.deepStrictEqual(asked[0]!.recalled, ["Is called Ann", "Likes tea"])
      yield* agent.remember!({ from: "Human", asked: "What is this?", answer: "Yes, tea." })
      yield* server.asked(3)
      const owner = { user_id: "Human", agent_id: "Hana" }
      assert.deepInclude(bodies(server, "/search")[0], { query: "What is this?", filters: owner })
      assert.deepStrictEqual(bodies(server, "/memories"), [
        {
          messages: [
            { role: "user", content: "What is this?" },
            { role: "assistant", content: "Yes, tea." }
          ],
          ...owner
        }
      ])
      // A person whom the client names has memories of their own.
      yield* collect(agent.reply(input({ from: "Anna" })))
      yield* agent.remember!({ from: "Anna", asked: "And this?", answer: "Yes, tea." })
      yield* server.asked(5)
      const hers = { user_id: "Anna", agent_id: "Hana" }
      assert.deepInclude(bodies(server, "/search")[1], { filters: hers })
      assert.deepInclude(bodies(server, "/memories")[1], hers)
      assert.deepStrictEqual(bodies(server, "/configure"), [
        {
          vector_store: llm("qdrant", { host: "localhost" }),
          llm: llm("openai", { model: "gpt-x", api_key: secret }),
          embedder: llm("ollama", { model: "nomic-embed-text" })
        }
      ])
      assert.strictEqual(server.requests[0]!.headers["x-api-key"], secret)
      assert.strictEqual(configs[0]!.agent_settings.basic_memory_agent?.llm_provider, "openai_llm")
      assert.strictEqual(configs[0]!.llm_configs.openai_llm?.model, "gpt-x")
    })
  )

  it.scopedLive("asks Ollama by its OpenAI-compatible address", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open(mem0)
      const model = llm("ollama", { model: "llama3.2", ollama_base_url: "http://localhost:11434" })
      const { configs } = yield* open(server.url, model)
      assert.strictEqual(configs[0]!.llm_configs.ollama_llm?.base_url, "http://localhost:11434/v1")
    })
  )

  it.scoped("answers without memories where they cannot be had, or not in time", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open((request, response, index) => {
        if (request.path !== "/search") return mem0(request, response, index)
        if (index === 1) response.writeHead(500).end()
        else if (index > 2) mem0(request, response, index)
      })
      const { agent, asked } = yield* open(server.url)
      yield* Stream.runDrain(agent.reply(input()))
      const slow = yield* Effect.fork(Stream.runDrain(agent.reply(input())))
      while (slow.unsafePoll() === null) {
        yield* TestClock.adjust("1 seconds")
        yield* Effect.promise(() => new Promise(setImmediate))
      }
      assert.deepStrictEqual(
        asked.map(({ recalled }) => recalled),
        [[], []]
      )
      // A failure may come of a restart, but not every one is answered by telling it its settings.
      assert.lengthOf(bodies(server, "/configure"), 1)
      yield* TestClock.adjust("10 seconds")
      yield* Stream.runDrain(agent.reply(input()))
      assert.lengthOf(bodies(server, "/configure"), 2)
    })
  )

  for (const [what, fail] of [
    ["was away", (response: ServerResponse) => void response.destroy()],
    [
      "has forgotten its configuration",
      (response: ServerResponse) => void response.writeHead(400).end('{"detail":"Memory is not initialized"}')
    ]
  ] as const) {
    it.scopedLive(`configures a server again that ${what}`, () =>
      Effect.gen(function* () {
        let searches = 0
        const server = yield* AgentServer.open((request, response, index) => {
          if (request.path === "/search" && searches++ === 0) fail(response)
          else mem0(request, response, index)
        })
        const { agent, asked } = yield* open(server.url)
        yield* Stream.runDrain(agent.reply(input()))
        yield* Stream.runDrain(agent.reply(input()))
        assert.deepStrictEqual(asked[1]!.recalled, ["Likes tea"])
        assert.lengthOf(bodies(server, "/configure"), 2)
      })
    )
  }

  it.scoped("tells a server its settings with each session, and again after a minute", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open(mem0)
      const hosts = Mem0Hosts.make()
      yield* open(server.url, undefined, hosts)
      const { agent } = yield* open(server.url, undefined, hosts)
      const told = () => bodies(server, "/configure").length
      assert.strictEqual(told(), 2)
      yield* TestClock.adjust("59 seconds")
      yield* Stream.runDrain(agent.reply(input()))
      assert.strictEqual(told(), 2)
      yield* TestClock.adjust("1 second")
      yield* Stream.runDrain(agent.reply(input()))
      assert.strictEqual(told(), 3)
    })
  )

  it.scopedLive("keeps what is said with one's own settings out of the stores of others", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open(mem0)
      const hosts = Mem0Hosts.make()
      const model = (name: string) => llm("openai", { model: name, api_key: secret })
      const a = yield* open(server.url, model("a"), hosts)
      yield* open(server.url, model("b"), hosts)
      yield* a.agent.remember!({ from: "Human", asked: "Tea?", answer: "Yes." })
      yield* server.asked(4)
      assert.deepStrictEqual(
        server.requests.map(({ path }) => path),
        ["/configure", "/configure", "/configure", "/memories"]
      )
      assert.include(server.requests[2]!.body, '"model":"a"')
    })
  )

  it.scopedLive("lets eight turns wait to become memories, one at a time, and no more", () =>
    Effect.gen(function* () {
      let finish: () => void = () => undefined
      const server = yield* AgentServer.open((request, response, index) => {
        if (bodies(server, "/memories").length === 1) finish = () => mem0(request, response, index)
        else mem0(request, response, index)
      })
      const { agent } = yield* open(server.url)
      for (let turn = 1; turn <= 10; turn++)
        yield* agent.remember!({ from: "Human", asked: `Turn ${turn}?`, answer: "Yes." })
      yield* server.asked(2)
      assert.lengthOf(bodies(server, "/memories"), 1)
      finish()
      yield* server.asked(9)
      // The line is empty again.
      yield* agent.remember!({ from: "Human", asked: "Turn 11?", answer: "Yes." })
      yield* server.asked(10)
      assert.deepStrictEqual(
        bodies(server, "/memories").map(({ messages }) => messages![0]!.content),
        [1, 2, 3, 4, 5, 6, 7, 8, 11].map((turn) => `Turn ${turn}?`)
      )
    })
  )

  it.scopedLive("stops making memories when its scope closes", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open((request, response, index) => {
        if (request.path !== "/memories") mem0(request, response, index)
      })
      const scope = yield* Scope.make()
      const { agent } = yield* Scope.extend(open(server.url), scope)
      yield* agent.remember!({ from: "Human", asked: "Tea?", answer: "Yes." })
      const requests = yield* server.asked(2)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* Effect.promise(() => requests[1]!.over), "aborted")
    })
  )

  it.scopedLive("names the keys of its own section where its model fails", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open(mem0)
      const model = llm("ollama", { model: "llama3.2" })
      const failure = new LlmFailed({
        provider: "ollama_llm",
        reason: "unreachable",
        detail: "no server answers at localhost",
        advice: "Start it, or correct llm_configs.ollama_llm.base_url; check llm_configs.ollama_llm."
      })
      const { agent } = yield* open(server.url, model, undefined, failure)
      const told = (yield* collect(agent.reply(input()))).failure
      assert.strictEqual(
        told?.message,
        "ollama_llm: no server answers at localhost. Start it, or correct " +
          "agent_settings.mem0_agent.llm.config.ollama_base_url; check agent_settings.mem0_agent.llm."
      )
    })
  )

  for (const [what, model, says] of [
    [
      "a provider without a counterpart",
      llm("aws_bedrock", {}),
      /Set .*llm\.provider to one of openai, anthropic/
    ],
    ["a model that is not named", llm("openai", { api_key: secret }), /llm section is not complete/]
  ] as const) {
    it.scopedLive(`says so of ${what}`, () =>
      Effect.gen(function* () {
        assert.match((yield* Effect.flip(open("http://localhost:1", model))).message, says)
      })
    )
  }

  for (const [status, says] of [
    [401, /does not let us in.*mem0_agent\.api_key/],
    [404, /is no mem0 server.*mem0_agent\.host/],
    [500, /failed with status 500: "no store at …"/]
  ] as const) {
    it.scopedLive(`explains status ${status}`, () =>
      Effect.gen(function* () {
        const server = yield* AgentServer.open(
          (_, response) =>
            void response.writeHead(status).end(JSON.stringify({ detail: `no store at ${secret}` }))
        )
        const failure = yield* Effect.flip(open(server.url))
        assert.match(failure.message, says)
        assert.notInclude(JSON.stringify(failure), secret)
      })
    )
  }

  it.scopedLive("does not collect an answer without end", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open((_, response) => {
        response.writeHead(200, { "content-type": "application/json" })
        const more = () => {
          while (response.write(" ".repeat(2 ** 20)));
        }
        response.on("drain", more)
        more()
      })
      const failure = yield* Effect.flip(open(server.url))
      assert.match(failure.message, /sent more than 4 MiB/)
    })
  )

  it.scopedLive("says where no server answers", () =>
    Effect.gen(function* () {
      const { url } = yield* Effect.scoped(AgentServer.open(mem0))
      const failure = yield* Effect.flip(open(url))
      assert.match(failure.message, /^mem0_agent is not available: no server answers at/)
    })
  )
})
