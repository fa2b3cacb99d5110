import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as StubProviders from "../support/StubProviders.ts"

const limit = 60_000

/** A character whose mind is Ollama, and, when that does not answer, the stub of `openai_compatible_llm`. */
const character = (ollama: string, stub: { readonly url: string }): ServerFolder.Character => {
  const base = ServerFolder.stubbed("Hana", stub)
  const agent = base["agent_config"] as { readonly llm_configs: object }
  return {
    ...base,
    agent_config: {
      agent_settings: {
        basic_memory_agent: {
          llm_provider: "ollama_llm",
          fallback_providers: ["openai_compatible_llm"],
          faster_first_response: false
        }
      },
      llm_configs: {
        ...agent.llm_configs,
        ollama_llm: { base_url: `${ollama}/v1`, model: "qwen", keep_alive: 600 }
      }
    }
  }
}

const start = (ollama: string, stub: { readonly url: string }) =>
  Effect.flatMap(ServerFolder.make({ character: character(ollama, stub) }), BuiltServer.start)

const spokenIn = (turn: Parameters<typeof SocketTalk.spoken>[0]) =>
  SocketTalk.spoken(turn).map(({ display_text }) => display_text?.text)

describe("a server whose mind is elsewhere", () => {
  it.scopedLive(
    "keeps Ollama's model loaded, and has it unloaded when it ends",
    () =>
      Effect.gen(function* () {
        const ollama = yield* StubProviders.open({ chat: () => ({ chunks: ["Hello from Ollama."] }) })
        const server = yield* start(ollama.url, ollama)
        const client = yield* SocketTalk.open(server.url)
        expect(spokenIn(yield* client.ask("Hello"))).toEqual(["Hello from Ollama."])
        expect(yield* server.stop("SIGTERM")).toMatchObject({ code: 0 })
        const told = ollama.log.loads.map(({ body }) => body["keep_alive"])
        expect(told[0]).toBe(600)
        expect(told.at(-1)).toBe(0)
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )

  it.scopedLive(
    "answers by another provider when the first is down, and says so in the log once",
    () =>
      Effect.gen(function* () {
        const ollama = yield* StubProviders.open({
          chat: () => ({ refuse: { status: 401 } })
        })
        const other = yield* StubProviders.open({ chat: () => ({ chunks: ["Hello from the other."] }) })
        const server = yield* start(ollama.url, other)
        const client = yield* SocketTalk.open(server.url)
        expect(spokenIn(yield* client.ask("Hello"))).toEqual(["Hello from the other."])
        expect(spokenIn(yield* client.ask("Hello"))).toEqual(["Hello from the other."])
        expect(ollama.log.chats).toHaveLength(1)
        const lines = [...server.stdout, ...server.stderr].filter((line) => line.includes("answers instead"))
        expect(lines).toHaveLength(1)
        expect(lines[0]).not.toContain(ServerFolder.secret)
      }).pipe(Effect.provide(NodeContext.layer)),
    limit
  )
})
